// Which questions of a benchmark were in the rows that a model was trained on, where those rows are known: a file that is
// named, or what the runs among the models say they read.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expandHome } from "../../core/paths.ts";
import { loadDataset, type Row } from "../../data/index.ts";
import { type Contamination, contamination, type Told, toldOf } from "../../eval/index.ts";
import { readRecord } from "../../runs/index.ts";
import { RunConfigSchema } from "../config/schema.ts";
import { loadRunDataset } from "../data/run-dataset.ts";
import { namedData } from "../data/shipped.ts";
import type { ResultRow } from "./results-file.ts";

interface Where {
  models: readonly string[];
  trainData?: string | undefined;
  format: string;
  seed: number;
}

/** The rows that a run trained on; undefined for what is no run, and for one whose data is gone. */
async function rowsOfRun(name: string): Promise<Row[] | undefined> {
  const folder = expandHome(name);
  if (!existsSync(join(folder, "config.json")) || !existsSync(join(folder, "events.jsonl")))
    return undefined;
  const parsed = RunConfigSchema.safeParse(readRecord(folder).config);
  const loaded = parsed.success ? loadRunDataset(parsed.data, "chat") : undefined;
  return (await loaded?.catch(() => undefined))?.dataset.train;
}

async function trainedRows({ models, trainData, format, seed }: Where): Promise<Row[] | undefined> {
  if (trainData === undefined) {
    const found = await Promise.all(models.map(rowsOfRun));
    const known = found.filter((rows) => rows !== undefined);
    return known.length === 0 ? undefined : known.flat();
  }
  const options = { format, seed, validationSplit: 0 };
  return (await loadDataset(await namedData(trainData, "chat"), options)).train;
}

/** Null where it is not known what was trained on. Throws DataError for a named file that cannot be read. */
export async function seenInTraining(
  where: Where,
  rows: readonly ResultRow[],
): Promise<Contamination | null> {
  const trained = await trainedRows(where);
  if (trained === undefined) return null;
  const asked: Told[] = rows.map(({ prompt, references }) => ({
    prompt,
    reference: references[0] ?? "",
  }));
  return contamination(
    asked,
    trained.flatMap((row) => toldOf(row) ?? []),
  );
}
