// New datasets out of others: several as one, some rows of one, drawn by a seed.
import { Random } from "../../core/random.ts";
import type { Store } from "../../store/index.ts";
import {
  type CopiedExample,
  createFilledDataset,
  exportExamples,
  fileInStep,
  type NewExample,
  type PlatformDataset,
  readDataset,
} from "../../store/platform/index.ts";
import {
  differentFormats,
  nothingToMerge,
  sampleTooLarge,
} from "../../store/platform/platform-errors.ts";
import type { JsonObject } from "../../text/types.ts";

/** Called for each row that is read, for who tells how far it is; what it throws ends the work, and nothing is made. */
export type OnRow = () => void;

const copied = ({ content, qualityScore, metadata }: CopiedExample): NewExample => ({
  content,
  qualityScore,
  metadata: JSON.parse(metadata) as JsonObject,
});

const one = <T>(values: readonly T[]): T | undefined =>
  new Set(values).size === 1 ? values[0] : undefined;

export interface MergeRequest {
  datasetIds: readonly number[];
  name?: string | undefined;
  folder: string;
  onRow?: OnRow | undefined;
}

/** All active examples of several datasets, in this order. Throws FT-PLATFORM-001, -009 and -013. */
export async function mergeDatasets(
  store: Store,
  { datasetIds, name, folder, onRow }: MergeRequest,
): Promise<PlatformDataset> {
  const sets: PlatformDataset[] = [];
  for (const id of datasetIds) sets.push(await readDataset(store, id));
  const [first] = sets;
  if (first === undefined) throw nothingToMerge();
  const formats = sets.map(({ format }) => format);
  if (one(formats) === undefined) throw differentFormats([...new Set(formats)]);
  async function* examples(): AsyncGenerator<NewExample> {
    for (const { id } of sets)
      for await (const example of exportExamples(store, id)) {
        onRow?.();
        yield copied(example);
      }
  }
  const { id } = await createFilledDataset(store, {
    wanted: {
      name,
      domain: one(sets.map(({ domain }) => domain)) ?? "merged",
      subdomain: one(sets.map(({ subdomain }) => subdomain)) ?? null,
      format: first.format,
      folder,
      metadata: { merged_from: datasetIds },
    },
    examples: examples(),
  });
  await fileInStep(store, id);
  return await readDataset(store, id);
}

export interface SampleRequest {
  datasetId: number;
  size: number;
  /** 0 unless said: the same rows each time. */
  seed?: number | undefined;
  name?: string | undefined;
  folder: string;
  onRow?: OnRow | undefined;
}

/** Some rows, each at most once, in their order: every choice is equally likely. */
async function* drawn(
  examples: AsyncIterable<CopiedExample>,
  { count, size, seed, onRow }: { count: number; size: number; seed: number; onRow?: OnRow },
): AsyncGenerator<NewExample> {
  const random = Random.fromSeed(seed);
  let [left, wanted] = [count, size];
  for await (const example of examples) {
    if (wanted === 0) return;
    onRow?.();
    if (random.integer(left--) >= wanted) continue;
    wanted--;
    yield copied(example);
  }
}

/** Throws FT-PLATFORM-001, and -010 where there are not so many. */
export async function sampleDataset(
  store: Store,
  { datasetId, size, seed = 0, name, folder, onRow }: SampleRequest,
): Promise<PlatformDataset> {
  const from = await readDataset(store, datasetId);
  const { exampleCount: count, domain, subdomain, format } = from;
  if (!Number.isSafeInteger(size) || size < 1 || size > count) throw sampleTooLarge(size, count);
  const { id } = await createFilledDataset(store, {
    wanted: {
      name: name ?? `${from.name}, ${size} of ${count}`,
      ...{ domain, subdomain, format, folder },
      metadata: { sampled_from: datasetId, sample_size: size, seed },
    },
    examples: drawn(exportExamples(store, datasetId), {
      ...{ count, size, seed },
      ...(onRow !== undefined && { onRow }),
    }),
  });
  await fileInStep(store, id);
  return await readDataset(store, id);
}
