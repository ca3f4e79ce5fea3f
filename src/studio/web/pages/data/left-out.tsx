// Rows that are not in the set: who took each, why, what it says, and back again with one button. Searched by words.
import { Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useRef, useState } from "react";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { Link } from "../../app/link.tsx";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { LongList } from "../../design/long-list.tsx";
import { Num } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import styles from "./left-out.module.css";
import { addressOf, touched } from "./queries.ts";
import type { TabProps } from "./set.tsx";

type LeftRow = components["schemas"]["LeftOut"]["rows"][number];

function Words() {
  const [{ q = "" }, setState] = useUrlState();
  const [typed, setTyped] = useState(q);
  const field = useRef<HTMLInputElement>(null);
  const search = useDebouncedCallback((words: string) => setState({ q: words }), 250);
  useShortcuts([
    { keys: "/", about: "Search what was left out", run: () => field.current?.focus() },
  ]);
  return (
    <TextInput
      ref={field}
      aria-label="Search what was left out"
      placeholder="The row"
      leftSection={<Search size={14} aria-hidden="true" />}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        search(currentTarget.value);
      }}
    />
  );
}

function Where({ row, set }: TabProps & { row: LeftRow }) {
  if (row.step === "import") return <>line {row.at.toLocaleString("en")}</>;
  if (set.kind !== "numbered") return <Num of={row.at + 1} />;
  return (
    <Link to={`${addressOf(set.reference)}?tab=rows&status=removed&row=${row.at}`}>
      {(row.at + 1).toLocaleString("en")}
    </Link>
  );
}

const columns = ["Row", "Removed by", "Why", "Reason", "Back"];

function useLeftOut(set: TabProps["set"], q: string) {
  return $api.useInfiniteQuery(
    "get",
    "/api/v1/data/{set}/left-out",
    {
      params: {
        path: { set: set.reference },
        query: { limit: 100, ...(q !== "" && { search: q }) },
      },
    },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: ({ next }: { next: string | null }) => next ?? undefined,
      placeholderData: keepPreviousData,
    },
  );
}

interface ListedProps extends TabProps {
  rows: readonly LeftRow[];
  onEnd: (() => void) | undefined;
}

function Listed({ set, rows, onEnd }: ListedProps) {
  const back = useChange(
    async (row: string) => {
      const params = { path: { set: set.reference } };
      return await api.POST("/api/v1/data/{set}/bring-back", { params, body: { rows: [row] } });
    },
    { touches: touched, done: () => "The row is restored" },
  );
  return (
    <LongList
      label="Rows left out"
      items={rows}
      keyOf={({ step, at, back: key }, place) => `${step} ${at} ${key ?? place}`}
      estimate={58}
      lineClass={styles.line}
      onEnd={onEnd}
      head={columns.map((name) => (
        <span key={name} role="columnheader">
          {name}
        </span>
      ))}
    >
      {(row) => (
        <>
          <div role="cell" className={styles.number}>
            <Where row={row} set={set} />
          </div>
          <div role="cell" className={styles.step}>
            {row.step}
          </div>
          <div role="cell" className={styles.why} dir="auto">
            {row.why}
          </div>
          <div role="cell" dir="auto" className={styles.text} title={row.asked}>
            {row.asked}
          </div>
          <div role="cell">
            {row.back !== null && (
              <Button
                size="compact-xs"
                variant="default"
                loading={back.isPending && back.variables === row.back}
                onClick={() => back.mutate(row.back as string)}
              >
                Restore
              </Button>
            )}
          </div>
        </>
      )}
    </LongList>
  );
}

export function LeftOut({ set }: TabProps) {
  const [{ q = "" }] = useUrlState();
  const left = useLeftOut(set, q);
  const pages = left.data?.pages;
  const rows = (pages ?? []).flatMap((page) => page.rows);
  const total = pages?.[0]?.total ?? 0;
  if (pages === undefined && left.error === null && q === "")
    return <View query={left}>{() => null}</View>;
  if (pages !== undefined && rows.length === 0 && q === "")
    return (
      <Panel>
        <Empty title="Nothing was left out">
          Rows that an import could not use, duplicates, and rows that quality control or a person
          removed appear here with the reason.
        </Empty>
      </Panel>
    );
  return (
    <Panel
      title={`${total.toLocaleString("en")} ${total === 1 ? "row" : "rows"} left out`}
      side={<Words />}
      isFlush
    >
      <View query={left}>
        {() =>
          rows.length === 0 ? (
            <Empty title="No row matches the search">
              Search finds whole words; word* finds words that begin so.
            </Empty>
          ) : (
            <Listed
              {...{ set, rows }}
              onEnd={
                left.hasNextPage && !left.isFetchingNextPage
                  ? () => void left.fetchNextPage()
                  : undefined
              }
            />
          )
        }
      </View>
    </Panel>
  );
}
