// The review itself: the list, the document's text, the conversation in hand. What is chosen stands in the address, so
// that a reload comes back to the same turn.
import { Button, Select } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { $api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { ButtonLink } from "../../app/link.tsx";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { useUrlState } from "../../app/url-state.ts";
import { Empty, Keys, Trouble, View, Waiting } from "../../design/states.tsx";
import { FoundList, type Line } from "./found-list.tsx";
import { FoundInHand } from "./in-hand.tsx";
import styles from "./looking.module.css";
import { SourceText } from "./source-text.tsx";
import type { Found, Stretch } from "./turns.ts";
import { useReviewDeeds } from "./use-review.ts";

type Facts = components["schemas"]["ReviewDetails"];
type Status = "open" | "accepted" | "rejected";

const statuses = [
  { value: "open", label: "To decide" },
  { value: "accepted", label: "Accepted" },
  { value: "rejected", label: "Rejected" },
  { value: "all", label: "All" },
];

const sorts = [
  { value: "place", label: "Document order" },
  { value: "certainty", label: "Least certain first" },
];

function useLines(review: number, search: Record<string, string | undefined>) {
  const { status = "open", sort = "place", source } = search;
  return $api.useInfiniteQuery(
    "get",
    "/api/v1/reviews/{id}/conversations",
    {
      params: {
        path: { id: review },
        query: {
          limit: 200,
          sort: sort === "certainty" ? "certainty" : "place",
          ...(status !== "all" && { status: status as Status }),
          ...(source !== undefined && { source: Number(source) }),
        },
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

function useFound(review: number, current: number | undefined) {
  return $api.useQuery(
    "get",
    "/api/v1/reviews/{id}/conversations/{conversation}",
    { params: { path: { id: review, conversation: current ?? 0 } } },
    { enabled: current !== undefined, retry: false, placeholderData: keepPreviousData },
  );
}

function Filters({ review }: { review: Facts }) {
  const [search, change] = useUrlState();
  const sources = review.sources.filter(({ conversations }) => conversations > 0);
  return (
    <div className={styles.filters}>
      <Select
        size="xs"
        aria-label="Which"
        data={statuses}
        allowDeselect={false}
        value={search["status"] ?? "open"}
        onChange={(status) =>
          change({ status: status === "open" ? "" : (status ?? ""), c: "", t: "" })
        }
      />
      <Select
        size="xs"
        aria-label="Order"
        data={sorts}
        allowDeselect={false}
        value={search["sort"] ?? "place"}
        onChange={(sort) => change({ sort: sort === "place" ? "" : (sort ?? "") })}
      />
      {sources.length > 1 && (
        <Select
          size="xs"
          aria-label="Document"
          placeholder="All documents"
          clearable
          data={sources.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={search["source"] ?? null}
          onChange={(source) => change({ source: source ?? "", c: "", t: "" })}
        />
      )}
    </div>
  );
}

/** From where on a rule's word is taken for all at once. */
const sure = 0.9;

function Bar({ review, deeds }: { review: Facts; deeds: ReturnType<typeof useReviewDeeds> }) {
  return (
    <div className={styles.bar}>
      <Filters review={review} />
      <div className={styles.side}>
        <Button
          size="xs"
          variant="default"
          disabled={review.counts.open === 0}
          onClick={() => deeds.decideAll.mutate({ atLeast: sure, status: "accepted" })}
        >
          Accept all certain ones
        </Button>
        <Button
          size="xs"
          variant="default"
          rightSection={<Keys of="z" />}
          onClick={() => deeds.turn.mutate("undo")}
        >
          Undo
        </Button>
        <Button
          size="xs"
          variant="default"
          rightSection={<Keys of="Z" />}
          onClick={() => deeds.turn.mutate("redo")}
        >
          Redo
        </Button>
      </div>
    </div>
  );
}

function nothingHere(review: Facts, status: string): string {
  const all = review.counts.open + review.counts.accepted + review.counts.rejected;
  if (all === 0) return "No conversation was found";
  return status === "open" ? "Everything is decided" : "No conversation matches the filter";
}

/** All is decided: what a person does with it. */
function Next({ review }: { review: Facts }) {
  if (review.dataset_id === null || review.counts.open > 0) return null;
  return (
    <div className={styles.side}>
      <ButtonLink to={`/data/${review.dataset_id}?tab=rows`} kind="quiet">
        View its rows
      </ButtonLink>
      <ButtonLink to={`/data/${review.dataset_id}?tab=export`} kind="quiet">
        Export them
      </ButtonLink>
    </div>
  );
}

export function Looking({ review }: { review: Facts }) {
  const [search, change] = useUrlState();
  const stretch = useRef<Stretch>({ text: "", start: 0 });
  const query = useLines(review.id, search);
  const lines: Line[] = (query.data?.pages ?? []).flatMap(({ conversations }) => conversations);
  const deeds = useReviewDeeds(review.id, (c) => change({ c: String(c), t: "", status: "all" }));
  useShortcuts([
    { keys: "z", about: "Undo", run: () => deeds.turn.mutate("undo") },
    { keys: "Z", about: "Redo", run: () => deeds.turn.mutate("redo") },
  ]);
  const asked = Number(search["c"]);
  const current = asked > 0 ? asked : lines[0]?.id;
  const turn = Number(search["t"] ?? 0);
  const choose = useCallback(
    (id: number | undefined, at = 0) =>
      change({ c: id === undefined ? "" : String(id), t: at === 0 ? "" : String(at) }),
    [change],
  );
  const found = useFound(review.id, current);
  const step = (by: 1 | -1): number | undefined => {
    const at = lines.findIndex(({ id }) => id === current);
    return lines[at + by]?.id;
  };
  const keepStretch = useCallback((next: Stretch) => void (stretch.current = next), []);
  if (query.data === undefined) return <View query={query}>{() => null}</View>;
  const status = search["status"] ?? "open";
  return (
    <>
      <Bar review={review} deeds={deeds} />
      {lines.length === 0 && !(asked > 0) ? (
        <Empty title={nothingHere(review, status)} action={<Next review={review} />}>
          Documents lists what was read. Left out lists what was found but not used, and why.
        </Empty>
      ) : (
        <div className={styles.panes}>
          <FoundList
            lines={lines}
            current={current}
            hasMore={query.hasNextPage && !query.isFetchingNextPage}
            onMore={() => void query.fetchNextPage()}
            onChoose={choose}
          />
          {found.error !== null ? (
            <Trouble error={found.error} onRetry={() => choose(undefined)} />
          ) : found.data === undefined ? (
            <Waiting lines={8} />
          ) : (
            <>
              <SourceText
                key={`${found.data.source_id}`}
                review={review.id}
                source={found.data.source_id}
                conversation={found.data.id}
                begins={found.data.begins}
                ends={found.data.ends}
                turn={turn}
                onStretch={keepStretch}
                onChoose={choose}
              />
              <FoundInHand
                found={found.data as Found}
                source={review.sources.find(({ id }) => id === found.data.source_id)?.name ?? ""}
                turn={Math.min(turn, found.data.messages.length - 1)}
                stretch={stretch}
                deeds={deeds}
                next={() => step(1)}
                previous={() => step(-1)}
                onChoose={choose}
              />
            </>
          )}
        </div>
      )}
    </>
  );
}
