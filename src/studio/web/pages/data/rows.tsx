// Rows of a set: searched, filtered, sorted, one open beside the table. j and k go through them, e edits.
import { SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Search } from "lucide-react";
import { memo, useCallback, useMemo, useRef, useState } from "react";
import { ButtonLink } from "../../app/link.tsx";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { Count, Num } from "../../design/numbers.tsx";
import { Empty, Trouble, Waiting } from "../../design/states.tsx";
import { LineTable, type LineTableProps, mostLines } from "./line-table.tsx";
import { addressOf } from "./queries.ts";
import { RowDetail } from "./row-detail.tsx";
import styles from "./rows.module.css";
import type { TabProps } from "./set.tsx";
import { type LineFilter, type SeenLines, useLines } from "./use-lines.ts";

const statuses = [
  { value: "active", label: "In the dataset" },
  { value: "removed", label: "Removed" },
  { value: "all", label: "Both" },
];

const orders = [
  { value: "index", label: "Dataset order" },
  { value: "-score", label: "Best score first" },
  { value: "score", label: "Worst score first" },
];

const isStatus = (text: string | undefined): text is "removed" | "all" =>
  text === "removed" || text === "all";
const isOrder = (text: string | undefined): text is "score" | "-score" =>
  text === "score" || text === "-score";

function useFilter(): LineFilter {
  const [{ q, status, sort }] = useUrlState();
  return useMemo(
    () => ({
      ...(q !== undefined && q !== "" && { search: q }),
      ...(isStatus(status) && { status }),
      ...(isOrder(sort) && { sort }),
    }),
    [q, status, sort],
  );
}

/** Drawn again only where it says something else: lines come and go while the table scrolls. */
const Bar = memo(function Bar({ set, total }: TabProps & { total: number | undefined }) {
  const [{ q = "", status = "active", sort = "index" }, setState] = useUrlState();
  const [typed, setTyped] = useState(q);
  const field = useRef<HTMLInputElement>(null);
  const search = useDebouncedCallback((words: string) => setState({ q: words }), 250);
  useShortcuts([{ keys: "/", about: "Search rows", run: () => field.current?.focus() }]);
  return (
    <div className={styles.bar}>
      <TextInput
        ref={field}
        aria-label="Search rows"
        placeholder={'Words, "exact words", word*, OR, NOT'}
        leftSection={<Search size={14} aria-hidden="true" />}
        value={typed}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value);
          search(currentTarget.value);
        }}
        className={styles.search}
      />
      {set.kind === "numbered" && (
        <>
          <SegmentedControl
            aria-label="Which rows"
            data={statuses}
            value={status}
            onChange={(value) => setState({ status: value === "active" ? undefined : value })}
          />
          <Select
            aria-label="Order"
            data={orders}
            value={sort}
            allowDeselect={false}
            w="11rem"
            onChange={(value) => setState({ sort: value === "index" ? "" : (value ?? "") })}
          />
        </>
      )}
      <span className={styles.count} role="status">
        {total !== undefined && <Count of={total} what="row" />}
      </span>
    </div>
  );
});

const numberOr = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

interface ListedProps
  extends TabProps, Pick<LineTableProps, "open" | "hrefOf" | "onOpen" | "onReady"> {
  lines: SeenLines;
  filter: LineFilter;
}

/** A row that is looked for may have been left out: the way to it, with the same words. */
function InLeftOut({ set, search }: TabProps & { search: string | undefined }) {
  if (set.left_out === 0) return null;
  const words = search === undefined ? "" : `&q=${encodeURIComponent(search)}`;
  return (
    <ButtonLink to={`${addressOf(set.reference)}?tab=left-out${words}`} kind="quiet">
      Search the {set.left_out.toLocaleString("en")} left out
    </ButtonLink>
  );
}

/** The lines, or why there are none. */
function Listed({ set, lines, filter, open, ...how }: ListedProps) {
  const { total } = lines;
  if (lines.error !== undefined) return <Trouble error={lines.error} onRetry={lines.retry} />;
  if (total === undefined)
    return (
      <div className={styles.waiting}>
        <Waiting lines={12} />
      </div>
    );
  if (total === 0)
    return (
      <Empty
        title={filter.search === undefined ? "No row here" : "No row matches the search"}
        action={<InLeftOut set={set} search={filter.search} />}
      >
        {filter.search === undefined
          ? "Removed rows are under Left out, with who removed them and why."
          : "Search finds whole words; word* finds words that begin so."}
      </Empty>
    );
  return (
    <LineTable
      key={JSON.stringify(filter)}
      {...{ lines, total, open, ...how }}
      start={open ?? 0}
      isNarrow={open !== undefined}
    />
  );
}

export function Rows({ set }: TabProps) {
  const filter = useFilter();
  const lines = useLines(set.reference, filter);
  const [{ row, edit }, setState] = useUrlState();
  const open = numberOr(row);
  const place = useRef<number>(undefined);
  const show = useRef<(place: number) => void>(() => undefined);
  const onOpen = useCallback(
    (at: number, to: number) => {
      place.current = to;
      setState({ row: String(at), edit: "" });
    },
    [setState],
  );
  const own = addressOf(set.reference);
  const hrefOf = useCallback(
    (at: number) => {
      const search = new URLSearchParams(location.search);
      search.set("tab", "rows");
      search.set("row", String(at));
      return `${own}?${search.toString()}`;
    },
    [own],
  );
  const step = (by: number): void => {
    const now =
      open === undefined ? -1 : (lines.placeOf(open) ?? place.current ?? Math.max(-1, open - 1));
    const to = Math.max(0, Math.min((lines.total ?? 1) - 1, now + by));
    const line = lines.at(to);
    show.current(to);
    if (line !== undefined) onOpen(line.at, to);
  };
  const close = useCallback(() => setState({ row: "", edit: "" }), [setState]);
  const setEditing = useCallback(
    (isOn: boolean) => setState({ edit: isOn ? "1" : "" }),
    [setState],
  );
  useShortcuts([
    { keys: "j", about: "Next row", run: () => step(1) },
    { keys: "k", about: "Previous row", run: () => step(-1) },
    { keys: "e", about: "Edit the row", run: () => open !== undefined && setEditing(true) },
    { keys: "Escape", about: "Close the row", run: close },
  ]);
  const { total } = lines;
  return (
    <>
      <Bar set={set} total={total} />
      <div className={styles.both} data-open={open !== undefined || undefined}>
        <section className={styles.panel} aria-label="Rows of the set">
          <Listed
            {...{ set, lines, filter, open, hrefOf, onOpen }}
            onReady={(to) => void (show.current = to)}
          />
        </section>
        {open !== undefined && (
          <RowDetail
            key={open}
            {...{ set, at: open, onClose: close, onStep: step }}
            isEditing={edit === "1"}
            setEditing={setEditing}
          />
        )}
      </div>
      {(total ?? 0) > mostLines && (
        <p className={styles.note}>
          The first <Num of={mostLines} /> rows are shown. Search covers all of them.
        </p>
      )}
    </>
  );
}
