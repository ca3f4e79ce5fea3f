// Puts adapters on layers of a model's blocks, and takes them off again by adding them to the weights.
// Structural: it asks what a layer can do, never what it or the model is called.
import { ConfigError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { carry, evaluate, randomKey, retain, scope, splitKey } from "../mx/index.ts";
import { isEmbeddingLike, type Module } from "../nn/index.ts";
import type { AdapterKind, AdapterShape } from "./adapted-layer.ts";
import { adapterKinds } from "./kinds.ts";
import { ALL_LINEAR } from "./options.ts";

/** The part of a language model that adapters need. */
export interface BlockModel extends Module {
  readonly blockPath: string;
  readonly blocks: readonly Module[];
}

export interface AdapterPlacement extends AdapterShape {
  /** How many of the last blocks; -1: all. */
  blockCount: number;
  /** Ends of module names within a block, or "all-linear". */
  targets: readonly string[];
}

export interface Attached {
  /** Of the registry. */
  kind: string;
  /** Names within a block, as mlx-lm's `keys`: "self_attn.q_proj". */
  keys: string[];
  blockCount: number;
  /** Full paths of the layers that carry an adapter. */
  paths: string[];
}

/** Layers below `block` that can carry an adapter of this kind, by path. */
function carriersIn(block: Module, kind: AdapterKind): [path: string, layer: Module][] {
  return [...block.modules()].filter(([, layer]) => kind.fits(layer));
}

function lastName(path: string): string {
  return path.split(".").at(-1) ?? path;
}

/** Last names of the linear layers in the blocks: what `targets` may say. */
export function linearNames(
  model: BlockModel,
  kind: AdapterKind = adapterKinds.get("lora"),
): string[] {
  const paths = model.blocks.flatMap((block) => carriersIn(block, kind).map(([path]) => path));
  return [...new Set(paths.map(lastName))];
}

/** Embeddings are adapted only where they are named. */
function matches([path, layer]: readonly [string, Module], target: string): boolean {
  if (target === ALL_LINEAR) return !isEmbeddingLike(layer);
  return path === target || path.endsWith(`.${target}`);
}

function unknownTargets(unmatched: readonly string[], short: readonly string[]): ConfigError {
  const near = nearest(unmatched[0] ?? "", short);
  return new ConfigError("FT-ADAPTER-001", {
    at: { field: "lora.target_modules" },
    message: `the model has no linear layer named ${unmatched.join(", ")}. It has: ${short.join(", ")}`,
    hint: `--target-modules ${near ?? ALL_LINEAR}`,
  });
}

/** Names within the blocks that `targets` select. Throws ConfigError FT-ADAPTER-001 for a target that selects none. */
export function selectTargets(
  model: BlockModel,
  targets: readonly string[],
  kind: AdapterKind = adapterKinds.get("lora"),
): string[] {
  const carriers = new Map(model.blocks.flatMap((block) => carriersIn(block, kind)));
  const chosenBy = (target: string): string[] =>
    [...carriers].filter((carrier) => matches(carrier, target)).map(([path]) => path);
  const unmatched = targets.filter((target) => chosenBy(target).length === 0);
  if (unmatched.length > 0) throw unknownTargets(unmatched, linearNames(model, kind));
  const chosen = new Set(targets.flatMap(chosenBy));
  return [...carriers.keys()].filter((path) => chosen.has(path));
}

/** How many of the last blocks `wanted` says. Throws ConfigError FT-ADAPTER-002 where there are fewer. */
function chosenBlocks(model: BlockModel, wanted: number): number {
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
  /** Names within a block that carry it. */
  keys: readonly string[];
  blockCount: number;
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
  const keys = selectTargets(model, placement.targets, kind);
  const blockCount = chosenBlocks(model, placement.blockCount);
  const layers = [...model.blocks.entries()]
    .slice(model.blocks.length - blockCount)
    .flatMap(([index, block]) =>
      carriersIn(block, kind)
        .filter(([path]) => keys.includes(path))
        .map(([path, layer]) => ({ path: `${model.blockPath}.${index}.${path}`, layer })),
    );
  const shapes = layers.flatMap(({ path, layer }) =>
    Object.entries(kind.shapes(layer, placement)).map(
      ([name, shape]): [string, readonly number[]] => [`${path}.${name}`, shape],
    ),
  );
  return { keys, blockCount, layers, shapes: new Map(shapes) };
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
      const wrapped = key === undefined ? undefined : kind.wrap(layer, placement, key);
      if (wrapped === undefined) throw new RangeError(`no adapter for layer ${index}`);
      return wrapped;
    });
    const drawn = adapted.flatMap((layer) => layer.drawn());
    evaluate(drawn);
    retain(drawn);
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
