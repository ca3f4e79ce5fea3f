// Rows of a generation job as they come, the newest first: what each is about, how often it was asked for and why answers
// did not count, and the row itself as the set has it now. Reads the store; asks nobody.
import type { Environment } from "../../core/paths.ts";
import type { Job, Store } from "../../store/index.ts";
import type { Scenario } from "../../synth/domains/draw.ts";
import { type RowTask, scenarioOf } from "../../synth/domains/row-request.ts";
import { REJECTIONS } from "../../synth/make/row-form.ts";
import { GENERATION, type RowResult } from "./generation-worker.ts";
import { GenerationParameters } from "./parameters.ts";
import { rowParts } from "./rows-parts.ts";

export interface JobRow {
  /** The unit. */
  id: number;
  /** In the set, from 0. */
  row: number;
  /** Times that it was drawn again because another row said the same. */
  draw: number;
  status: "asking" | "made" | "failed" | "cancelled";
  scenario: Scenario;
  /** Why answers did not count, in turn. */
  rejections: string[];
  /** Why there is no row, or why the last try failed. */
  error: string | null;
  /** Dollars. */
  spent: number;
  finishedAt: number | null;
  example: { id: number; content: unknown; status: "active" | "removed" } | null;
}

export interface JobRowsQuery {
  /** Only units before this one. */
  before?: number | undefined;
  limit: number;
}

export interface JobRows {
  rows: JobRow[];
  /** To be given as `before`; null after the last. */
  next: number | null;
}

const shownAs = {
  ready: "asking",
  leased: "asking",
  done: "made",
  failed: "failed",
  cancelled: "cancelled",
} as const;

async function unitsOf({ db }: Store, jobId: string, { before, limit }: JobRowsQuery) {
  return await db
    .selectFrom("units")
    .select(["id", "input", "result", "error", "status", "spent", "finished_at"])
    .where("job_id", "=", jobId)
    .where("kind", "=", GENERATION)
    .where("status", "in", ["leased", "done", "failed"])
    .$if(before !== undefined, (query) => query.where("id", "<", before as number))
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
}

async function examplesOf({ db }: Store, ids: readonly number[]) {
  if (ids.length === 0) return new Map<number, JobRow["example"]>();
  const found = await db
    .selectFrom("examples")
    .select(["id", "content", "status"])
    .where("id", "in", ids)
    .execute();
  return new Map(
    found.map(({ id, content, status }) => [
      id,
      { id, content: JSON.parse(content) as unknown, status },
    ]),
  );
}

/** Throws what reading the job's domain throws. */
export async function jobRows(
  store: Store,
  job: Job,
  query: JobRowsQuery,
  environment: Environment,
): Promise<JobRows> {
  const parts = {
    ...rowParts(GenerationParameters.parse(job.parameters), environment),
    keepsSchemas: false,
  };
  const found = await unitsOf(store, job.id, query);
  const units = found.slice(0, query.limit).map((unit) => ({
    ...unit,
    task: JSON.parse(unit.input ?? "{}") as RowTask,
    result: JSON.parse(unit.result ?? "null") as RowResult | null,
  }));
  const ids = units.flatMap(({ result }) => result?.example ?? []);
  const examples = await examplesOf(store, ids);
  const rows = units.map(({ id, task, status, result, error, spent, finished_at }): JobRow => {
    const example = result?.example == null ? null : (examples.get(result.example) ?? null);
    const hasNone = status === "done" && result?.example === null;
    return {
      ...{ id, row: task.row, draw: task.draw, scenario: scenarioOf(task, parts), example },
      status: hasNone ? "failed" : shownAs[status],
      rejections: (result?.rejections ?? []).map((one) => REJECTIONS[one]),
      ...{ error, spent: spent / 1e9, finishedAt: finished_at },
    };
  });
  const next = found.length > query.limit ? (units.at(-1)?.id ?? null) : null;
  return { rows, next };
}
