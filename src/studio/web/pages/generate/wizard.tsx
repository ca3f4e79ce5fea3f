// A set in four steps on one page: what it is about, which part, how much, what is drawn; the price beside them. All that
// is chosen stands in the address.
import { $api } from "../../api/client.ts";
import { useUrlState } from "../../app/url-state.ts";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { Choices } from "./choices.tsx";
import { Draws } from "./draws.tsx";
import { Price } from "./price.tsx";
import { SetForm } from "./set-form.tsx";
import { Sets } from "./sets.tsx";
import { type Domain, wantedIn, weightsIn, weightsText } from "./wanted.ts";
import styles from "./wizard.module.css";

function Drawn({ domain, weights, onChange }: DrawnProps) {
  const own = domain.parameters.filter((one) => !one.is_common);
  const common = domain.parameters.filter((one) => one.is_common);
  const draws = (parameters: Domain["parameters"]) => (
    <Draws
      parameters={parameters}
      weights={weightsIn(weights)}
      onChange={(next) => onChange({ weights: weightsText(next) })}
    />
  );
  return (
    <Panel title="4. How rows vary">
      <div className={styles.drawn}>
        {own.length > 0 && draws(own)}
        <details>
          <summary className={styles.summary}>
            What all domains share: {common.map(({ name }) => name.replaceAll("_", " ")).join(", ")}
          </summary>
          {draws(common)}
        </details>
      </div>
    </Panel>
  );
}

interface DrawnProps {
  domain: Domain;
  weights: string | undefined;
  onChange: (change: Record<string, string | undefined>) => void;
}

export function Wizard() {
  const [search, change] = useUrlState();
  const domains = $api.useQuery("get", "/api/v1/generator/domains", {}, { staleTime: 60_000 });
  const domain = domains.data?.domains.find(({ key }) => key === search["domain"]);
  const wanted = domain === undefined ? undefined : wantedIn(search);
  return (
    <Page
      title="Generate"
      lead="A model writes the rows. You see the price and three rows before you pay for the rest."
    >
      <div className={styles.wizard}>
        <div className={styles.steps}>
          <Panel title="1. What is it about?">
            <View query={domains}>
              {({ domains: all }) => (
                <Choices
                  name="Domain"
                  chosen={search["domain"]}
                  onChoose={(key) => change({ domain: key, subdomain: "", weights: "" })}
                  choices={all.map(({ key, name, about, is_own }) => ({
                    ...{ key, title: name, about },
                    ...(is_own && { side: "yours" }),
                  }))}
                />
              )}
            </View>
          </Panel>
          {domain !== undefined && (
            <Panel title="2. Which part of it?">
              <Choices
                name="Part"
                isWide
                chosen={search["subdomain"]}
                onChoose={(subdomain) => change({ subdomain })}
                choices={domain.subdomains.map(({ key, name, focus }) => ({
                  ...{ key, title: name, about: focus },
                }))}
              />
            </Panel>
          )}
          {domain !== undefined && wanted !== undefined && (
            <>
              <Panel title="3. How many rows, in which form?">
                <SetForm search={search} onChange={change} />
              </Panel>
              <Drawn domain={domain} weights={search["weights"]} onChange={change} />
            </>
          )}
        </div>
        <div className={styles.side}>
          {wanted === undefined ? (
            <Panel title="Price">
              <Empty title="Choose a domain">
                The price of three rows and of the whole dataset is shown here.
              </Empty>
            </Panel>
          ) : (
            <Price wanted={wanted} />
          )}
          <Sets />
        </div>
      </div>
    </Page>
  );
}
