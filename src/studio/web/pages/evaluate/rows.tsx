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
import { useWindowRows } from "../../design/use-window-rows.ts";
import { DeltaWords } from "./delta-words.tsx";
import { outcomeWords, RowList } from "./row-list.tsx";
import styles from "./rows.module.css";

type Page = components["schemas"]["EvaluationRows"];
type Query = NonNullable<paths["/api/v1/evaluations/{id}/rows"]["get"]["parameters"]["query"]>;

const outcomes = ["loss", "win", "tie"] as const;
const onePage = 50;
const lineHeight = 58;

const orders = [
  { value: "regressions", label: "Worst regressions first", needsOther: true },
  { value: "improvements", label: "Most improved first", needsOther: true },
  { value: "worst", label: "Lowest scores first", needsOther: false },
  { value: "data", label: "Dataset order", needsOther: false },
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
            ...outcomes.map((one) => ({
              value: one,
              label: `${outcomeWords[one]} ${counts[one]}`,
            })),
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
  const seen = useWindowRows(rows.length, lineHeight);
  const { places, show } = seen;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const isEnd = rows.length > 0 && places.at(-1) === rows.length - 1;
  // the first piece waits for the button, so that what stands below it can be reached; then they come by themselves
  const isLong = pages.length > 1;
  useEffect(() => {
    if (isEnd && isLong && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isEnd, isLong, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const at = rows.findIndex(({ index }) => String(index) === open);
  const move = (step: number): void => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    if (next === undefined) return;
    setState({ row: String(next.index) });
    show(rows.indexOf(next));
  };
  useShortcuts([
    { keys: "j", about: "Next row", run: () => move(1) },
    { keys: "k", about: "Previous row", run: () => move(-1) },
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
            <Empty title="No row matches the filter and the search" />
          ) : (
            <RowList
              {...{ id, rows, seen, total: first?.total }}
              against={other === undefined ? undefined : against}
            />
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
