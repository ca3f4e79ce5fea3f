// One result on its way: the form it takes, where it goes, and what came of it. Which form stands in the address.
import { $api } from "../../api/client.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { usePathPart, useUrlState } from "../../app/url-state.ts";
import { Bytes } from "../../design/numbers.tsx";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { FormPanel } from "./form-panel.tsx";
import { waysOf } from "./forms.ts";
import { HubPanel } from "./hub-panel.tsx";
import styles from "./result.module.css";
import { kindText, useFreshResults } from "./share.tsx";

export function Result() {
  const id = usePathPart("id");
  const [{ as }] = useUrlState();
  const details = $api.useQuery("get", "/api/v1/share/results/{id}", { params: { path: { id } } });
  useFreshResults();
  const result = details.data?.result;
  const possible = $api.useQuery(
    "get",
    "/api/v1/share/possible",
    { params: { query: { model: result?.path ?? "" } } },
    { enabled: result !== undefined && result.kind !== "file", staleTime: 60_000 },
  );
  const { problems, instead = [] } = possible.data ?? {};
  const ways = waysOf(details.data?.forms ?? []);
  const way = ways.find(({ key }) => key === as) ?? ways[0];
  return (
    <Page
      title={result?.name ?? "Share"}
      above={<Link to="/share">Share</Link>}
      lead={
        result !== undefined && (
          <>
            {kindText(result)}, <Bytes of={result.bytes} />, <code>{result.path}</code>
          </>
        )
      }
      actions={
        <ButtonLink to={result?.from === "run" ? `/try?run=${result.id}` : "/try"} kind="quiet">
          Try it first
        </ButtonLink>
      }
    >
      <View query={details} lines={8}>
        {({ result: found }) =>
          way === undefined ? (
            <Panel>
              <Empty title="This is already one file">
                Nothing to convert: copy the file to where it is used.
              </Empty>
            </Panel>
          ) : (
            <div className={styles.layout}>
              <nav aria-label="Ways to share" className={styles.ways}>
                {ways.map(({ key, title, about }) => (
                  <Link
                    key={key}
                    to={`/share/${id}?as=${key}`}
                    className={styles.way}
                    {...(key === way.key && { "aria-current": "true" })}
                  >
                    <strong>{title}</strong>
                    <span className={styles.about}>
                      {problems?.some(({ format }) => format === key) === true
                        ? "Not possible for this model"
                        : about}
                    </span>
                  </Link>
                ))}
              </nav>
              {way.form === undefined ? (
                <HubPanel key={found.id} result={found} />
              ) : (
                <FormPanel
                  key={`${found.id} ${way.key}`}
                  result={found}
                  form={way.form}
                  title={way.title}
                  problem={problems?.find(({ format }) => format === way.key)}
                  instead={instead}
                />
              )}
            </div>
          )
        }
      </View>
    </Page>
  );
}
