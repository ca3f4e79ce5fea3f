// What base, base with adapter, and the merged model answer to the same rows: how many are right, and how often the merged
// model says what the adapter says. Greedy, one model at a time.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandHome } from "../../core/paths.ts";
import { loadDataset } from "../../data/index.ts";
import { readRecord } from "../../runs/index.ts";
import type { TemplateSource } from "../../text/index.ts";
import { RunConfigSchema } from "../config/schema.ts";
import { namedData } from "../data/shipped.ts";
import { evaluateModel } from "../evaluate/evaluate-model.ts";
import type { Trio } from "./merged-logits.ts";

/** Shares of the answers. */
export interface ComparedAnswers {
  samples: number;
  /** That are exactly right: of the base, with the adapter, and merged. */
  base: number;
  adapter: number;
  merged: number;
  /** Where the merged model says what base and adapter say. */
  agreement: number;
}

export interface AnswerOptions {
  numPrompts?: number | undefined;
  template?: TemplateSource | undefined;
  signal?: AbortSignal | undefined;
}

/** Rows that a run kept for validation, as a file's text or a name; undefined for what is no run, or has none. */
export async function validationRows(path: string): Promise<string | undefined> {
  const folder = expandHome(path);
  if (!existsSync(join(folder, "config.json")) || !existsSync(join(folder, "events.jsonl")))
    return undefined;
  const { data, seed } = RunConfigSchema.parse(readRecord(folder).config);
  const { format, validation_file, validation_split: validationSplit } = data;
  const validationFile =
    validation_file === null ? undefined : await namedData(validation_file, "chat");
  const source = await namedData(data.train_file, "chat").catch(() => undefined);
  if (source === undefined) return undefined;
  const settings = { format, validationFile, validationSplit, seed, keepsFields: true };
  const { validation } = await loadDataset(source, settings);
  return validation.map(({ value }) => JSON.stringify(value)).join("\n");
}

interface Asked {
  right: number;
  predictions: string[];
}

const LONGEST_ANSWER = 128;
const USUAL_PROMPTS = 20;

async function ask(
  model: string,
  baseModel: string | undefined,
  data: string,
  { folder, numPrompts = USUAL_PROMPTS, template, signal }: AnswerOptions & { folder: string },
): Promise<Asked> {
  const output = await mkdtemp(join(folder, "answers-"));
  const { scores, resultsFile } = await evaluateModel({
    ...{ model, baseModel, data, format: "auto", metrics: ["exact_match"] },
    ...{ numSamples: numPrompts, maxGenLength: LONGEST_ANSWER, seed: 0, output, template },
    ...(signal && { signal }),
  });
  const rows = (await readFile(resultsFile, "utf8")).trim().split("\n");
  const predictions = rows.map((row) => (JSON.parse(row) as { prediction: string }).prediction);
  return { right: scores["exact_match"] ?? 0, predictions };
}

/** `rows` are a file, a name, or the text of JSON lines. */
export async function compareAnswers(
  { base, adapter, merged }: Trio,
  rows: string,
  options: AnswerOptions,
): Promise<ComparedAnswers> {
  const folder = await mkdtemp(join(tmpdir(), "ft-merge-"));
  try {
    const file = join(folder, "rows.jsonl");
    const isText = rows.startsWith("{");
    if (isText) await writeFile(file, rows);
    const data = isText ? file : rows;
    const told = { ...options, folder };
    const plain = await ask(base, undefined, data, told);
    const tuned = await ask(adapter, base, data, told);
    const whole = await ask(merged, undefined, data, told);
    const same = whole.predictions.filter((text, at) => text === tuned.predictions[at]).length;
    const samples = whole.predictions.length;
    const right = { base: plain.right, adapter: tuned.right, merged: whole.right };
    return { samples, ...right, agreement: same / samples };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
