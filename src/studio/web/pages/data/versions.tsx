// Versions of a set: what each changed, row by row, and an older one again.
import { Button } from "@mantine/core";
import { $api, api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useChange } from "../../api/mutation.ts";
import { Link } from "../../app/link.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { LongList } from "../../design/long-list.tsx";
import { Ago, Count, Num } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { Differences, type FieldChange } from "./differences.tsx";
import { addressOf, touched } from "./queries.ts";
import type { TabProps } from "./set.tsx";
import styles from "./versions.module.css";

interface Difference {
  kind: "removed" | "changed" | "added";
  id: string | null;
  position: number;
  before: unknown;
  after: unknown;
  fields: FieldChange[];
}

interface Diff {
  removed: number;
  changed: number;
  added: number;
  isReordered: boolean;
  rows: Difference[];
}

const numberOf = (version: string): string => version.split("@").at(-1) ?? version;

function shortRow(value: unknown): string {
  const { messages, ...row } = (value ?? {}) as { messages?: { content?: unknown }[] };
  const text = messages
    ?.map(({ content }) => (typeof content === "string" ? content : ""))
    .join("  ·  ");
  return (text ?? JSON.stringify(row)).slice(0, 300);
}

function Row({ difference }: { difference: Difference }) {
  const { kind, position, before, after, fields } = difference;
  return (
    <div className={styles.row}>
      <span className={styles.kind} data-kind={kind}>
        {kind}
      </span>
      <div className={styles.what}>
        <span className={styles.small}>row {(position + 1).toLocaleString("en")}</span>
        {kind === "changed" ? (
          <Differences fields={fields} />
        ) : (
          <p dir="auto" className={styles.text}>
            {shortRow(kind === "added" ? after : before)}
          </p>
        )}
      </div>
    </div>
  );
}

function Compared({ name, before, after }: { name: string; before: string; after: string }) {
  const diff = $api.useQuery("get", "/api/v1/sets/{name}/diff", {
    params: {
      path: { name: `${name}@${before}` },
      query: { with: `${name}@${after}`, limit: 1000 },
    },
  });
  return (
    <Panel title={`From version ${before} to ${after}`}>
      <View query={diff} lines={6}>
        {({ diff: found }) => {
          const { added, changed, removed, rows, isReordered } = found as Diff;
          const all = added + changed + removed;
          if (all === 0)
            return (
              <Empty title={isReordered ? "The same rows in another order" : "The same rows"} />
            );
          return (
            <>
              <p className={styles.counts}>
                <Num of={added} /> added, <Num of={changed} /> changed, <Num of={removed} /> removed
                {rows.length < all && (
                  <>
                    ; the first <Num of={rows.length} /> are shown
                  </>
                )}
              </p>
              <LongList label="Rows that differ" items={rows} keyOf={(_, place) => place}>
                {(difference) => <Row difference={difference} />}
              </LongList>
            </>
          );
        }}
      </View>
    </Panel>
  );
}

interface ListedProps extends TabProps {
  name: string;
  /** Number of the one that is compared. */
  after: string;
  versions: readonly components["schemas"]["Version"][];
}

function Listed({ name, set, after, versions: found }: ListedProps) {
  const [, setState] = useUrlState();
  const again = useChange(
    async (version: string) => {
      const path = { name: `${name}@${version}` };
      return (await api.POST("/api/v1/sets/{name}/restore", { params: { path }, body: {} })).data;
    },
    { touches: touched, done: (made) => `${made?.version ?? "The version"} is current again` },
  );
  return (
    <LongList
      label={`Versions of ${name}`}
      items={found}
      keyOf={({ version }) => version}
      estimate={56}
    >
      {({ version, rows, action, message, createdAt }, place) => {
        const number = numberOf(version);
        return (
          <div className={styles.version} data-on={number === after || undefined}>
            <span className={styles.number}>{number}</span>
            <span className={styles.message}>
              {message === "" ? action : message}
              <span className={styles.small}>
                <Count of={rows} what="row" />, <Ago at={createdAt} />
              </span>
            </span>
            <span className={styles.deeds}>
              {number !== "1" && (
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => setState({ to: number, from: String(Number(number) - 1) })}
                >
                  What it changed
                </Button>
              )}
              {place > 0 && (
                <>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() =>
                      setState({ from: number, to: numberOf(found[0]?.version ?? "") })
                    }
                  >
                    Compare with the newest
                  </Button>
                  {set.kind === "kept" && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={again.isPending && again.variables === number}
                      onClick={() => again.mutate(number)}
                    >
                      Restore
                    </Button>
                  )}
                </>
              )}
              <Link to={addressOf(`sets:${version}`) + "?tab=rows"}>Rows</Link>
            </span>
          </div>
        );
      }}
    </LongList>
  );
}

function KeptVersions({ name, set }: TabProps & { name: string }) {
  const [{ from, to }] = useUrlState();
  const versions = $api.useQuery("get", "/api/v1/sets/{name}", { params: { path: { name } } });
  return (
    <View query={versions}>
      {({ versions: found }) => {
        const after = to ?? numberOf(found[0]?.version ?? "1");
        const before = from ?? String(Math.max(1, Number(after) - 1));
        return (
          <>
            <Panel title={`Versions of ${name}`} isFlush>
              <Listed {...{ name, set, after }} versions={found} />
            </Panel>
            {before !== after && <Compared name={name} before={before} after={after} />}
          </>
        );
      }}
    </View>
  );
}

export function Versions({ set }: TabProps) {
  const name = set.kind === "kept" ? set.name : set.kept_as;
  if (name !== null) return <KeptVersions name={name} set={set} />;
  return (
    <Panel>
      <Empty title="No versions yet">
        “Keep a version” saves the rows as they are now. Later you can see row by row what changed
        since, and go back.
      </Empty>
    </Panel>
  );
}
