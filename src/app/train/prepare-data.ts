// From a configuration's data options to samples ready for training: rows read, checked, rendered, cut.
// What `train` trains on and `validate` reports is made here, once.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DataError } from "../../core/errors.ts";
import { ftHome } from "../../core/paths.ts";
import { encodedKey, keepEncoded, keptEncoded } from "../../data/encoded-cache.ts";
import {
  cutDocuments,
  type cutRows,
  type Dataset,
  type EncodedRows,
  encodeInChunks,
  formats,
  type Row,
} from "../../data/index.ts";
import type { TemplateSource } from "../../text/index.ts";
import { withoutReasoning } from "../../text/reasoning.ts";
import type { Masking, Renderer, Sample, Tokenizer } from "../../text/types.ts";
import { chosenMethod, methodsFor } from "../../train/methods.ts";
import { type Objective, objectives } from "../../train/objectives/index.ts";
import type { RunConfig } from "../config/schema.ts";
import { loadRunDataset } from "../data/run-dataset.ts";
import { productVersion } from "../info.ts";
import type { Watcher } from "./execute-run.ts";

export interface PreparedData {
  /** The file or folder that was read. */
  path: string;
  dataset: Dataset;
  train: EncodedRows;
  validation: EncodedRows;
  /** None where they are not evaluated. */
  test: EncodedRows;
  /** What encoded the rows, and makes batches and a loss of them. */
  objective: Objective;
}

/** What the rows to train and validate on say; an objective's own kinds among them. */
export function samplesOf({ train, validation }: Pick<Dataset, "train" | "validation">): Sample[] {
  return [...train, ...validation].map(({ sample }) => sample as Sample);
}

/** Tells whether rows became the same tokens and weights: it moves with the rows, the template and the tokenizer. */
export function tokensDigest({ train, validation }: PreparedData): string {
  const hash = createHash("sha256");
  for (const { samples } of [train, validation]) {
    hash.update(`\n${samples.length}\n`);
    for (const { ids, weights } of samples.flatMap(({ sequences }) => sequences))
      hash.update(ids).update(weights);
  }
  return hash.digest("hex");
}

/** Rows of a kind that the objective does not learn from. */
function requireKinds(rows: readonly Row[], kinds: readonly string[], word: string): void {
  const wrong = rows.filter(({ sample }) => !kinds.includes(sample.kind));
  const [first] = wrong;
  if (first === undefined) return;
  const problems = wrong
    .slice(0, 10)
    .map(({ file, line, format }) => `${file}:${line}: ${formats.get(format).title}`);
  throw new DataError("FT-DATA-031", {
    at: { file: first.file, line: first.line },
    message: `${wrong.length} rows are not of a kind that ${word} trains on: ${kinds.join(", ")}`,
    problems: wrong.length === 1 && rows.length > 1 ? [] : problems,
    hint: wrong.length === rows.length ? otherMethods(first) : otherRows(first, wrong.length),
  });
}

/** Where every row is of another kind, another method was meant. */
function otherMethods({ sample }: Row): string {
  const [method, ...others] = methodsFor(sample.kind);
  if (method === undefined) return "choose the --method that these rows are for, or other rows";
  const also = others.length === 0 ? "" : ` (or ${others.join(", ")})`;
  return `--method ${method}${also} learns from such rows`;
}

/** Where only some are. */
function otherRows({ file, line }: Row, count: number): string {
  const lines = count === 1 ? `line ${line}` : "these lines";
  return `fix ${lines} of ${file}, or leave them out; the fields of a row say of which kind it is`;
}

/** What of a rendered row is learned. */
function maskingOf({ data }: RunConfig): Masking {
  const reasoning = data.reasoning === "mask" ? "mask" : "keep";
  return { turns: data.mask, reasoning, emptyThoughts: data.learn_empty_thoughts };
}

function unthinking(dataset: Dataset): Dataset {
  const without = (rows: readonly Row[]): Row[] =>
    rows.map((row) => ({ ...row, sample: withoutReasoning(row.sample) }));
  const { train, validation, test } = dataset;
  return {
    ...dataset,
    train: without(train),
    validation: without(validation),
    test: without(test),
  };
}

/** Tells how far the rows are; asked whether to stop meanwhile. */
export type DataWatch = Pick<Watcher, "onProgress" | "shouldStop">;

/** Everything beside a row that decides what it becomes, but for the code that does it. */
function encodedBy(config: RunConfig, { tokenizer, template }: DataTools): unknown[] {
  const { objective } = chosenMethod(config);
  return [productVersion(), tokenizer.digest, template, maskingOf(config), objective];
}

