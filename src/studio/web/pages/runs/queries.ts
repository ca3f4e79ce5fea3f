// What pages of runs ask for, and when it is asked for again: with the events of the queue; of a run that nobody here
// trains, every few seconds while it goes on.
import { useCallback } from "react";
import { $api } from "../../api/client.ts";
import { refreshSoon, useEvents } from "../../api/events.ts";
import type { components } from "../../api/generated.d.ts";

export type RunShape = components["schemas"]["Run"];
export type Series = components["schemas"]["RunCurves"]["series"][number];

/** Milliseconds between two looks at a run of a terminal, which tells the queue nothing. */
const every = 5000;
/** Points of a figure: as many as a chart is wide. */
export const points = 900;

/** Lists of runs have names of their own: events of the queue count for them too. */
export function useRunEvents(): void {
  // never more often than answers come: of five hundred runs one takes a moment
  const listener = useCallback(() => refreshSoon("/api/v1/run-", "/api/v1/sweeps"), []);
  useEvents(listener);
}

export function useRun(id: string) {
  return $api.useQuery(
    "get",
    "/api/v1/runs/{id}",
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data?.run.status === "running" ? every : false) },
  );
}

/** What can be done to it now. Of a process that works for no job, no event tells that it has ended. */
export function useControl(id: string, isRunning: boolean) {
  return $api.useQuery(
    "get",
    "/api/v1/runs/{id}/control",
    { params: { path: { id } } },
    {
      refetchInterval: ({ state }) =>
        isRunning || (state.data?.job === null && state.data.can_stop) ? every : false,
    },
  );
}

/** A trial that goes on tells its steps to its own run alone. */
export function useSweeps() {
  return $api.useQuery(
    "get",
    "/api/v1/sweeps",
    {},
    {
      refetchInterval: ({ state }) => {
        const trials = state.data?.sweeps.flatMap((sweep) => sweep.trials) ?? [];
        return trials.some(({ status }) => status === "running") ? every : false;
      },
    },
  );
}

export function useCurves(id: string) {
  return $api.useQuery(
    "get",
    "/api/v1/runs/{id}/curves",
    { params: { path: { id }, query: { points } } },
    { refetchInterval: ({ state }) => (state.data?.status === "running" ? every : false) },
  );
}

/** `/data/rows.jsonl` → `rows.jsonl`; of a folder with the one above it, since `chat` alone tells nothing. */
export function short(path: string): string {
  const parts = path.replace(/\/+$/, "").split("/");
  const last = parts.at(-1) ?? path;
  return last.includes(".") || parts.length < 3 ? last : parts.slice(-2).join("/");
}

export const nameOf = ({ model, dataset }: Pick<RunShape, "model" | "dataset">): string =>
  `${short(model)} on ${short(dataset)}`;
