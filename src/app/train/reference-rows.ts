// Rows with what the model says of them before training, for an objective that asks for it: from this machine's cache, or
// measured now and kept there. A file that is missing, damaged or of something else counts as none.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { anyWeightsFile } from "../../adapters/index.ts";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { hashFile } from "../../core/file-hash.ts";
import { ftHome } from "../../core/paths.ts";
import type { EncodedRow } from "../../data/index.ts";
import type { Reference, TrainableModel } from "../../train/objectives/objective.ts";
import { measureTogether } from "../../train/parallel/measure.ts";
import type { Ring } from "../../train/parallel/ring.ts";
import { type MeasureOptions, measureReference, withNumbers } from "../../train/reference.ts";
import type { RunConfig } from "../config/schema.ts";
import type { DataWatch, PreparedData } from "./prepare-data.ts";

export interface ReferenceInput {
  config: RunConfig;
  /** As training begins. */
  model: TrainableModel;
  /** Of all else that the model's answers depend on: weights, precision, program. */
  made: readonly unknown[];
  measuring: Pick<MeasureOptions, "collate" | "batchSize">;
}

const digestOf = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** An adapter to start from may change at its path. */
async function startOf({ lora }: RunConfig): Promise<string | null> {
  if (lora.init_adapter === null) return null;
  return await hashFile(anyWeightsFile(lora.init_adapter));
}

/** Equal names, equal numbers. */
async function nameOf(
  samples: readonly EncodedRow[],
  { config, made, measuring }: ReferenceInput,
): Promise<string> {
  const { lora, seed, tuning, objective, method, preference } = config;
  const settings = { lora, seed, tuning, objective, method, shared: preference.share_prompt };
  const all = [made, settings, await startOf(config), measuring];
  const hash = createHash("sha256").update(JSON.stringify(all));
  for (const { ids, weights } of samples.flatMap(({ sequences }) => sequences))
    hash.update(`\n${ids.length} `).update(ids).update(weights);
  return hash.digest("hex");
}

/** As many numbers for each sample, behind a digest of them all. */
async function kept(
  file: string,
  samples: readonly EncodedRow[],
): Promise<EncodedRow[] | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const body = new Uint8Array(bytes.subarray(64));
  if (digestOf(body) !== bytes.toString("latin1", 0, 64)) return undefined;
  return withNumbers(samples, new Float32Array(body.buffer));
}

async function keep(file: string, samples: readonly EncodedRow[]): Promise<void> {
  const numbers = Float32Array.from(samples.flatMap(({ reference }) => reference ?? []));
  const body = Buffer.from(numbers.buffer);
  try {
    await writeFileAtomic(file, Buffer.concat([Buffer.from(digestOf(body), "latin1"), body]));
  } catch {
    // No room or no permission: it is measured anew next time.
  }
}

/** The data with its `reference` in every sample; as it is for an objective that asks for none. */
export async function withReference(
  data: PreparedData,
  input: ReferenceInput,
  watch: DataWatch,
  ring?: Ring,
): Promise<PreparedData> {
  const { reference } = data.objective;
  if (reference === undefined) return data;
  const rows = [data.train.samples, data.validation.samples, data.test.samples] as const;
  const total = rows[0].length + rows[1].length + rows[2].length;
  const together = ring !== undefined && haveSame(ring, rows.flat()) ? ring : undefined;
  const measured = async (samples: EncodedRow[], before: number): Promise<EncodedRow[]> =>
    await measuredRows(
      { reference, samples, input, ring: together },
      {
        shouldStop: watch.shouldStop,
        onProgress: (done) =>
          watch.onProgress?.({ stage: "measuring", done: before + done, total }),
      },
    );
  const train = await measured(rows[0], 0);
  const validation = await measured(rows[1], train.length);
  const test = await measured(rows[2], train.length + validation.length);
  return {
    ...data,
    train: { ...data.train, samples: train },
    validation: { ...data.validation, samples: validation },
    test: { ...data.test, samples: test },
  };
}

interface RowsToMeasure {
  reference: Reference;
  samples: readonly EncodedRow[];
  input: ReferenceInput;
  /** Of one of several workers that have these rows. */
  ring: Ring | undefined;
}

/** Whether every worker has these rows; those that have others are refused once all is ready. */
function haveSame(ring: Ring, samples: readonly EncodedRow[]): boolean {
  const hash = createHash("sha256");
  for (const { ids, weights } of samples.flatMap(({ sequences }) => sequences))
    hash.update(`\n${ids.length} `).update(ids).update(weights);
  return new Set(ring.gather(hash.digest("hex"))).size === 1;
}

async function measuredRows(
  { reference, samples, input, ring }: RowsToMeasure,
  watch: Pick<MeasureOptions, "onProgress" | "shouldStop">,
): Promise<EncodedRow[]> {
  if (samples.length === 0) return [];
  const file = join(ftHome(), "cache", "reference", `${await nameOf(samples, input)}.numbers`);
  const before = await kept(file, samples);
  const missing = before === undefined ? 1 : 0;
  const [missed = 0] = ring?.sumNumbers([missing]) ?? [missing];
  if (before !== undefined && missed === 0) return before;
  const options = { ...input.measuring, ...watch };
  const measure = (part: readonly EncodedRow[]): Promise<EncodedRow[]> =>
    measureReference(reference, input.model, part, options);
  const measured = await (ring === undefined
    ? measure(samples)
    : measureTogether(ring, samples, measure));
  await keep(file, measured);
  return measured;
}
