// Every set of rows on this machine in one list; files dropped anywhere here are taken in.
import { Button, Checkbox, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Search } from "lucide-react";
import { useState } from "react";
import { $api } from "../../api/client.ts";
import { ButtonLink, Link } from "../../app/link.tsx";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { LongList } from "../../design/long-list.tsx";
import { Ago, Bytes, Num } from "../../design/numbers.tsx";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { DropZone, ImportButton, ImportReports, useImports } from "./import.tsx";
import { MakingGoing } from "./making.tsx";
import { addressOf, type SetEntry } from "./queries.ts";
import { MergeButton, SetMenu } from "./set-deeds.tsx";
import styles from "./sets.module.css";

type Order = (a: SetEntry, b: SetEntry) => number;

const orders: Readonly<Record<string, Order>> = {
  changed: (a, b) => (a.changed_at < b.changed_at ? 1 : -1),
  name: (a, b) => a.name.localeCompare(b.name),
  rows: (a, b) => b.rows - a.rows,
  size: (a, b) => (b.bytes ?? -1) - (a.bytes ?? -1),
};

const kinds = [
  { value: "all", label: "All" },
  { value: "numbered", label: "Current" },
  { value: "kept", label: "Kept versions" },
];

const matches = ({ name, origin, format }: SetEntry, words: string): boolean =>
  words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => `${name} ${origin} ${format ?? ""}`.toLowerCase().includes(word));

function Head({ by, sort, children }: { by: string; sort: string; children: string }) {
  const [, setState] = useUrlState();
  const isSorted = sort === by;
  return (
    <span
      role="columnheader"
      aria-sort={isSorted ? (by === "name" ? "ascending" : "descending") : "none"}
      className={by === "name" ? "" : styles.end}
    >
      <button
        type="button"
        className={styles.sort}
        data-on={isSorted || undefined}
        onClick={() => setState({ sort: by === "changed" ? undefined : by })}
      >
        {children}
        <span aria-hidden="true">{isSorted ? (by === "name" ? " ↑" : " ↓") : ""}</span>
      </button>
    </span>
  );
}

interface CellsProps {
  set: SetEntry;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
}

function Cells({ set, isChosen, onChoose }: CellsProps) {
  const { reference, kind, name, origin, format, rows, bytes, versions, changed_at: at } = set;
  return (
    <>
      <div role="cell">
        {kind === "numbered" && (
          <Checkbox
            size="xs"
            checked={isChosen}
            aria-label={`Choose ${name}`}
            onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
          />
        )}
      </div>
      <div role="cell" className={styles.nameCell}>
        <Link to={addressOf(reference)} className={styles.name}>
          <bdi>{name}</bdi>
        </Link>
        <span className={styles.small}>
          {kind === "kept" ? `${versions} version${versions === 1 ? "" : "s"}` : origin}
          {kind === "kept" && origin !== "" ? `, ${origin}` : ""}
        </span>
      </div>
      <div role="cell" className={styles.form}>
        {format ?? "–"}
      </div>
      <div role="cell" className={styles.end}>
        <Num of={rows} />
      </div>
      <div role="cell" className={styles.end}>
        {bytes === null ? "–" : <Bytes of={bytes} />}
      </div>
      <div role="cell" className={styles.end}>
        <Ago at={at} />
      </div>
      <div role="cell" className={styles.menu}>
        <SetMenu set={set} />
      </div>
    </>
  );
}

interface SetTableProps {
  shown: readonly SetEntry[];
  sort: string;
  chosen: ReadonlySet<string>;
  choose: (reference: string, isChosen: boolean) => void;
}

function SetTable({ shown, sort, chosen, choose }: SetTableProps) {
  const head = (
    <>
      <span role="columnheader">
        <span className={styles.hidden}>Choose</span>
      </span>
      <Head by="name" sort={sort}>
        Name
      </Head>
      <span role="columnheader">Form</span>
      <Head by="rows" sort={sort}>
        Rows
      </Head>
      <Head by="size" sort={sort}>
        Size
      </Head>
      <Head by="changed" sort={sort}>
        Changed
      </Head>
      <span role="columnheader">
        <span className={styles.hidden}>More</span>
      </span>
    </>
  );
  return (
    <LongList
      label="Sets"
      items={shown}
      keyOf={({ reference }) => reference}
      estimate={58}
      lineClass={styles.line}
      head={head}
    >
      {(set) => (
        <Cells
          set={set}
          isChosen={chosen.has(set.reference)}
          onChoose={(isChosen) => choose(set.reference, isChosen)}
        />
      )}
    </LongList>
  );
}

/** Kept in the address a moment after the last key. */
function Filter() {
  const [{ q = "" }, setState] = useUrlState();
  const [typed, setTyped] = useState(q);
  const keep = useDebouncedCallback((words: string) => setState({ q: words }), 150);
  return (
    <TextInput
      aria-label="Filter datasets"
      placeholder="Filter by name, origin, form"
      leftSection={<Search size={14} aria-hidden="true" />}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        keep(currentTarget.value);
      }}
      className={styles.filter}
    />
  );
}

function List({ sets }: { sets: readonly SetEntry[] }) {
  const [{ q = "", kind = "all", sort = "changed" }, setState] = useUrlState();
  // a field that is emptied from elsewhere begins anew
  const [cleared, setCleared] = useState(0);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const shown = sets
    .filter((set) => (kind === "all" || set.kind === kind) && matches(set, q))
    .toSorted(orders[sort] ?? orders["changed"]);
  const choose = (reference: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(reference);
    else next.delete(reference);
    setChosen(next);
  };
  const merged = sets.filter(({ reference }) => chosen.has(reference));
  return (
    <>
      <div className={styles.bar}>
        <Filter key={cleared} />
        <SegmentedControl
          aria-label="Which datasets"
          data={kinds}
          value={kind}
          onChange={(value) => setState({ kind: value === "all" ? undefined : value })}
        />
        {merged.length > 0 && <MergeButton sets={merged} onDone={() => setChosen(new Set())} />}
      </div>
      <Panel isFlush>
        {shown.length === 0 ? (
          <Empty
            title="No dataset matches"
            action={
              <Button
                variant="default"
                onClick={() => {
                  setState({ q: "", kind: undefined });
                  setCleared(cleared + 1);
                }}
              >
                Show all
              </Button>
            }
          />
        ) : (
          <SetTable {...{ shown, sort, chosen, choose }} />
        )}
      </Panel>
    </>
  );
}

export function Sets() {
  const sets = $api.useQuery("get", "/api/v1/data", {});
  const imports = useImports();
  useShortcuts([{ keys: "i", about: "Import a file", run: imports.choose }]);
  return (
    <DropZone onFiles={imports.take}>
      <Page
        title="Data"
        lead="View your datasets, correct rows, keep versions, train on them. Drop a file anywhere to import it."
        actions={
          <>
            <ImportButton imports={imports} />
            <ButtonLink to="/generate" kind="quiet">
              Generate rows
            </ButtonLink>
          </>
        }
      >
        <MakingGoing />
        <ImportReports imports={imports} />
        <View query={sets} lines={8}>
          {({ sets: found }) =>
            found.length === 0 ? (
              <Panel>
                <Empty
                  title="No data yet"
                  action={
                    <Button onClick={imports.choose} variant="default">
                      Choose a file
                    </Button>
                  }
                >
                  JSON lines, JSON, CSV, TSV or Parquet, with one conversation or one instruction
                  and its answer per row. Or drop documents under Identify, or generate rows.
                </Empty>
              </Panel>
            ) : (
              <List sets={found} />
            )
          }
        </View>
      </Page>
    </DropZone>
  );
}
