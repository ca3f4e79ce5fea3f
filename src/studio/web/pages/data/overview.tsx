// What the set looks like: lengths, turns, topics, languages, splits, roles. Counted once for these rows; of many rows the
// pictures grow while they are counted.
import { Button } from "@mantine/core";
import { useEffect } from "react";
import { Link } from "../../app/link.tsx";
import { Num } from "../../design/numbers.tsx";
import { Columns, Panel } from "../../design/page.tsx";
import { Empty, Trouble, View, Waiting } from "../../design/states.tsx";
import { GoingOn } from "./going-on.tsx";
import { Bars, type Lengths, Shares, type Share } from "./pictures.tsx";
import { addressOf } from "./queries.ts";
import type { TabProps } from "./set.tsx";
import { useLook } from "./use-look.ts";

interface Pictures {
  rows: number;
  characters: Lengths;
  answers: Lengths;
  turns: Lengths;
  topics: Share[];
  languages: Share[];
  splits: Share[];
  roles: Share[];
}

function Shown({ pictures, set }: TabProps & { pictures: Pictures }) {
  const { rows, characters, answers, turns, topics, languages, splits, roles } = pictures;
  const listed = (field: string, name: string): string =>
    `${addressOf(set.reference)}?tab=rows&q=${encodeURIComponent(`"${name}"`)}&by=${field}`;
  return (
    <Columns least="22rem">
      <Panel title="Characters per row">
        <Bars lengths={characters} what="letters" />
      </Panel>
      <Panel title="Characters per answer">
        <Bars lengths={answers} what="letters" />
      </Panel>
      <Panel title="Turns per row">
        <Bars lengths={turns} what="turns" />
      </Panel>
      <Panel title="Languages">
        <Shares shares={languages} total={rows} none="No text is long enough to tell" />
      </Panel>
      <Panel title="Topics">
        <Shares
          shares={topics}
          total={rows}
          none="Rows name no topic"
          hrefOf={(name) => listed("topic", name)}
        />
      </Panel>
      <Panel title="Splits">
        <Shares shares={splits} total={rows} none="Rows name no split: training draws its own" />
      </Panel>
      <Panel title="Messages by role">
        <Shares
          shares={roles}
          total={roles.reduce((sum, { rows: own }) => sum + own, 0)}
          none="–"
        />
      </Panel>
    </Columns>
  );
}

export function Overview({ set }: TabProps) {
  const { query, begin } = useLook(set.reference, "pictures");
  const look = query.data;
  const isUnseen = look !== undefined && !look.is_whole && look.job_id === null;
  // few rows are counted at once; many when somebody says so
  const isSmall = set.rows <= 20_000;
  const mayBegin = isUnseen && isSmall && begin.isIdle && set.rows > 0;
  const { mutate } = begin;
  useEffect(() => {
    if (mayBegin) mutate(undefined);
  }, [mayBegin, mutate, set.revision]);
  if (set.rows === 0)
    return (
      <Panel>
        <Empty
          title="No rows"
          action={<Link to={`${addressOf(set.reference)}?tab=left-out`}>Left out</Link>}
        />
      </Panel>
    );
  return (
    <View query={query} lines={8}>
      {(found) => (
        <>
          <GoingOn look={found} what="Counting" />
          {found.result !== null && <Shown set={set} pictures={found.result as Pictures} />}
          {begin.error !== null && (
            <Trouble error={begin.error} onRetry={() => begin.mutate(undefined)} />
          )}
          {found.result === null && isSmall && begin.error === null && <Waiting lines={8} />}
          {isUnseen && !isSmall && (
            <Panel>
              <Empty
                title="Not computed yet"
                action={
                  <Button loading={begin.isPending} onClick={() => begin.mutate(undefined)}>
                    Count all rows
                  </Button>
                }
              >
                <Num of={set.rows} /> rows are counted by a job. The charts fill meanwhile and are
                kept until a row changes.
              </Empty>
            </Panel>
          )}
        </>
      )}
    </View>
  );
}
