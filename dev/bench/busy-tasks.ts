// How long a page's tasks keep the processor, from a trace of Chromium: unlike their length by the clock, that does not grow
// with what else the machine does.
import type { Browser, Page } from "playwright-core";

interface TraceEvent {
  ph: string;
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of the processor. */
  tdur?: number;
  args?: { name?: string };
}

/** Milliseconds of the processor that the longest task of the page took while `act` went on. */
export async function busiestTask<T>(
  browser: Browser,
  page: Page,
  act: () => Promise<T>,
): Promise<{ result: T; busiest: number }> {
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
  const result = await act();
  const trace = await browser.stopTracing();
  const { traceEvents } = JSON.parse(trace.toString("utf8")) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;
  const main = new Set(
    traceEvents
      .filter(
        ({ ph, name, args }) =>
          ph === "M" && name === "thread_name" && args?.name === "CrRendererMain",
      )
      .map(threadOf),
  );
  const tasks = traceEvents.filter(
    (event) => event.ph === "X" && event.name.endsWith("RunTask") && main.has(threadOf(event)),
  );
  return { result, busiest: Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / 1000)) };
}
