// What happens elsewhere, told to the open pages: one stream of events from the server for all windows of this browser, and
// a channel between them. Both end in the same place: what is known of the thing that changed is asked for again.
import { useEffect, useSyncExternalStore } from "react";
import { apiUrl, queries } from "./client.ts";

export interface JobEvent {
  id: number;
  job_id: string;
  unit_id: number | null;
  at: string;
  type: string;
  data: unknown;
}

type Listener = (event: JobEvent) => void;

const listeners = new Set<Listener>();
const windows = new BroadcastChannel("ft-studio");

/** Milliseconds in which events are gathered before anything is asked for. */
const gathering = 250;

let isDue = false;
const due = new Set<string>();

/** Everything asked for at paths that begin so is asked for again; resolves when it has come. */
async function refreshHere(paths: readonly string[]): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey }) => paths.some((path) => String(queryKey[1]).startsWith(path)),
  });
}

/** After a change by this window. */
export function refresh(...paths: string[]): void {
  void refreshHere(paths);
  windows.postMessage(paths);
}

windows.addEventListener("message", ({ data }) => void refreshHere(data as string[]));

async function refreshDue(): Promise<void> {
  for (isDue = true; due.size > 0;) {
    await new Promise((resolve) => setTimeout(resolve, gathering));
    const paths = [...due];
    due.clear();
    // the next look waits for these answers: events that never rest would else cancel them all
    await refreshHere(paths);
  }
  isDue = false;
}

/** Soon, and once for all that happens until then: never more often than answers come. */
export function refreshSoon(...paths: string[]): void {
  for (const path of paths) due.add(path);
  if (!isDue) void refreshDue();
}

/** What an event of the queue may have changed beside the job. */
const touched = ["/api/v1/jobs", "/api/tasks", "/api/v1/runs", "/api/v1/totals"];

export type Connection = "connecting" | "open" | "lost";

let connection: Connection = "connecting";
const watching = new Set<() => void>();

function say(state: Connection): void {
  if (state === connection) return;
  const cameBack = connection === "lost" && state === "open";
  connection = state;
  for (const one of watching) one();
  // what was missed meanwhile may be anything
  if (cameBack) void queries.invalidateQueries();
}

function take(event: JobEvent): void {
  refreshSoon(...touched);
  if (/completed|failed|cancelled/.test(event.type)) refreshSoon("/api/datasets");
  for (const listener of listeners) listener(event);
}

type Word = { event: JobEvent } | { state: Connection } | { asks: true };

// A browser opens six connections to one server and no more: a stream in each of six windows would leave none for
// anything else. One window has the stream and tells the others; when it is closed, the next one takes it over.
const stream = new BroadcastChannel("ft-studio-events");
let isTeller = false;

function tell(word: Word): void {
  if (isTeller) stream.postMessage(word);
}

stream.addEventListener("message", ({ data }) => {
  const word = data as Word;
  if ("asks" in word) tell({ state: connection });
  else if ("event" in word) take(word.event);
  else say(word.state);
});

function listen(): void {
  const source = new EventSource(`${apiUrl}/api/v1/events`, { withCredentials: true });
  const pass = (state: Connection): void => {
    say(state);
    tell({ state });
  };
  source.addEventListener("open", () => pass("open"));
  source.addEventListener("message", ({ data }) => {
    const event = JSON.parse(data as string) as JobEvent;
    take(event);
    tell({ event });
  });
  source.addEventListener("error", () => {
    pass("lost");
    // an answer other than a stream ends it for good: then it is begun anew
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    setTimeout(listen, 2000);
  });
}

let hasBegun = false;

export function followEvents(): void {
  if (hasBegun) return;
  hasBegun = true;
  let wasTold = false;
  stream.addEventListener("message", () => void (wasTold = true), { once: true });
  stream.postMessage({ asks: true } satisfies Word);
  void navigator.locks.request("ft-studio-events", async () => {
    isTeller = true;
    // what came between the window that had the stream and this one may be anything
    if (wasTold) void queries.invalidateQueries();
    listen();
    await new Promise(() => undefined);
  });
}

export const useConnection = (): Connection =>
  useSyncExternalStore(
    (watch) => {
      watching.add(watch);
      return () => void watching.delete(watch);
    },
    () => connection,
  );

/** Calls `listener` for every event of the queue while the component stands. */
export function useEvents(listener: Listener): void {
  useEffect(() => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [listener]);
}
