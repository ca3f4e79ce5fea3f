// Where a stored model's tensors meet a model's parameters: the account of both, and values moved either way.
// Reads no file; how tensors become parameters is the architecture's recipe.
import { ModelError } from "../core/errors.ts";
import type { Dtype, Shape, Tensor } from "../mx/index.ts";
import type { Module, ParameterSlot } from "../nn/index.ts";
import {
  inverted,
  mapTensors,
  type Recipe,
  type TensorReader,
  type WeightEntry,
} from "../weights/index.ts";

/** What became of every tensor and of every parameter. */
export interface WeightAccount {
  /** Of the tensors that are used, each with its way into the model. */
  entries: WeightEntry[];
  /** Copies of tensors that are used. */
  tied: string[];
  /** Tensors that the architecture is known to leave alone. */
  ignored: string[];
  /** Tensors and parameters for which the stored model has nothing. */
  missing: string[];
  /** Tensors that are no parameter, or one that another tensor is already. */
  unexpected: string[];
  /** Shapes that are not the model's. */
  problems: string[];
}

const shown = (shape: Shape): string => shape.join("×");

/** Accounts for every tensor (`found`: shapes by name) and every parameter. Reads no data. */
export function accountFor(
  recipe: Recipe,
  found: ReadonlyMap<string, Shape>,
  model: Module,
): WeightAccount {
  const { entries, shapes, surplus, blocked, ...rest } = mapTensors(recipe, found);
  const expected = new Map([...model.slots()].map((slot) => [slot.name, slot.get().shape]));
  const isWanted = ({ parameters }: WeightEntry): boolean =>
    parameters.some((name) => expected.has(name));
  const strange = entries.filter((entry) => !isWanted(entry)).flatMap(({ sources }) => sources);
  const absent = [...expected.keys()].filter((name) => !shapes.has(name) && !blocked.has(name));
  const unfit = [...expected]
    .filter(([name, shape]) => shown(shapes.get(name) ?? shape) !== shown(shape))
    .map(
      ([name, shape]) =>
        `${name}: shape ${shown(shapes.get(name) ?? [])}, expected ${shown(shape)}`,
    );
  const order = new Map([...expected.keys()].map((name, at) => [name, at]));
  const placeOf = ({ parameters }: WeightEntry): number =>
    Math.min(...parameters.map((name) => order.get(name) ?? order.size));
  return {
    // in the model's order, so that it is written as it always was
    entries: entries.filter(isWanted).toSorted((a, b) => placeOf(a) - placeOf(b)),
    tied: rest.tied,
    ignored: rest.ignored,
    missing: [...rest.missing, ...absent],
    unexpected: [...surplus, ...strange],
    problems: [...rest.problems, ...unfit],
  };
}

/** Whether there is something for every parameter, and nothing beside. */
export function isComplete({ missing, unexpected, problems }: WeightAccount): boolean {
  return missing.length + unexpected.length + problems.length === 0;
}

/** @throws ModelError FT-MODEL-006 for missing and unexpected tensors, 010 for shapes. */
export function requireComplete(account: WeightAccount, folder: string): void {
  const { missing, unexpected, problems } = account;
  const told = { at: { file: folder }, hint: `ft models info ${folder}` };
  if (missing.length + unexpected.length > 0) {
    throw new ModelError("FT-MODEL-006", {
      ...told,
      message: `the weights do not fit the architecture: ${missing.length} missing, ${unexpected.length} unexpected`,
      problems: [
        ...missing.map((name) => `missing: ${name}`),
        ...unexpected.map((name) => `unexpected: ${name}`),
        ...problems,
      ],
    });
  }
  if (problems.length === 0) return;
  const message = `${problems.length} tensors do not fit the model that config.json describes`;
  throw new ModelError("FT-MODEL-010", { ...told, message, problems });
}

const floating: ReadonlySet<Dtype> = new Set(["float16", "bfloat16", "float32"]);

/** The precision of the first floating parameter. */
export function precisionOf(model: Module): Dtype | undefined {
  return [...model.slots()].map((slot) => slot.get().dtype).find((dtype) => floating.has(dtype));
}

/** Packed and counted numbers keep their type: only floating ones have a precision to choose. */
function inPrecision(tensor: Tensor, dtype: Dtype | undefined): Tensor {
  const stays = dtype === undefined || tensor.dtype === dtype || !floating.has(tensor.dtype);
  return stays ? tensor : tensor.astype(dtype);
}

/** Entries for a model that comes from no stored model: how one of its architecture stores it. */
export function entriesFor(recipe: Recipe, model: Module): WeightEntry[] {
  const shapes = new Map([...model.slots()].map((slot) => [slot.name, slot.get().shape]));
  return mapTensors(inverted(recipe), shapes).entries.map((entry) => entry.reversed());
}

/** What parameters become. */
export interface Precision {
  /** Of floating ones; undefined: as they are stored. */
  dtype?: Dtype | undefined;
  /** Halves stay what they are where the layer computes with them in float32. */
  keepsHalves?: boolean | undefined;
}

const halves: ReadonlySet<Dtype> = new Set(["float16", "bfloat16"]);

/**
 * Fills the model, entry by entry, with floating parameters in the precision that is wanted. Frees what it held.
 * @throws ModelError FT-MODEL-010 for a tensor of another shape or kind of number.
 */
export function fillModel(
  model: Module,
  entries: readonly WeightEntry[],
  reader: TensorReader,
  { dtype, keepsHalves = false }: Precision = {},
): void {
  const slots = new Map([...model.slots()].map((slot) => [slot.name, slot]));
  for (const entry of entries) {
    const isConstant = entry.parameters.every((name) => slots.get(name)?.isConstant);
    const mayBeHalf =
      keepsHalves &&
      dtype === "float32" &&
      entry.parameters.every((name) => slots.get(name)?.mayBeHalf);
    const values = entry.take(reader, (tensor) =>
      isConstant || (mayBeHalf && halves.has(tensor.dtype)) ? tensor : inPrecision(tensor, dtype),
    );
    for (const [at, name] of entry.parameters.entries())
      replace(slots.get(name), values[at] as Tensor);
  }
}

function replace(slot: ParameterSlot | undefined, value: Tensor): void {
  const before = slot?.get();
  if (slot === undefined || before === undefined)
    throw new RangeError("an entry without parameter");
  if (shown(before.shape) !== shown(value.shape))
    throw unfit(slot, `shape ${shown(value.shape)}, expected ${shown(before.shape)}`);
  const isSameKind = floating.has(before.dtype) && floating.has(value.dtype);
  if (!isSameKind && before.dtype !== value.dtype)
    throw unfit(slot, `${value.dtype}, expected ${before.dtype}`);
  slot.set(value);
  before.dispose();
}

function unfit({ name }: ParameterSlot, because: string): ModelError {
  return new ModelError("FT-MODEL-010", {
    message: `${name}: ${because}`,
    hint: "take weights and config.json from the same model",
  });
}

/** The model's parameters as the stored model stores them, by its names. Builds a graph, evaluates nothing. */
export function storedTensors(model: Module, entries: readonly WeightEntry[]): Map<string, Tensor> {
  const parameters = model.parameters();
  const read = (name: string): Tensor => {
    const tensor = parameters.get(name);
    if (tensor === undefined) throw new RangeError(`the model has no parameter '${name}'`);
    return tensor;
  };
  return new Map(
    entries.flatMap((entry) => {
      const tensors = entry.store(read);
      return entry.sources.map((name, at): [string, Tensor] => [name, tensors[at] as Tensor]);
    }),
  );
}
