// A stored model as another: in another precision, packed, or unpacked again. Planned from names and shapes alone, so
// that all is known before a byte is written. Writes nothing: converted-folder.ts does.
import type { NamedFiles } from "../core/named-files.ts";
import {
  architectureOf,
  choosePackings,
  leftDense,
  packChosen,
  type PackingWish,
  planFittingModel,
  type PlannedModel,
  unpackLayers,
} from "../models/index.ts";
import type { Dtype, Packing } from "../mx/index.ts";
import { isPacked } from "../nn/index.ts";
import {
  castWhenRead,
  inverted,
  mapTensors,
  packAsMlx,
  packNearest,
  plannedBytes,
  type PlannedTensor,
  type StoredModel,
  type StoredTensor,
  type TensorReader,
  viewOf,
  type WeightEntry,
} from "../weights/index.ts";
import { type Config, withPackings, withPrecision } from "./converted-config.ts";
import { type Precision, Precisions } from "./precisions.ts";

/** What is to become of a model. */
export interface ConversionWish {
  /** Of everything that is not packed. Default: as stored. */
  dtype?: Precision | undefined;
  packing?: PackingWish | undefined;
  /** Each group by the nearer of two fits, and not by MLX's own alone. */
  isNearest?: boolean | undefined;
  /** Packed weights become plain numbers. */
  unpacks?: boolean | undefined;
  /** Plain layers that are packed, by path, beside those that are packed already and stay as they are. */
  packsLayers?: ReadonlyMap<string, Packing> | undefined;
  /** Names and layout of mlx-lm's folders for plain numbers too; what is packed has them always. */
  isAsMlx?: boolean | undefined;
}

export interface Conversion {
  /** As they are going to be written, in this order. */
  tensors: readonly PlannedTensor[];
  /** Of the tensors. */
  bytes: number;
  /** Of the model, however they are stored. */
  parameters: number;
  /** What becomes of config.json. */
  config: Config;
  /** All that stands beside the weights. */
  companions: NamedFiles;
  /** Layers that are packed, by path. */
  packed: ReadonlyMap<string, Packing>;
  /** Layers that could be packed and are not, by path. */
  dense: readonly string[];
  /** Stored tensors that are no part of the model. */
  leftOut: readonly string[];
  /** Gives the tensors by name, in the types of `tensors` or in others. */
  load(): TensorReader;
}

/** Rules that are given come last, and so decide. */
async function withOwnRules(packing: PackingWish, config: unknown): Promise<PackingWish> {
  const { staysDense } = await architectureOf(config);
  const own = staysDense.map((pattern) => [pattern, "dense"] as const);
  return { ...packing, layers: { ...Object.fromEntries(own), ...packing.layers } };
}

async function plan(stored: StoredModel, wish: ConversionWish): Promise<PlannedModel> {
  const { isNearest, unpacks, packsLayers } = wish;
  if (packsLayers !== undefined) {
    const replace = packChosen(() => packsLayers);
    return planFittingModel(stored, { replaceLayers: replace, unpackLayers: replace });
  }
  if (unpacks === true) return planFittingModel(stored, { unpackLayers });
  if (wish.packing === undefined) return planFittingModel(stored);
  const packing = await withOwnRules(wish.packing, stored.config);
  const pack = isNearest === true ? packNearest : packAsMlx;
  const replaceLayers = packChosen((model) => choosePackings(model, packing), pack);
  return planFittingModel(stored, { replaceLayers });
}

/** What is packed stays packed, and the rest plain. */
const keepsForm = ({ packing, unpacks, packsLayers }: ConversionWish): boolean =>
  packing === undefined && unpacks !== true && packsLayers === undefined;

/** From parameters to the tensors that are written: packed ones as mlx-lm names them, others as they were stored. */
async function storedAs(
  { model, account }: PlannedModel,
  config: unknown,
  { packing, unpacks, isAsMlx, packsLayers }: ConversionWish,
): Promise<readonly WeightEntry[]> {
  const becomesMlx = (packing ?? packsLayers) !== undefined || isAsMlx === true;
  if (!becomesMlx && unpacks !== true) return account.entries.map((entry) => entry.reversed());
  const architecture = await architectureOf(config);
  const recipe = becomesMlx ? architecture.packedRecipe(config) : architecture.recipe(config);
  const shapes = new Map([...model.slots()].map((slot) => [slot.name, slot.get().shape]));
  return mapTensors(inverted(recipe), shapes).entries;
}

/** The model's parameters as something stored: under their names, in the types that they get. */
function parametersOf({ model, account, source }: PlannedModel, precisions: Precisions) {
  const types = new Map(
    account.entries.flatMap(({ parameters, sources: [first = ""] }) =>
      parameters.map((name) => [name, source.tensors.get(first)?.dtype ?? ""] as const),
    ),
  );
  const kept = new Precisions(source, undefined);
  const described = [...model.slots()].map((slot): [string, StoredTensor] => {
    const { dtype, shape } = slot.get();
    // a constant of a model is loaded as it is stored, whatever else becomes
    const chosen = (slot.isConstant ? kept : precisions).of(types.get(slot.name) ?? "");
    return [
      slot.name,
      { file: "", dtype: dtype.includes("float") ? chosen : dtype, shape, bytes: 0 },
    ];
  });
  return viewOf(account.entries, new Map(described), source);
}

/** What an entry writes. */
function madeBy(entry: WeightEntry, { tensors }: StoredModel): PlannedTensor[] {
  const dtype = tensors.get(entry.sources[0] ?? "")?.dtype as Dtype;
  const shapes = entry.shapes((name) => tensors.get(name)?.shape ?? []);
  return entry.parameters.map((name, at) => ({ name, dtype, shape: shapes[at] ?? [] }));
}

function packedLayers({ model }: PlannedModel): Map<string, Packing> {
  return new Map(
    [...model.modules()].flatMap(([path, layer]): [string, Packing][] =>
      isPacked(layer) ? [[path, layer.packing]] : [],
    ),
  );
}

/**
 * What the conversion of a stored model is going to be. Reads no weights.
 * @throws ModelError as `planFittingModel`; ConfigError as `choosePackings`.
 */
export async function planConversion(
  stored: StoredModel,
  wish: ConversionWish,
): Promise<Conversion> {
  const precisions = new Precisions(stored, wish.dtype);
  // packed are the numbers that it would have had, and scales have their type
  const read =
    wish.packing === undefined ? stored : castWhenRead(stored, ({ dtype }) => precisions.of(dtype));
  const planned = await plan(read, wish);
  const parameters = parametersOf(planned, precisions);
  const entries = await storedAs(planned, stored.config, wish);
  const tensors = entries.flatMap((entry) => madeBy(entry, parameters));
  const packed = packedLayers(planned);
  const config = withPrecision(stored.config as Config, tensors);
  return {
    tensors,
    bytes: tensors.reduce((sum, tensor) => sum + plannedBytes(tensor), 0),
    parameters: planned.sizes.parameterCount,
    config: keepsForm(wish) ? config : withPackings(config, packed, entries),
    companions: stored.companions,
    packed,
    dense: leftDense(planned.model),
    leftOut: planned.account.ignored,
    load: () => viewOf(entries, new Map(), parameters).load(),
  };
}
