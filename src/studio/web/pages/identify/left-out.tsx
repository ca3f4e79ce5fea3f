// What was found in the documents and not taken, each with its reason: looked at, and taken in all the same.
import { Button } from "@mantine/core";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { Chip, Chips } from "../../design/conversation.tsx";
import { LongList } from "../../design/long-list.tsx";
import { Num } from "../../design/numbers.tsx";
import { Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { certainty } from "./found-list.tsx";
import styles from "./left-out.module.css";
import type { useReviewDeeds } from "./use-review.ts";

type Piece = components["schemas"]["LeftPiece"];

interface LeftOutProps {
  id: number;
  deeds: ReturnType<typeof useReviewDeeds>;
}

function OnePiece({ piece, deeds }: { piece: Piece } & Pick<LeftOutProps, "deeds">) {
  const { source, source_id, rule, confidence, turns, reason, text, messages } = piece;
  return (
    <div className={styles.piece}>
      <div className={styles.words}>
        <p className={styles.reason}>Left out: {reason}</p>
        <p className={styles.text} dir="auto">
          {text}
        </p>
        <Chips>
          <Chip>{source}</Chip>
          <Chip>{rule}</Chip>
          <Chip>
            {certainty(confidence)}, {confidence.toFixed(2)}
          </Chip>
          <Chip>
            {turns} {turns === 1 ? "turn" : "turns"}
          </Chip>
        </Chips>
      </div>
      {piece.is_taken ? (
        <Chip tone="good">included</Chip>
      ) : (
        <Button
          size="compact-sm"
          variant="default"
          disabled={messages.length === 0 || deeds.add.isPending}
          onClick={() => deeds.add.mutate({ source: source_id, messages })}
        >
          Include it
        </Button>
      )}
    </div>
  );
}

export function LeftOut({ id, deeds }: LeftOutProps) {
  const query = $api.useInfiniteQuery(
    "get",
    "/api/v1/reviews/{id}/left-out",
    { params: { path: { id }, query: { limit: 200 } } },
    {
      pageParamName: "from",
      initialPageParam: 0,
      getNextPageParam: ({ next }: { next: number | null }) => next ?? undefined,
    },
  );
  const pages = query.data?.pages;
  const pieces = (pages ?? []).flatMap((page) => page.pieces as Piece[]);
  const total = pages?.[0]?.total ?? 0;
  if (pages === undefined) return <View query={query}>{() => null}</View>;
  if (total === 0)
    return (
      <Empty title="Nothing was left out">
        Everything that the rules found is under Conversations. To add a conversation that they
        missed, select its text there and press <kbd>+</kbd>.
      </Empty>
    );
  const kept = query.hasNextPage ? total : pieces.length;
  return (
    <Panel
      title={`${total.toLocaleString("en")} left out`}
      side={
        kept < total && (
          <>
            The first <Num of={kept} /> are shown, at most 100 of each document.
          </>
        )
      }
      isFlush
    >
      <LongList
        label="Left out"
        items={pieces}
        keyOf={({ source_id, begins, rule }) => `${source_id} ${begins} ${rule}`}
        estimate={110}
        onEnd={
          query.hasNextPage && !query.isFetchingNextPage
            ? () => void query.fetchNextPage()
            : undefined
        }
      >
        {(piece) => <OnePiece {...{ piece, deeds }} />}
      </LongList>
    </Panel>
  );
}
