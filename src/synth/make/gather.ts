import { listUnits, type Unit } from "../../store/queue/jobs.ts";
// What a job has brought: its rows in the order in which they were planned, each once, and why others are none.
// Reads the store; the same whenever it is asked.
import type { Store } from "../../store/store.ts";
import type { MadeRow, MadeRows } from "./make-rows.ts";
import type { MakeTask } from "./plan.ts";
import { REJECTIONS, type Rejection } from "./row-form.ts";
import { rowKey, type SaidMessages, SeenRows } from "./same-rows.ts";

export interface GatheredRow extends MadeRow {
  key: string;
  task: MakeTask;
}

/** Why rows are missing. */
export interface ShortfallReason {
  code: string;
  count: number;
  message: string;
}

export class Gathered {
  /** Rows that count. */
  rows = 0;
  readonly rejected = new Map<Rejection, number>();
  readonly #failed = new Map<string, number>();

  reject(rejection: Rejection, times: number): void {
    this.rejected.set(rejection, (this.rejected.get(rejection) ?? 0) + times);
  }

  fail(reason: string): void {
    this.#failed.set(reason, (this.#failed.get(reason) ?? 0) + 1);
  }

  /** Most frequent first. */
  reasons(): ShortfallReason[] {
    const rejected = [...this.rejected].map(([code, count]) => ({
      code,
      count,
      message: REJECTIONS[code],
    }));
    const failed = [...this.#failed].map(([message, count]) => ({
      code: "failed",
      count,
      message,
    }));
    return [...rejected, ...failed].toSorted((a, b) => b.count - a.count);
  }
}

/** Units read at once. */
const page = 200;

async function* unitsOf(store: Store, jobId: string, kind: string): AsyncGenerator<Unit> {
  for (let after = 0; ;) {
    const units = await listUnits(store, jobId, { after, limit: page });
    for (const unit of units) if (unit.kind === kind) yield unit;
    const last = units.at(-1);
    if (last === undefined || units.length < page) return;
    after = last.id;
  }
}

export interface GatherOptions {
  jobId: string;
  kind: string;
  /** Rows that are there already: those that were found. */
  found: Iterable<SaidMessages>;
  /** At most so many. */
  most: number;
}

/** The rows, at most `most`; what is counted goes into `told`, whole when the rows have all been taken. */
export async function* gatherRows(
  store: Store,
  { jobId, kind, found, most }: GatherOptions,
  told: Gathered = new Gathered(),
): AsyncGenerator<GatheredRow> {
  const seen = new SeenRows();
  for (const row of found) seen.add(row);
  for await (const unit of unitsOf(store, jobId, kind)) {
    if (unit.status === "failed") told.fail(unit.error ?? "no reason given");
    if (unit.status !== "done") continue;
    const { rows, rejected } = unit.result as MadeRows;
    for (const [rejection, times] of Object.entries(rejected)) {
      told.reject(rejection as Rejection, times);
    }
    for (const row of rows) {
      const state = seen.add(row);
      if (state !== "new") told.reject(state === "same" ? "repeated" : "nearly_repeated", 1);
      else if (told.rows < most) {
        told.rows++;
        yield { ...row, key: rowKey(row), task: unit.input as MakeTask };
      }
    }
  }
}

/** Counts them without keeping any. */
export async function countRows(store: Store, options: GatherOptions): Promise<Gathered> {
  const told = new Gathered();
  const rows = gatherRows(store, options, told);
  while ((await rows.next()).done !== true);
  return told;
}
