// What a generation job has brought: its rows, as the dataset has them now, and why others are none. Reads the store.
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { replaceFileAtomic, temporaryNameFor } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import { listUnits, type Store, type Unit } from "../../store/index.ts";
import { type Coverage, CoverageCounter } from "../../synth/domains/coverage.ts";
import type { RowParts, RowTask } from "../../synth/domains/row-request.ts";
import { scenarioOf } from "../../synth/domains/row-request.ts";
import { Gathered, type ShortfallReason } from "../../synth/make/gather.ts";
import type { RowResult } from "./generation-worker.ts";

/** Read at once. */
const page = 500;

interface StoredRow {
  content: string;
  metadata: Record<string, unknown>;
}

/** Rows of a set that nobody has removed, in its order. */
export async function* rowsOfSet({ db }: Store, datasetId: number): AsyncGenerator<StoredRow> {
  for (let after = -1; ;) {
    const rows = await db
      .selectFrom("examples")
      .select(["example_index", "content", "metadata"])
      .where("dataset_id", "=", datasetId)
      .where("status", "=", "active")
      .where("example_index", ">", after)
      .orderBy("example_index")
      .limit(page)
      .execute();
    for (const { content, metadata } of rows) {
      yield { content, metadata: JSON.parse(metadata ?? "{}") as Record<string, unknown> };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    after = last.example_index;
  }
}

async function* unitsOf(store: Store, jobId: string): AsyncGenerator<Unit> {
  for (let after = 0; ;) {
    const units = await listUnits(store, jobId, { after, limit: page });
    yield* units;
    const last = units.at(-1);
    if (last === undefined || units.length < page) return;
    after = last.id;
  }
}

export interface Brought {
  coverage: Coverage;
  /** Rows of the set. */
  rows: number;
  /** Why answers, or whole rows, did not count; most frequent first. */
  reasons: ShortfallReason[];
  /** Rows that were drawn again because another said the same. */
  drawnAgain: number;
}

export async function broughtBy(
  store: Store,
  { jobId, datasetId, parts }: { jobId: string; datasetId: number; parts: RowParts },
): Promise<Brought> {
  const counter = new CoverageCounter(parts.domain);
  const told = new Gathered();
  let drawnAgain = 0;
  for await (const { status, input, result, error } of unitsOf(store, jobId)) {
    const task = input as RowTask;
    if (task.draw > 0) drawnAgain++;
    if (status === "failed") told.fail(error ?? "no reason given");
    if (status !== "done") continue;
    counter.addDrawn(scenarioOf(task, parts));
    for (const rejection of (result as RowResult).rejections) told.reject(rejection, 1);
  }
  for await (const { metadata } of rowsOfSet(store, datasetId)) counter.addRow(metadata);
  const coverage = counter.told();
  return { coverage, rows: coverage.rows, reasons: told.reasons(), drawnAgain };
}

async function* linesOf(store: Store, datasetId: number): AsyncGenerator<string> {
  for await (const { content } of rowsOfSet(store, datasetId)) yield `${content}\n`;
}

/** The set as JSON lines: whole or not at all. */
export async function writeRows(store: Store, datasetId: number, output: string): Promise<void> {
  makeFolders(dirname(output));
  const temporary = temporaryNameFor(output);
  try {
    await pipeline(linesOf(store, datasetId), createWriteStream(temporary, { flags: "wx" }));
    await replaceFileAtomic(temporary, output);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
