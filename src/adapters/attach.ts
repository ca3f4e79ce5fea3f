// Puts adapters on layers of a model's blocks, and takes them off again by adding them to the weights.
// Structural: it asks what a layer can do, never what it or the model is called.
import { ConfigError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { carry, evaluate, randomKey, retain, scope, splitKey, type Tensor } from "../mx/index.ts";
import {
  type EmbeddingLike,
  isEmbeddingLike,
  isLinearLike,
  type Module,
  routersIn,
} from "../nn/index.ts";
import type { AdaptedLayer, AdapterKind, AdapterShape } from "./adapted-layer.ts";
import { adapterKinds } from "./kinds.ts";
import { requireStart } from "./lora/begin.ts";
import { ALL_LINEAR } from "./options.ts";

/** The part of a language model that adapters need. */
export interface BlockModel extends Module {
  readonly blockPath: string;
  readonly blocks: readonly Module[];
}

export interface AdapterPlacement extends AdapterShape {
  /** How many of the last blocks; -1: all. */
  blockCount: number;
  /** Ends of module names, or "all-linear", which is all in the blocks. */
  targets: readonly string[];
  /** "all-linear" means what chooses among experts too. */
  adaptsRouters?: boolean;
}

export interface Attached {
  /** Of the registry. */
  kind: string;
  /** Names within a block, as mlx-lm's `keys`: "self_attn.q_proj"; outside of the blocks, full paths. */
  keys: string[];
  blockCount: number;
  /** Full paths of the layers that carry an adapter. */
  paths: string[];
}

type Carrier = [path: string, layer: Module];

/** Layers below `block` that can carry an adapter of this kind, by path. */
function carriersIn(block: Module, kind: AdapterKind): Carrier[] {
  return [...block.modules()].filter(([, layer]) => kind.fits(layer));
}

/** Those of all blocks, by full path. */
function carriersInBlocks(model: BlockModel, kind: AdapterKind): Carrier[] {
  return model.blocks.flatMap((block, index) =>
    carriersIn(block, kind).map(([path, layer]): Carrier => [
      `${model.blockPath}.${index}.${path}`,
      layer,
    ]),
  );
}

/** Paths of what chooses among experts, within a block. */
function routersOf(model: BlockModel): Set<string> {
  return new Set(model.blocks.flatMap((block) => [...routersIn(block)]));
}

/** Those outside of the blocks, by full path: embeddings and the head. */
function carriersOutside(model: BlockModel, kind: AdapterKind): Carrier[] {
  return carriersIn(model, kind).filter(([path]) => !path.startsWith(`${model.blockPath}.`));
}

function lastName(path: string): string {
  return path.split(".").at(-1) ?? path;
}

const lastNames = (carriers: readonly Carrier[]): string[] => [
  ...new Set(carriers.map(([path]) => lastName(path))),
];

/** Last names of the linear layers in the blocks: what `targets` may say. */
export function linearNames(
  model: BlockModel,
  kind: AdapterKind = adapterKinds.get("lora"),
): string[] {
  return lastNames(model.blocks.flatMap((block) => carriersIn(block, kind)));
}

/** Last names of those that "all-linear" means. */
export function allLinearNames(model: BlockModel, kind: AdapterKind): string[] {
  const routers = routersOf(model);
  const all = model.blocks.flatMap((block) => carriersIn(block, kind));
  return lastNames(all.filter((carrier) => matches(carrier, ALL_LINEAR, routers)));
}

const isNamed = (path: string, target: string): boolean =>
  path === target || path.endsWith(`.${target}`);

/** Embeddings are adapted only where they are named, and so are `routers`. */
function matches([path, layer]: Carrier, target: string, routers: ReadonlySet<string>): boolean {
  if (target !== ALL_LINEAR) return isNamed(path, target);
  return !isEmbeddingLike(layer) && !routers.has(path);
}

/** What is outside of the blocks is adapted only where it is named. */
function matchesOutside([path]: Carrier, target: string): boolean {
  return target !== ALL_LINEAR && isNamed(path, target);
}

/** Path of the embedding that is the head as well; undefined where the head has weights of its own. */
export function tiedHead(model: BlockModel): string | undefined {
  const outside = [...model.modules()].filter(([path]) => !path.startsWith(`${model.blockPath}.`));
  const tokens = outside.find(([, layer]) => isEmbeddingLike(layer));
  const count = tokens === undefined ? undefined : (tokens[1] as Module & EmbeddingLike).count;
  const isHead = (layer: Module): boolean => isLinearLike(layer) && layer.outputSize === count;
  return outside.some(([, layer]) => isHead(layer)) ? undefined : tokens?.[0];
}

function unknownTargets(
  model: BlockModel,
  kind: AdapterKind,
  unmatched: readonly string[],
): ConfigError {
  const inside = linearNames(model, kind);
  const outside = lastNames(carriersOutside(model, kind));
  const tied = tiedHead(model);
  const near = nearest(unmatched[0] ?? "", [...inside, ...outside]);
  const ends =
    tied === undefined ? "" : `. Its head is the embedding: ${lastName(tied)} adapts both`;
  return new ConfigError("FT-ADAPTER-001", {
    at: { field: "lora.target_modules" },
    message:
      `the model has no linear layer named ${unmatched.join(", ")}. It has: ${inside.join(", ")}; ` +
      `outside of its blocks: ${outside.join(", ") || "none"}${ends}`,
    hint: `--target-modules ${near ?? ALL_LINEAR}`,
  });
}

/**
 * Names that `targets` select: within the blocks, full paths of single layers there, and of what is outside of them.
 * @throws ConfigError FT-ADAPTER-001 for a target that selects none.
 */
export function selectTargets(
  model: BlockModel,
  { targets, adaptsRouters = false }: Pick<AdapterPlacement, "targets" | "adaptsRouters">,
  kind: AdapterKind = adapterKinds.get("lora"),
): string[] {
  const routers = adaptsRouters ? new Set<string>() : routersOf(model);
  const inside = new Map(model.blocks.flatMap((block) => carriersIn(block, kind)));
  const outside = new Map(carriersOutside(model, kind));
  const whole = new Set(carriersInBlocks(model, kind).map(([path]) => path));
  const chosenBy = (target: string): string[] => [
    ...(whole.has(target) ? [target] : []),
    ...[...inside].filter((carrier) => matches(carrier, target, routers)).map(([path]) => path),
    ...[...outside].filter((carrier) => matchesOutside(carrier, target)).map(([path]) => path),
  ];
  const unmatched = targets.filter((target) => chosenBy(target).length === 0);
  if (unmatched.length > 0) throw unknownTargets(model, kind, unmatched);
  const chosen = new Set(targets.flatMap(chosenBy));
  return [...inside.keys(), ...whole, ...outside.keys()].filter((path) => chosen.has(path));
}

/** How many of the last blocks `wanted` says; -1 is all. Throws ConfigError FT-ADAPTER-002 where there are fewer. */
export function chosenBlocks(model: BlockModel, wanted: number): number {
  const { length } = model.blocks;
  if (wanted <= length) return wanted === -1 ? length : wanted;
  throw new ConfigError("FT-ADAPTER-002", {
    at: { field: "lora.num_layers" },
    message: `${wanted} layers asked for, the model has ${length}`,
    hint: `--num-layers ${length}`,
  });
}

/** What an adapter would be on a model. */
export interface PlacedAdapter {
  /** Names within a block that carry it, and full paths of what is outside of the blocks. */
  keys: readonly string[];
  blockCount: number;
  /** Of the last blocks, how many the backward pass goes through. */
  reachedBlocks: number;
  /** Layers that carry it, by full path. */
  layers: readonly { path: string; layer: Module }[];
  /** Shapes of what is trained, by parameter. */
  shapes: ReadonlyMap<string, readonly number[]>;
}

/**
 * Where an adapter would sit; changes nothing, and needs neither addon nor weights.
 * @throws ConfigError FT-ADAPTER-001 for a target that the model has not, 002 for more blocks than it has.
 */
export function placeAdapter(
  model: BlockModel,
  kindName: string,
  placement: AdapterPlacement,
): PlacedAdapter {
  const kind = adapterKinds.get(kindName);
  const keys = selectTargets(model, placement, kind);
  const blockCount = chosenBlocks(model, placement.blockCount);
  const first = model.blocks.length - blockCount;
  const inside = carriersInBlocks(model, kind).filter(([path]) => {
    const [number = "", ...rest] = path.slice(model.blockPath.length + 1).split(".");
    return keys.includes(path) || (Number(number) >= first && keys.includes(rest.join(".")));
  });
  const outside = carriersOutside(model, kind).filter(([path]) => keys.includes(path));
  const layers = [...inside, ...outside].map(([path, layer]) => ({ path, layer }));
  const each = layers.map(({ layer }) => kind.shapes(layer, placement));
  requireStart(placement, each);
  const shapes = layers.flatMap(({ path }, index) =>
    Object.entries(each[index] ?? {}).map(([name, shape]): [string, readonly number[]] => [
      `${path}.${name}`,
      shape,
    ]),
  );
  const reachedBlocks = reached(model, layers, inside.length === 0 ? 0 : blockCount);
  return { keys, blockCount, reachedBlocks, layers, shapes: new Map(shapes) };
}

/** An embedding is before all blocks, whatever else is adapted. */
function reached(model: BlockModel, layers: PlacedAdapter["layers"], blockCount: number): number {
  const isBefore = ({ path, layer }: PlacedAdapter["layers"][number]): boolean =>
    isEmbeddingLike(layer) && !path.startsWith(`${model.blockPath}.`);
  return layers.some(isBefore) ? model.blocks.length : blockCount;
}

/** Of an adapter, without its base's. */
const ownTensors = (layer: AdaptedLayer): Tensor[] => [...layer.drawn(), ...layer.buffers()];

/** With the values that it begins with. */
function begun(layer: AdaptedLayer | undefined): AdaptedLayer | undefined {
  if (layer !== undefined) evaluate(ownTensors(layer));
  return layer;
}

/** Freezes the model and gives the selected layers an adapter, drawn from `seed`. */
export function attachAdapter(
  model: BlockModel,
  kindName: string,
  placement: AdapterPlacement,
  seed: number,
): Attached {
  const kind = adapterKinds.get(kindName);
  const { keys, blockCount, layers } = placeAdapter(model, kindName, placement);
  model.freeze();
  scope(() => {
    const randomKeys = splitKey(randomKey(seed), layers.length);
    const adapted = layers.map(({ layer }, index) => {
      const key = randomKeys[index];
      // layer by layer, so that what one looks at of its base's weights is not there for all of them at once
      const wrapped = key === undefined ? undefined : begun(kind.wrap(layer, placement, key));
      if (wrapped === undefined) throw new RangeError(`no adapter for layer ${index}`);
      return wrapped;
    });
    retain(adapted.flatMap(ownTensors));
    layers.forEach(({ path }, index) => model.replaceChild(path, adapted[index] as Module));
  });
  return { kind: kindName, keys: [...keys], blockCount, paths: layers.map(({ path }) => path) };
}

export function attachLora(model: BlockModel, placement: AdapterPlacement, seed: number): Attached {
  return attachAdapter(model, "lora", placement, seed);
}

/** Adds every adapter to the weights below it: the model becomes one without adapters that computes the same. */
export function fuseAdapters(model: BlockModel): void {
  const kinds = adapterKinds.names().map((name) => adapterKinds.get(name));
  for (const [path, layer] of [...model.modules()]) {
    // layer by layer, so that one at a time is there twice
    carry(model, () => {
      const fused = kinds.map((kind) => kind.fuse(layer)).find((plain) => plain !== undefined);
      if (fused === undefined) return;
      model.replaceChild(path, fused);
      evaluate([...fused.tensors()]);
    });
  }
}