/** Rows that are encoded each time, so that what other code made of them is not taken from the cache. */
const probedRows = 16;

/** What the code of now makes of a few rows, the first and the last among them. */
function probe(rows: readonly Row[], encode: (rows: readonly Row[]) => EncodedRows): unknown[] {
  const every = Math.max(1, Math.ceil(rows.length / probedRows));
  const some = rows.filter((_, at) => at % every === 0 || at === rows.length - 1);
  try {
    const { samples, dropped } = encode(some);
    const sequences = samples.flatMap((sample) => sample.sequences);
    return [dropped.length, ...sequences.map(({ ids, weights }) => [[...ids], [...weights]])];
  } catch {
    // Refused rows are told by encoding them all, which lists more of them.
    return ["refused"];
  }
}

/** Rows before any cut: from the cache of this machine, or encoded now and kept there. */
async function encodedRows(
  rows: readonly Row[],
  made: readonly unknown[],
  encode: () => Promise<EncodedRows>,
): Promise<EncodedRows> {
  const folder = join(ftHome(), "cache", "encoded");
  const key = encodedKey(rows, made);
  const kept = await keptEncoded(folder, key, rows);
  if (kept !== undefined) return kept;
  const encoded = await encode();
  await keepEncoded(folder, key, rows, encoded);
  return encoded;
}

/** What rows are rendered with. */
export interface DataTools {
  template: TemplateSource;
  /** Of that template. */
  renderer: Renderer;
  tokenizer: Tokenizer;
}

/**
 * Rows of a run as its objective takes them, not cut yet. Throws DataError with every bad row of every file, or
 * FT-DATA-031 for rows that the objective does not learn from; FT-INTERRUPTED when asked to stop.
 */
export async function prepareWholeRows(
  config: RunConfig,
  tools: DataTools,
  watch: DataWatch = { shouldStop: () => false },
): Promise<PreparedData> {
  const { renderer } = tools;
  const loaded = await loadRunDataset(config, renderer.takesTurns ? "chat" : "mlx");
  const { path } = loaded;
  const dataset = config.data.reasoning === "drop" ? unthinking(loaded.dataset) : loaded.dataset;
  const { objective: name } = chosenMethod(config);
  const entry = objectives.get(name);
  const tested = config.data.evaluate_test ? testRows(path, dataset) : [];
  requireKinds([...dataset.train, ...dataset.validation, ...tested], entry.kinds, name);
  const objective = await entry.load(config);
  const context = { renderer, maskPolicy: maskingOf(config) };
  const made = encodedBy(config, tools);
  const total = dataset.train.length + dataset.validation.length + tested.length;
  const encode = (some: readonly Row[]): EncodedRows => objective.encode(some, context);
  const encoded = (rows: readonly Row[], before: number): Promise<EncodedRows> =>
    encodedRows(rows, [...made, probe(rows, encode)], () =>
      encodeInChunks(rows, encode, {
        shouldStop: watch.shouldStop,
        onProgress: (done) =>
          watch.onProgress?.({ stage: "tokenizing", done: before + done, total }),
      }),
    );
  const train = await encoded(dataset.train, 0);
  const validation = await encoded(dataset.validation, dataset.train.length);
  const test = await encoded(tested, total - tested.length);
  return { path, dataset, train, validation, test, objective };
}

function testRows(path: string, { test }: Dataset): Row[] {
  if (test.length > 0) return test;
  throw new DataError("FT-DATA-035", {
    at: { file: path },
    message: "there are no test rows to evaluate on after training",
    hint: "put a test.jsonl beside train.jsonl, or leave --evaluate-test out",
  });
}

/** Rows as they are trained on: none longer than the settings allow. */
export function cutData(
  data: PreparedData,
  { data: options }: RunConfig,
  cutAll: typeof cutRows,
): PreparedData {
  const { train, validation, test, objective } = data;
  const how = { maxLength: options.max_length, dropLong: options.too_long === "drop" };
  const windows = { maxLength: options.max_length, overlap: options.document_overlap };
  const cut = (rows: EncodedRows): EncodedRows => {
    const all = cutAll(cutDocuments(rows, windows), { ...how, cutOne: objective.cut });
    return { ...all, samples: objective.arrange?.(all.samples) ?? all.samples };
  };
  return { ...data, train: cut(train), validation: cut(validation), test: cut(test) };
}
