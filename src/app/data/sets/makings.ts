// New sets made of what there is: several as one, some rows of one, another form, a version of it, a review's accepted
// conversations. Done at once for few rows, else as a job that tells how far it is. The next making is a line here.
import { z } from "zod";
import type { Environment } from "../../../core/paths.ts";
import { Registry } from "../../../core/registry.ts";
import type { Store } from "../../../store/index.ts";
import { datasetsFolder, readDataset } from "../../../store/platform/index.ts";
import { statusCounts } from "../../../store/reviews/index.ts";
import { wrongParameters } from "../../jobs/job-errors.ts";
import {
  convertDataset,
  keepVersion,
  mergeDatasets,
  type OnRow,
  sampleDataset,
} from "../../platform/index.ts";
import { datasetOfReview } from "../../reviews/make-dataset.ts";
import { unknownMaking } from "./set-errors.ts";

export interface MadeSet {
  /** As `openSet` takes it. */
  set: string;
  name: string;
  rows: number;
  /** What is to be known beside that; empty where nothing is. */
  note: string;
}

export interface MakingContext {
  store: Store;
  environment: Environment;
  /** Called for each row that is read. */
  onRow: OnRow;
}

interface MakingDefinition<Schema extends z.ZodType> {
  /** For the title of its job: "merge of datasets". */
  title: string;
  options: Schema;
  /** Rows that it reads. */
  rows(store: Store, options: z.infer<Schema>): Promise<number>;
  make(options: z.infer<Schema>, context: MakingContext): Promise<MadeSet>;
}

export type Making = MakingDefinition<z.ZodType>;

const defineMaking = <Schema extends z.ZodType>(definition: MakingDefinition<Schema>): Making => ({
  ...definition,
  rows: (store, options) => definition.rows(store, options as z.infer<Schema>),
  make: (options, context) => definition.make(options as z.infer<Schema>, context),
});

const reference = z.int().min(1);
const newName = z.string().min(1).max(300).optional();

const rowsOf = async (store: Store, ids: readonly number[]): Promise<number> => {
  let rows = 0;
  for (const id of ids) rows += (await readDataset(store, id)).exampleCount;
  return rows;
};

interface Numbered {
  id: number;
  name: string;
  exampleCount: number;
}

const numbered = ({ id, name, exampleCount }: Numbered, note = ""): MadeSet => ({
  ...{ set: String(id), name, rows: exampleCount, note },
});

const merge = defineMaking({
  title: "merge of datasets",
  options: z.strictObject({ dataset_ids: z.array(reference).min(1).max(1000), name: newName }),
  rows: (store, { dataset_ids: ids }) => rowsOf(store, ids),
  make: async ({ dataset_ids: datasetIds, name }, { store, environment, onRow }) =>
    numbered(
      await mergeDatasets(store, {
        ...{ datasetIds, name, folder: datasetsFolder(environment), onRow },
      }),
    ),
});

const sample = defineMaking({
  title: "sample of rows",
  options: z.strictObject({
    dataset_id: reference,
    sample_size: z.int().min(1),
    seed: z.int().min(0).default(0),
    name: newName,
  }),
  rows: (store, { dataset_id: id }) => rowsOf(store, [id]),
  make: async ({ dataset_id: datasetId, sample_size: size, seed, name }, context) =>
    numbered(
      await sampleDataset(context.store, {
        ...{ datasetId, size, seed, name, onRow: context.onRow },
        folder: datasetsFolder(context.environment),
      }),
    ),
});

const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

const convert = defineMaking({
  title: "conversion to the other format",
  options: z.strictObject({
    dataset_id: reference,
    target_format: z.enum(["chat", "instruction"]),
    turns: z.enum(["rows", "history"]).optional(),
    name: newName,
  }),
  rows: (store, { dataset_id: id }) => rowsOf(store, [id]),
  make: async ({ dataset_id: datasetId, target_format: to, turns, name }, context) => {
    const { dataset, losses, refused } = await convertDataset(context.store, {
      ...{ datasetId, to, turns, name, onRow: context.onRow },
      folder: datasetsFolder(context.environment),
    });
    const kinds = counted(losses.length, "kind of loss", "kinds of loss");
    return numbered(dataset, `${kinds}, ${counted(refused.length, "row", "rows")} refused`);
  },
});

const version = defineMaking({
  title: "new version",
  options: z.strictObject({ dataset_id: reference, message: z.string().max(1000).default("") }),
  rows: (store, { dataset_id: id }) => rowsOf(store, [id]),
  make: async ({ dataset_id: id, message }, { store, onRow }) => {
    const { name, version: made } = await keepVersion(store, id, message, onRow);
    const reference = `${name}@${made.number}`;
    return { set: `sets:${reference}`, name: reference, rows: made.size, note: "" };
  },
});

const review = defineMaking({
  title: "dataset from a review",
  options: z.strictObject({ review: reference, name: newName }),
  rows: async (store, { review: id }) => (await statusCounts(store.db, id)).accepted,
  make: async ({ review: id, name }, context) => {
    const { dataset, refused } = await datasetOfReview(context, id, name, context.onRow);
    const what = counted(refused.length, "conversation is", "conversations are");
    return numbered(dataset, refused.length === 0 ? "" : `${what} no rows to train on`);
  },
});

export const makings = new Registry<Making>(
  { merge, sample, convert, version, review },
  ({ name, known }) => unknownMaking(name, known),
);

/** Rows that are read while a request waits: below 200 ms. */
export const makingAtOnce = 1000;

export interface MakingRequest {
  making: string;
  options: unknown;
}

/** Options as the making reads them, so that the same is one job. Throws FT-DATA-046, FT-JOB-007. */
export function readMaking({ making, options }: MakingRequest): MakingRequest {
  const { data, error } = makings.get(making).options.safeParse(options);
  if (error === undefined) return { making, options: data };
  const problems = error.issues.map(({ path, message }) => `options.${path.join(".")}: ${message}`);
  throw wrongParameters(making, problems);
}

export interface MakeHooks {
  signal: AbortSignal;
  onRows?: ((done: number, total: number) => void) | undefined;
}

/** Rows between two words on how far it is. */
const part = 1000;

/** Makes the set, whole or not at all. */
export async function makeSet(
  { store, environment }: { store: Store; environment: Environment },
  { making, options }: MakingRequest,
  { signal, onRows }: MakeHooks,
): Promise<MadeSet> {
  const { rows, make } = makings.get(making);
  const total = await rows(store, options);
  let done = 0;
  const onRow = (): void => {
    if (++done % part !== 0) return;
    signal.throwIfAborted();
    onRows?.(done, total);
  };
  return await make(options, { store, environment, onRow });
}
