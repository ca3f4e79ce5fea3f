// Quality control of a dataset: which set, how high the bar, what may be done to rows below; its price before it begins.
// All that is chosen stands in the address.
import { Button, NumberInput, Select, Switch } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { $api, api } from "../../api/client.ts";
import { useChange } from "../../api/mutation.ts";
import { Link } from "../../app/link.tsx";
import { useUrlState } from "../../app/url-state.ts";
import lines from "../../design/lines.module.css";
import { Ago, Money, Num } from "../../design/numbers.tsx";
import { Facts, Page, Panel } from "../../design/page.tsx";
import { Empty, Status, Trouble, View, Waiting } from "../../design/states.tsx";
import styles from "./begin.module.css";
import { type ChooseProps, Judge } from "./judge.tsx";

interface Wanted {
  dataset_id: number;
  min_quality_score: number;
  auto_fix: boolean;
  auto_remove: boolean;
  provider?: string;
  model?: string;
  criteria?: string[];
  rubric?: string;
}

const some = (text: string | undefined): text is string => text !== undefined && text !== "";

function wantedIn(search: Record<string, string | undefined>): Wanted | undefined {
  const id = Number(search["dataset"]);
  if (!(id > 0)) return undefined;
  return {
    dataset_id: id,
    min_quality_score: Math.min(10, Math.max(0, Number(search["bar"] ?? 7) || 0)),
    auto_fix: search["fix"] !== "no",
    auto_remove: search["remove"] === "yes",
    ...(some(search["judge"]) && { provider: search["judge"] }),
    ...(some(search["judge"]) && some(search["model"]) && { model: search["model"] }),
    ...(some(search["by"]) && { criteria: search["by"].split(" ") }),
    ...(some(search["rubric"]) && { rubric: search["rubric"] }),
  };
}

function Cost({ wanted }: { wanted: Wanted }) {
  const { auto_remove: _, ...body } = wanted;
  const estimate = $api.useQuery(
    "post",
    "/api/v1/quality/estimate",
    { body },
    { placeholderData: keepPreviousData, retry: false },
  );
  if (estimate.error !== null)
    return <Trouble error={estimate.error} onRetry={() => void estimate.refetch()} />;
  if (estimate.data === undefined) return <Waiting />;
  const { provider, models, rows, scoring, likely, most, has_price: hasPrice } = estimate.data;
  const money = (dollars: number) =>
    hasPrice ? <Money of={dollars} /> : "unknown: this model has no listed price";
  return (
    <Facts
      facts={[
        { name: "Judged by", value: [provider, ...models].join(" ") },
        { name: "Rows", value: <Num of={rows} /> },
        { name: "Found faulty by checks", value: <Num of={estimate.data.found_by_checks} /> },
        { name: "Scoring only", value: money(scoring.dollars) },
        { name: "Scoring and fixing, estimated", value: money(likely.dollars) },
        { name: "Scoring and fixing, at most", value: money(most.dollars) },
        {
          name: "Requests",
          value: (
            <>
              <Num of={likely.calls} />, up to <Num of={most.calls} />
            </>
          ),
        },
      ]}
    />
  );
}

function Choose({ search, change }: ChooseProps) {
  const sets = $api.useQuery("get", "/api/datasets", { params: { query: { limit: 1000 } } });
  return (
    <View query={sets}>
      {(found) =>
        found.length === 0 ? (
          <Empty title="There is no dataset yet">
            <Link to="/data">Import a file</Link>, <Link to="/generate">generate one</Link>, or{" "}
            <Link to="/identify">find one</Link> in your documents.
          </Empty>
        ) : (
          <div className={styles.form}>
            <Select
              label="Dataset"
              placeholder="Choose one"
              searchable
              data={found.map(({ id, name, example_count: rows }) => ({
                value: String(id),
                label: `${name} (${rows.toLocaleString("en")} rows)`,
              }))}
              value={search["dataset"] ?? null}
              onChange={(dataset) => change({ dataset: dataset ?? "" })}
            />
            <NumberInput
              label="Minimum score"
              description="Of 10 points"
              min={0}
              max={10}
              step={0.5}
              value={search["bar"] ?? 7}
              onChange={(bar) => change({ bar: String(bar) })}
            />
            <Switch
              label="Rewrite rows below the minimum"
              description="Kept only where the judge prefers the new row in both orders"
              checked={search["fix"] !== "no"}
              onChange={({ currentTarget }) => change({ fix: currentTarget.checked ? "" : "no" })}
            />
            <Switch
              label="Remove rows that stay below"
              description="They go to quarantine, where you can restore them"
              checked={search["remove"] === "yes"}
              onChange={({ currentTarget }) =>
                change({ remove: currentTarget.checked ? "yes" : "" })
              }
            />
            <Judge search={search} change={change} />
          </div>
        )
      }
    </View>
  );
}

function Before() {
  const tasks = $api.useQuery("get", "/api/tasks", {
    params: { query: { type: "quality", limit: 20 } },
  });
  return (
    <Panel title="Earlier quality jobs" isFlush>
      <View query={tasks}>
        {(found) =>
          found.length === 0 ? (
            <Empty title="None yet">
              Judged datasets appear here, with a score and evidence for each row.
            </Empty>
          ) : (
            <ul className={lines.lines}>
              {found.map((task) => (
                <li key={task.id} className={lines.line}>
                  <div className={lines.words}>
                    <Link to={`/quality/${task.id}`} className={lines.name}>
                      {task.title}
                    </Link>
                    <span className={lines.small}>
                      <Num of={task.examples_kept} /> kept, <Num of={task.examples_fixed} /> fixed,{" "}
                      <Num of={task.examples_removed} /> removed
                    </span>
                  </div>
                  <div className={lines.end}>
                    <Status of={task.is_paused ? "paused" : task.status} />
                    <span className={lines.small}>
                      <Ago at={task.created_at} />
                    </span>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </View>
    </Panel>
  );
}

export function Begin() {
  const [search, change] = useUrlState();
  const navigate = useNavigate();
  const wanted = wantedIn(search);
  const begin = useChange(
    async (body: Wanted) =>
      (await api.POST("/api/quality/start", { body: { ...body, batch_size: 10 } })).data!,
    {
      touches: ["/api/tasks", "/api/v1/jobs"],
      onDone: ({ job_id }) => void navigate({ to: `/quality/${job_id}` } as never),
    },
  );
  return (
    <Page
      title="Quality"
      lead="A judge scores every row by five criteria and quotes its evidence. Low rows are rewritten or removed, and you can undo each change."
    >
      <div className={styles.columns}>
        <div className={styles.stack}>
          <Panel title="Judge a dataset">
            <Choose search={search} change={change} />
          </Panel>
          <Before />
        </div>
        <Panel title="Price">
          {wanted === undefined ? (
            <Empty title="Choose a dataset">Its price is shown here before you start.</Empty>
          ) : (
            <div className={styles.price}>
              <Cost wanted={wanted} />
              <Button loading={begin.isPending} onClick={() => begin.mutate(wanted)}>
                Judge its rows
              </Button>
              <p className={styles.note}>
                Its rows are sent to the judge. A job that is interrupted continues where it was,
                and no request is paid for twice.
              </p>
            </div>
          )}
        </Panel>
      </div>
    </Page>
  );
}
