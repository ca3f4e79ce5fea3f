// Puts LoRA layers where a model's blocks have linear layers. Structural: it asks what a module is, never what
// the model is called.
import { ConfigError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { evaluate, randomKey, retain, scope, splitKey } from "../mx/index.ts";
import { Linear, type Module } from "../nn/index.ts";
import { LoraLinear, type LoraShape } from "./lora-linear.ts";
import { ALL_LINEAR } from "./options.ts";

/** The part of a language model that adapters need. */
export interface BlockModel extends Module {
  readonly blockPath: string;
  readonly blocks: readonly Module[];
}

export interface LoraPlacement extends LoraShape {
  /** How many of the last blocks; -1: all. */
  blockCount: number;
  /** Ends of module names within a block, or "all-linear". */
  targets: readonly string[];
}

export interface Attached {
  /** Names within a block, as mlx-lm's `keys`: "self_attn.q_proj". */
  keys: string[];
  blockCount: number;
  /** Full paths of the layers that carry an adapter. */
  paths: string[];
}

function pathsInBlock(block: Module): string[] {
  return [...block.modules()]
    .filter(([, module]) => module instanceof Linear)
    .map(([name]) => name);
}

function lastName(path: string): string {
  return path.split(".").at(-1) ?? path;
}

/** Last names of the linear layers in the blocks: what `targets` may say. */
export function linearNames(model: BlockModel): string[] {
  return [...new Set(model.blocks.flatMap(pathsInBlock).map(lastName))];
}

function matches(name: string, target: string): boolean {
  return target === ALL_LINEAR || name === target || name.endsWith(`.${target}`);
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
export function selectTargets(model: BlockModel, targets: readonly string[]): string[] {
  const names = [...new Set(model.blocks.flatMap(pathsInBlock))];
  const unmatched = targets.filter((target) => !names.some((name) => matches(name, target)));
  if (unmatched.length > 0) throw unknownTargets(unmatched, linearNames(model));
  return names.filter((name) => targets.some((target) => matches(name, target)));
}

function chosenBlocks(model: BlockModel, wanted: number): number {
  const { length } = model.blocks;
  if (wanted <= length) return wanted === -1 ? length : wanted;
  throw new ConfigError("FT-ADAPTER-002", {
    at: { field: "lora.num_layers" },
    message: `${wanted} layers asked for, the model has ${length}`,
    hint: `--num-layers ${length}`,
  });
}

/** Freezes the model and gives the selected layers an adapter whose first factor is drawn from `seed`. */
export function attachLora(model: BlockModel, placement: LoraPlacement, seed: number): Attached {
  const keys = selectTargets(model, placement.targets);
  const blockCount = chosenBlocks(model, placement.blockCount);
  model.freeze();
  const layers = [...model.blocks.entries()]
    .slice(model.blocks.length - blockCount)
    .flatMap(([index, block]) => linearsOf(block, keys, `${model.blockPath}.${index}`));
  scope(() => {
    const randomKeys = splitKey(randomKey(seed), layers.length);
    const adapted = layers.map(({ linear }, index) => {
      const key = randomKeys[index];
      if (key === undefined) throw new RangeError(`no key ${index}`);
      return new LoraLinear(linear, placement, key);
    });
    const drawn = adapted.flatMap((layer) => [layer.lora_a, layer.lora_b]);
    evaluate(drawn);
    retain(drawn);
    layers.forEach(({ path }, index) => model.replaceChild(path, adapted[index] as LoraLinear));
  });
  return { keys, blockCount, paths: layers.map(({ path }) => path) };
}

function linearsOf(
  block: Module,
  keys: readonly string[],
  blockPath: string,
): { path: string; linear: Linear }[] {
  return [...block.modules()].flatMap(([name, module]) =>
    module instanceof Linear && keys.includes(name)
      ? [{ path: `${blockPath}.${name}`, linear: module }]
      : [],
  );
}
