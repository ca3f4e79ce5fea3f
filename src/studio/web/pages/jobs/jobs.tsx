// The queue: what runs and waits above, what has ended below. Which are shown stands in the address.
import { SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "../../api/client.ts";
import type { components } from "../../api/generated.d.ts";
import { useUrlState } from "../../app/url-state.ts";
import { Page, Panel } from "../../design/page.tsx";
import { Empty, View } from "../../design/states.tsx";
import { JobLines } from "./job-lines.tsx";
import styles from "./jobs.module.css";

const filters = [
  "all",
  "running",
  "pending",
  "paused",
  "completed",
  "failed",
  "cancelled",
] as const;
type Filter = (typeof filters)[number];
type Job = components["schemas"]["Job"];

const isFilter = (text: string | undefined): text is Filter =>
  (filters as readonly (string | undefined)[]).includes(text);

const atOnce = 100;

/** Newest first, in pieces: the next is asked for when the last line comes into sight. */
function useJobs(filter: Filter) {
  const wanted = filter === "all" ? {} : { status: filter };
  return useInfiniteQuery({
    queryKey: ["jobs", "/api/v1/jobs", filter],
    initialPageParam: 0,
    queryFn: async ({ pageParam: offset, signal }) => {
      const params = { query: { ...wanted, limit: atOnce, offset } };
      const { data } = await api.GET("/api/v1/jobs", { params, signal });
      return data?.jobs ?? [];
    },
    getNextPageParam: (last, pages) => (last.length === atOnce ? pages.length * atOnce : undefined),
  });
}

/** A job that has come meanwhile has moved the others: then one is in two pieces. */
const once = (jobs: readonly Job[]): Job[] => [
  ...new Map(jobs.map((job) => [job.id, job])).values(),
];

export function Jobs() {
  const [{ status }, setState] = useUrlState();
  const filter = isFilter(status) ? status : "all";
  const jobs = useJobs(filter);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = jobs;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <Page
      title="Jobs"
      lead="Everything that takes time runs here. Jobs continue when this page is closed and after a restart."
    >
      <SegmentedControl
        className={styles.filters}
        aria-label="Which jobs"
        value={filter}
        onChange={(value) => setState({ status: value === "all" ? undefined : value })}
        data={filters.map((value) => ({ value, label: value }))}
      />
      <Panel isFlush>
        <View query={jobs} lines={8}>
          {({ pages }) => {
            const found = once(pages.flat());
            return found.length === 0 ? (
              <Empty title={filter === "all" ? "The queue is empty" : `No job is ${filter}`}>
                Training, generation, evaluation, export and upload jobs appear here.
              </Empty>
            ) : (
              <JobLines jobs={found} onEnd={onEnd} />
            );
          }}
        </View>
      </Panel>
    </Page>
  );
}
