// Layers replaced after a model is built and before its weights meet it: packed ones in the place of dense ones.
// Which packing a run wants is its configuration's; how packed layers compute is nn's.
import { modeOf, type Packing } from "../mx/index.ts";
import {
  Embedding,
  isEmbeddingLike,
  isLinearLike,
  isPacked,
  isStackedLinearLike,
  Linear,
  type Module,
  PackedEmbedding,
  PackedLinear,
  PackedStackedLinear,
  routersIn,
  StackedLinear,
} from "../nn/index.ts";
import {
  convert,
  packed,
  type PackMatrix,
  packNearest,
  type Recipe,
  type Rule,
  unpacked,
  type WeightEntry,
} from "../weights/index.ts";
import { type LanguageModel, ownPackingsOf, packingOf } from "./kit/index.ts";

/** Replaces layers of a model; returns how the parameters that were there become those that are. */
export type ReplaceLayers = (model: LanguageModel) => Recipe;

/** The layer as it would be packed; undefined where it cannot be, or its rows are no whole groups. */
function packedOf(layer: Module, packing: Packing): Module | undefined {
  const fits = (columns: number): boolean => columns % packing.groupSize === 0;
  if (isPacked(layer)) return undefined;
  if (isLinearLike(layer) && fits(layer.inputSize)) {
    const options = { ...packing, bias: "bias" in layer };
    return new PackedLinear(layer.inputSize, layer.outputSize, options);
  }
  if (isStackedLinearLike(layer) && fits(layer.inputSize)) {
    const { expertCount, inputSize, outputSize } = layer;
    const options = { ...packing, bias: "bias" in layer };
    return new PackedStackedLinear(expertCount, inputSize, outputSize, options);
  }
  if (isEmbeddingLike(layer) && fits(layer.size))
    return new PackedEmbedding(layer.count, layer.size, packing);
  return undefined;
}

/** Packs the layers for which `packingAt` says how, where that can be done; returns their paths. */
function packLayers(
  model: LanguageModel,
  packingAt: (path: string) => Packing | undefined,
): string[] {
  return [...model.modules()].flatMap(([path, layer]) => {
    const packing = packingAt(path);
    const replacement = packing && packedOf(layer, packing);
    if (replacement === undefined) return [];
    model.replaceChild(path, replacement);
    return [path];
  });
}

/**
 * Every linear layer, stack and embedding is packed while it is loaded, as mlx-lm's conversion packs them: the head and
 * the tokens' table too. Those whose rows are no whole groups stay as they are: `leftDense` names them. So does what
 * chooses among experts: it is small, and a choice that tips is another answer.
 */
export function packWhole(packing: Packing): ReplaceLayers {
  return packChosen((model) => {
    const routers = routersIn(model);
    return { get: (path) => (routers.has(path) ? undefined : packing) };
  });
}

/** How each layer is packed, by its path; not where there is nothing. */
export interface Packings {
  get(path: string): Packing | undefined;
}

/** Layers are packed while they are loaded, each as is chosen for it. */
export function packChosen(
  choose: (model: LanguageModel) => Packings,
  pack: PackMatrix = packNearest,
): ReplaceLayers {
  return (model) => {
    const chosen = choose(model);
    return packLayers(model, (path) => chosen.get(path)).map((path): Rule => {
      const packing = chosen.get(path) as Packing;
      return convert(`${path}.weight`, partsOf(path, packing), packed(packing, pack));
    });
  };
}

function partsOf(path: string, packing: Packing): string[] {
  const parts =
    modeOf(packing) === "affine" ? ["weight", "scales", "biases"] : ["weight", "scales"];
  return parts.map((part) => `${path}.${part}`);
}

/** The layer with plain weights, not loaded yet; undefined for one without. */
export function denseOf(layer: Module): Module | undefined {
  if (isLinearLike(layer))
    return new Linear(layer.inputSize, layer.outputSize, { bias: "bias" in layer });
  if (isStackedLinearLike(layer)) {
    const { expertCount, inputSize, outputSize } = layer;
    return new StackedLinear(expertCount, inputSize, outputSize, { bias: "bias" in layer });
  }
  return isEmbeddingLike(layer) ? new Embedding(layer.count, layer.size) : undefined;
}

/** Every packed layer of the model becomes a plain one; unpacked while it is loaded. */
export const unpackLayers: ReplaceLayers = (model) =>
  [...model.modules()].flatMap(([path, layer]): Rule[] => {
    const replacement = isPacked(layer) ? denseOf(layer) : undefined;
    if (replacement === undefined || !isPacked(layer)) return [];
    model.replaceChild(path, replacement);
    return [convert(partsOf(path, layer.packing), `${path}.weight`, unpacked(layer.packing))];
  });

const SCALES = ".scales";

/** By the parameter that they become: names under which scales are stored. */
function storedScales(entries: readonly WeightEntry[]): Map<string, string> {
  const scales = entries.flatMap(({ sources, parameters }) =>
    parameters.filter((name) => name.endsWith(SCALES)).map((name) => [name, sources[0]] as const),
  );
  return new Map(scales.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/**
 * Packs the layers that come packed: those with scales among the parameters that the stored model gives. How, its
 * config says: for all, or for a layer by its stored name.
 */
export function packAsStored(
  model: LanguageModel,
  config: Readonly<Record<string, unknown>>,
  entries: readonly WeightEntry[],
): void {
  const general = packingOf(config);
  const own = ownPackingsOf(config);
  const stored = storedScales(entries);
  packLayers(model, (path) => {
    const scales = stored.get(`${path}${SCALES}`);
    if (scales === undefined) return undefined;
    return own.get(scales.slice(0, -SCALES.length)) ?? own.get(path) ?? general;
  });
}

/** Layers that could be packed and are not, by path. */
export function leftDense(model: LanguageModel): string[] {
  const routers = routersIn(model);
  const layers = [...model.modules()].filter(
    ([path, layer]) =>
      !routers.has(path) &&
      (isLinearLike(layer) || isEmbeddingLike(layer) || isStackedLinearLike(layer)),
  );
  return layers.filter(([, layer]) => !isPacked(layer)).map(([path]) => path);
}

/** What loading is told of a packing, if there is one. */
export function packedWith(packing: Packing | undefined): { replaceLayers?: ReplaceLayers } {
  return packing === undefined ? {} : { replaceLayers: packWhole(packing) };
}

const MOST_NAMED = 3;

/** What a person should know of a base that was to be packed with `wanted`: that it was already, or not all of it. */
export function packingNotices(
  config: unknown,
  model: LanguageModel,
  wanted: Packing | undefined,
): string[] {
  if (wanted === undefined) return [];
  const already = packingOf(config as Record<string, unknown>);
  if (already !== undefined) {
    const { bits, groupSize } = already;
    const as = `${modeOf(already)}, ${bits} bits, groups of ${groupSize}`;
    return [`the model is quantized already (${as}) and is left as it is`];
  }
  const dense = leftDense(model);
  if (dense.length === 0) return [];
  const more = dense.length > MOST_NAMED ? `, and ${dense.length - MOST_NAMED} more` : "";
  return [
    `${dense.length} layers are not quantized, since their rows are no groups of ${wanted.groupSize}: ` +
      `${dense.slice(0, MOST_NAMED).join(", ")}${more}`,
  ];
}
