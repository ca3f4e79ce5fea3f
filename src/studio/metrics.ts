// What the studio counts and what its store holds, in Prometheus's text format 0.0.4: requests since the start, jobs,
// units and calls as they are now. Counts; judges nothing.
import { Counter, type Sample, sampleLines, SecondsHistogram } from "../serve/http/metrics.ts";
import { countWorkers, spendingOf, type Store } from "../store/index.ts";
import type { Answered } from "./http/app.ts";

/** Billionths of a dollar in one. */
const billionths = 1e9;

async function jobSamples({ db }: Store): Promise<Sample[]> {
  const rows = await db
    .selectFrom("jobs")
    .select(({ fn }) => ["kind", "status", fn.countAll<number>().as("count")])
    .groupBy(["kind", "status"])
    .orderBy("kind")
    .orderBy("status")
    .execute();
  return rows.map(({ kind, status, count }) => [{ kind, status }, Number(count)]);
}

/** Units of jobs that have not ended: what waits, and what is in hand. */
async function unitSamples({ db }: Store): Promise<Sample[]> {
  const rows = await db
    .selectFrom("units")
    .innerJoin("jobs", "jobs.id", "units.job_id")
    .select(({ fn }) => ["units.status as status", fn.countAll<number>().as("count")])
    .where("jobs.status", "in", ["pending", "running", "paused"])
    .where("units.status", "in", ["ready", "leased"])
    .groupBy("units.status")
    .execute();
  const count = (status: string): number =>
    Number(rows.find((row) => row.status === status)?.count ?? 0);
  return [
    [{ status: "waiting" }, count("ready")],
    [{ status: "in_hand" }, count("leased")],
  ];
}

async function callLines(store: Store): Promise<string[]> {
  const { calls, spent, tokensIn, tokensOut } = await spendingOf(store);
  const states = Object.entries(calls).map(([state, count]): Sample => [{ state }, count]);
  const counted = (name: string, help: string, samples: readonly Sample[]): string[] =>
    sampleLines(name, { help, type: "counter" }, samples);
  return [
    ...sampleLines("ft_calls", { help: "Provider calls by result." }, states),
    ...counted("ft_spent_dollars_total", "Cost of provider calls in dollars.", [
      [{}, spent / billionths],
    ]),
    ...counted("ft_call_tokens_total", "Tokens of provider calls.", [
      [{ direction: "in" }, tokensIn],
      [{ direction: "out" }, tokensOut],
    ]),
  ];
}

export class StudioMetrics {
  readonly #requests = new Counter("ft_requests_total", "Requests by route and status.");
  readonly #seconds = new SecondsHistogram(
    "ft_request_seconds",
    "Seconds from a request to its answer.",
  );

  count({ method, route, status, milliseconds }: Answered): void {
    this.#requests.add(1, { method, route, status: String(status) });
    this.#seconds.observe(milliseconds / 1000);
  }

  async text(store: Store, startedAt: number): Promise<string> {
    const { rss, heapUsed } = process.memoryUsage();
    const one = (name: string, help: string, value: number): string[] =>
      sampleLines(name, { help }, [[{}, value]]);
    const lines = [
      ...this.#requests.lines(),
      ...this.#seconds.lines(),
      ...sampleLines("ft_jobs", { help: "Jobs by kind and status." }, await jobSamples(store)),
      ...sampleLines("ft_queue_units", { help: "Units of open jobs." }, await unitSamples(store)),
      ...one("ft_workers", "Running worker processes.", await countWorkers(store)),
      ...(await callLines(store)),
      ...one(
        "ft_uptime_seconds",
        "Seconds since the server started.",
        (performance.now() - startedAt) / 1000,
      ),
      ...one(
        "process_resident_memory_bytes",
        "Resident memory of the server process in bytes.",
        rss,
      ),
      ...one("nodejs_heap_size_used_bytes", "JavaScript heap in use, in bytes.", heapUsed),
    ];
    return `${lines.join("\n")}\n`;
  }
}
