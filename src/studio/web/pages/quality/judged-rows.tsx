// Judged rows, a list beside the one in hand: its scores with the words that decide them, before and after, and the last
// word. What is chosen stands in the address.
import { Select } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useMeant } from "../../api/mutation.ts";
import { useUrlState } from "../../app/url-state.ts";
import { LongList } from "../../design/long-list.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { JudgedRow } from "./judged-row.tsx";
import styles from "./judged-rows.module.css";

type Row = components["schemas"]["JudgedRow"];
type Criteria = components["schemas"]["QualitySummary"]["criteria"];

const decisions = [
  { value: "all", label: "All rows" },
  { value: "fixed", label: "Fixed" },
  { value: "removed", label: "In quarantine" },
  { value: "below", label: "Still below" },
  { value: "kept", label: "Kept" },
] as const;

const orders = [
  { value: "newest", label: "Newest first" },
  { value: "position", label: "Dataset order" },
  { value: "score", label: "Lowest first" },
  { value: "gain", label: "Largest gain first" },
] as const;

type Decision = (typeof decisions)[number]["value"];
type Order = (typeof orders)[number]["value"];

const signs: Readonly<Record<Row["decision"], string>> = { kept: "✓", fixed: "✎", removed: "✕" };

const standings: Readonly<Record<Row["standing"], string>> = {
  applied: "",
  undone: " · undone",
  changed: " · edited since",
  none: "",
};

function Line({ row, isChosen, onChoose }: { row: Row; isChosen: boolean; onChoose: () => void }) {
  const opening = row.parts.find(({ role }) => role !== "system")?.text ?? "";
  return (
    <button type="button" className={styles.line} aria-current={isChosen} onClick={onChoose}>
      <span
        className={styles.sign}
        data-decision={row.is_below ? "below" : row.decision}
        aria-hidden="true"
      >
        {signs[row.decision]}
      </span>
      <span className={styles.opening} dir="auto">
        {opening}
      </span>
      <span className={styles.small}>
        row {row.position + 1} ·{" "}
        {row.score === null
          ? (row.findings[0]?.check.replaceAll("-", " ") ?? "no score")
          : row.score.toFixed(1)}
        {row.decision === "fixed" && row.after !== null && ` → ${row.after.toFixed(1)}`}
        {row.is_accepted ? " · accepted" : standings[row.standing]}
      </span>
    </button>
  );
}

function Filters({ decision, order, total, change }: FiltersProps) {
  return (
    <div className={styles.filters}>
      <Select
        size="xs"
        aria-label="Which rows"
        data={decisions}
        allowDeselect={false}
        value={decision}
        onChange={(value) => change({ decision: value === "all" ? "" : (value ?? ""), row: "" })}
      />
      <Select
        size="xs"
        aria-label="Order"
        data={orders}
        allowDeselect={false}
        value={order}
        onChange={(value) => change({ order: value === "newest" ? "" : (value ?? "") })}
      />
      <span className={styles.total}>{total.toLocaleString("en")} rows</span>
    </div>
  );
}

interface FiltersProps {
  decision: Decision;
  order: Order;
  total: number;
  change: (change: Record<string, string | undefined>) => void;
}

const step = 100;

/** Each row once: while rows are judged, pages move. */
function once(rows: readonly Row[]): Row[] {
  const known = new Set<number>();
  return rows.filter(({ id }) => !known.has(id) && known.add(id));
}

function useJudged(id: number, decision: Decision, order: Order) {
  return $api.useInfiniteQuery(
    "get",
    "/api/v1/quality/{job_id}/rows",
    { params: { path: { job_id: id }, query: { decision, order, limit: step } } },
    {
      pageParamName: "offset",
      initialPageParam: 0,
      getNextPageParam: (last: { rows: unknown[] }, pages: unknown[]) =>
        last.rows.length < step ? undefined : pages.length * step,
      placeholderData: keepPreviousData,
    },
  );
}

/** The row that is asked for, or the first; that one stays, though rows that are judged meanwhile come before it. */
function useInHand(found: readonly Row[], asked: number, view: string): Row | undefined {
  const [held, setHeld] = useState<{ view: string; row: number }>();
  const kept = held?.view === view ? held.row : undefined;
  const current =
    found.find(({ id }) => id === asked) ?? found.find(({ id }) => id === kept) ?? found[0];
  const id = current?.id;
  if (id !== undefined && (held?.view !== view || held.row !== id)) setHeld({ view, row: id });
  return current;
}

export function JudgedRows({ id, criteria }: { id: number; criteria: Criteria }) {
  const [search, change] = useUrlState();
  const decision = (search["decision"] ?? "all") as Decision;
  const order = (search["order"] ?? "newest") as Order;
  const rows = useJudged(id, decision, order);
  const found = once((rows.data?.pages ?? []).flatMap((page) => page.rows));
  const isMeant = useMeant();
  const current = useInHand(found, Number(search["row"]), `${decision} ${order}`);
  const go = (by: 1 | -1): void => {
    const next = found[found.findIndex((row) => row.id === current?.id) + by];
    if (next !== undefined) change({ row: String(next.id) });
  };
  return (
    <Panel isFlush>
      <Filters {...{ decision, order, change }} total={rows.data?.pages[0]?.total ?? 0} />
      <View query={rows} lines={8}>
        {() =>
          current === undefined ? (
            <Empty title="No row matches the filter">Rows appear here as they are judged.</Empty>
          ) : (
            <div className={styles.panes}>
              <div className={styles.list}>
                <LongList
                  label="Judged rows"
                  items={found}
                  keyOf={(row) => row.id}
                  estimate={52}
                  at={found.indexOf(current)}
                  fills
                  onEnd={
                    rows.hasNextPage && !rows.isFetchingNextPage
                      ? () => void rows.fetchNextPage()
                      : undefined
                  }
                >
                  {(row) => (
                    <Line
                      row={row}
                      isChosen={row.id === current.id}
                      onChoose={() => change({ row: String(row.id) })}
                    />
                  )}
                </LongList>
              </div>
              <JudgedRow
                key={current.id}
                job={id}
                row={current}
                criteria={criteria}
                isMeant={isMeant}
                onNext={() => go(1)}
                onPrevious={() => go(-1)}
              />
            </div>
          )
        }
      </View>
    </Panel>
  );
}
