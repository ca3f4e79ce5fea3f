// Answers row by row: which are shown and in which order stands in the address; a row opens to all that is known of it.
import { Button, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../../api/client.ts";
import type { components, paths } from "../../api/generated.d.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { DeltaWords } from "./delta-words.tsx";
import { RowDetails } from "./row-details.tsx";
import styles from "./rows.module.css";
import { scoreText } from "./scores.tsx";

type Page = components["schemas"]["EvaluationRows"];
type Row = components["schemas"]["EvaluationRow"];
type Outcome = NonNullable<Row["outcome"]>;
type Query = NonNullable<paths["/api/v1/evaluations/{id}/rows"]["get"]["parameters"]["query"]>;

const outcomes = ["loss", "win", "tie"] as const;
const words: Readonly<Record<Outcome, string>> = { loss: "Worse", win: "Better", tie: "Alike" };
const onePage = 50;

const orders = [
  { value: "regressions", label: "Worst regressions first", needsOther: true },
  { value: "improvements", label: "Most improved first", needsOther: true },
  { value: "worst", label: "Lowest scores first", needsOther: false },
  { value: "data", label: "In the order of the data", needsOther: false },
] as const;

export interface RowsProps {
  id: string;
  metrics: readonly string[];
  name: string;
  /** Of whom it is compared with. */
  other: string | undefined;
}

function useRows(id: string, isCompared: boolean) {
  const [{ metric, against, outcome, order, search }] = useUrlState();
  const query = {
    ...(metric !== undefined && { metric }),
    ...(isCompared && { against, outcome }),
    ...(order !== undefined && { order }),
    ...(search !== undefined && search !== "" && { search }),
  };
  return useInfiniteQuery({
    queryKey: ["rows", "/api/v1/evaluations", id, query],
    initialPageParam: 0,
    queryFn: async ({ pageParam: offset, signal }) => {
      const asked = { ...query, limit: onePage, offset } as Query;
      const params = { path: { id }, query: asked };
      const { data } = await api.GET("/api/v1/evaluations/{id}/rows", { params, signal });
      return data as Page;
    },
    getNextPageParam: ({ total }, pages) => {
      const known = pages.reduce((sum, { rows }) => sum + rows.length, 0);
      return known < total ? known : undefined;
    },
    placeholderData: (before) => before,
  });
}

function Line({ row, isOpen, onToggle }: { row: Row; isOpen: boolean; onToggle: () => void }) {
  const [own] = row.answers;
  return (
    <button type="button" className={styles.line} aria-expanded={isOpen} onClick={onToggle}>
      <span className={styles.number}>{row.index + 1}</span>
      <span className={styles.words}>
        <span className={styles.prompt} dir="auto">
          {row.prompt}
        </span>
        <span className={styles.answer} dir="auto">
          {own?.text === "" ? "(said nothing)" : own?.text}
        </span>
      </span>
      {row.outcome !== null && row.difference !== null && (
        <span className={styles.outcome} data-outcome={row.outcome}>
          {words[row.outcome]}
          {row.outcome !== "tie" && ` by ${scoreText(Math.abs(row.difference))}`}
        </span>
      )}
      <span className={styles.score}>
        {own?.score === null || own === undefined ? "–" : scoreText(own.score)}
      </span>
    </button>
  );
}

function Controls({
  metrics,
  other,
  counts,
}: Pick<RowsProps, "metrics" | "other"> & { counts: Page["counts"] }) {
  const [{ metric, outcome, order, search }, setState] = useUrlState();
  const [text, setText] = useState(search ?? "");
  const [settled] = useDebouncedValue(text, 250);
  useEffect(() => setState({ search: settled === "" ? undefined : settled }), [settled, setState]);
  const all = counts === null ? 0 : counts.win + counts.tie + counts.loss;
  return (
    <div className={styles.controls}>
      {other !== undefined && counts !== null && (
        <SegmentedControl
          size="xs"
          aria-label="Which rows"
          value={outcome ?? "all"}
          data={[
            { value: "all", label: `All ${all}` },
            ...outcomes.map((one) => ({ value: one, label: `${words[one]} ${counts[one]}` })),
          ]}
          onChange={(value) => setState({ outcome: value === "all" ? undefined : value })}
        />
      )}
      <Select
        size="xs"
        aria-label="Metric"
        data={metrics.filter((name) => !name.startsWith("judge_"))}
        value={metric ?? metrics[0] ?? null}
        allowDeselect={false}
        className={styles.select}
        onChange={(value) => setState({ metric: value ?? undefined })}
      />
      <Select
        size="xs"
        aria-label="Order"
        data={orders.filter(({ needsOther }) => !needsOther || other !== undefined)}
        value={order ?? (other === undefined ? "worst" : "regressions")}
        allowDeselect={false}
        className={styles.order}
        onChange={(value) => setState({ order: value ?? undefined })}
      />
      <TextInput
        size="xs"
        aria-label="Search questions and answers"
        placeholder="Search"
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
    </div>
  );
}

export function Rows({ id, metrics, name, other }: RowsProps) {
  const [{ row: open, against }, setState] = useUrlState();
  const query = useRows(id, other !== undefined);
  const pages = query.data?.pages ?? [];
  const rows = pages.flatMap((page) => page.rows);
  const at = rows.findIndex(({ index }) => String(index) === open);
  const move = (step: number): void => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    if (next !== undefined) setState({ row: String(next.index) });
  };
  useShortcuts([
    { keys: "j", about: "Next row", run: () => move(1) },
    { keys: "k", about: "Row before", run: () => move(-1) },
  ]);
  const [first] = pages;
  return (
    <Panel
      title="Rows"
      side={<Controls metrics={metrics} other={other} counts={first?.counts ?? null} />}
      isFlush
    >
      {first?.delta && other !== undefined && (
        <DeltaWords delta={first.delta} metric={first.metric} name={name} other={other} />
      )}
      <View query={query} lines={8}>
        {() =>
          rows.length === 0 ? (
            <Empty title="No row fits the filter and the words" />
          ) : (
            <ol className={styles.rows}>
              {rows.map((row) => {
                const isOpen = String(row.index) === open;
                return (
                  <li key={row.index} className={styles.row}>
                    <Line
                      row={row}
                      isOpen={isOpen}
                      onToggle={() => setState({ row: isOpen ? undefined : String(row.index) })}
                    />
                    {isOpen && (
                      <RowDetails
                        id={id}
                        index={row.index}
                        against={other === undefined ? undefined : against}
                      />
                    )}
                  </li>
                );
              })}
            </ol>
          )
        }
      </View>
      {query.hasNextPage && (
        <Button
          variant="subtle"
          fullWidth
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show more of {first?.total}
        </Button>
      )}
    </Panel>
  );
}
