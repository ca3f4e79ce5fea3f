// A stored model seen through a recipe: the same weights under other names and in another layout.
// So a file of one world presents the names of another, before an architecture's own recipe meets it.
import { ExitCode, ModelError } from "../../core/errors.ts";
import { dispose, type Tensor } from "../../mx/index.ts";
import type { StoredModel, StoredTensor, TensorReader } from "../stored-model.ts";
import { shown } from "../weight-errors.ts";
import type { WeightEntry } from "./entry.ts";
import { mapTensors } from "./mapping.ts";
import type { Recipe } from "./rules.ts";

/** Shapes by name, as recipes take them. */
export function shapesOf({
  tensors,
}: Pick<StoredModel, "tensors">): Map<string, readonly number[]> {
  return new Map([...tensors].map(([name, { shape }]) => [name, shape]));
}

/** @throws ModelError FT-WEIGHTS-017 (exit 7) when tensors that the recipe needs are missing or do not fit together. */
export function viewThrough(recipe: Recipe, stored: StoredModel): StoredModel {
  const { entries, shapes, missing, problems, surplus } = mapTensors(recipe, shapesOf(stored));
  requireWhole(stored, [
    ...missing.map((name) => `missing: ${name}`),
    ...surplus.map((name) => `twice: ${name}`),
    ...problems,
  ]);
  const tensors = new Map<string, StoredTensor>();
  for (const entry of entries) {
    const facts = factsOf(entry, stored);
    for (const name of entry.parameters)
      tensors.set(name, { ...facts, shape: shapes.get(name) ?? [] });
  }
  return viewOf(entries, tensors, stored);
}

/** What entries make of a stored model; `tensors` describes it. */
export function viewOf(
  entries: readonly WeightEntry[],
  tensors: StoredModel["tensors"],
  stored: StoredModel,
): StoredModel {
  return { ...stored, tensors, load: () => readerThrough(entries, stored.load()) };
}

function requireWhole({ folder }: StoredModel, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new ModelError("FT-WEIGHTS-017", {
    at: { file: folder },
    message: "the weights are not complete, or do not fit together",
    problems: shown(problems),
    hint: "download the model again",
    exitCode: ExitCode.malformedWeights,
  });
}

function factsOf(entry: WeightEntry, { tensors }: StoredModel): Omit<StoredTensor, "shape"> {
  const sources = entry.sources.map((name) => tensors.get(name)).filter((one) => one !== undefined);
  const total = sources.reduce((sum, { bytes }) => sum + bytes, 0);
  const { file = "", dtype = "" } = sources[0] ?? {};
  return { file, dtype, bytes: Math.round(total / entry.parameters.length) };
}

/** All that one entry gives is made when the first of it is asked for. */
function readerThrough(entries: readonly WeightEntry[], reader: TensorReader): TensorReader {
  const owners = new Map(entries.flatMap((entry) => entry.parameters.map((name) => [name, entry])));
  const made = new Map<string, Tensor>();
  return {
    read(name) {
      const entry = owners.get(name);
      if (entry === undefined) throw new RangeError(`there is no tensor '${name}'`);
      if (!made.has(name)) {
        const tensors = entry.take(reader);
        entry.parameters.forEach((parameter, at) => made.set(parameter, tensors[at] as Tensor));
      }
      const tensor = made.get(name) as Tensor;
      made.delete(name);
      return tensor;
    },
    close() {
      dispose(made);
      reader.close();
    },
  };
}
