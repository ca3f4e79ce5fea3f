// A fixture's folder: a tiny model as people have it, and what transformers computes with that model.
// Written by reference/fixture.py. Loads nothing by hand: everything goes through src/weights.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parsePythonJson } from "../../src/core/json-text.ts";
import type { Tensor } from "../../src/mx/index.ts";
import { type StoredModel, loadTensorFile, openModelFolder } from "../../src/weights/index.ts";
import type { Trace } from "./compare.ts";
import { valuesOf } from "./trace.ts";

/** Between libraries float32 sums are rounded in different orders; correct models stay within 1.4e-6 of the largest. */
export const layerTolerance = 5e-6;
/** A gradient sums over all positions and passes every layer twice; differences grow accordingly. */
export const gradientTolerance = 2e-5;

/** Ids that `greedy` goes on from. */
export const promptLength = 5;

export interface Expected {
  /** (2, length) int32. */
  ids: Tensor;
  targets: Tensor;
  /** Of each target in the loss. */
  weights: Tensor;
  /** (2, length, vocabulary), in one pass. */
  logits: Tensor;
  /** The same, one token at a time through a cache. */
  cached: Tensor;
  /** (2, tokens) int32: the most likely tokens after the first ids of each row, one after the other. */
  greedy: Tensor;
  loss: Tensor;
  /** `embedding`, `blocks.N`, `norm`. */
  layers: Map<string, Tensor>;
  /** By the checkpoint's names and layout; empty for most fixtures. */
  gradients: Map<string, Tensor>;
  /** Keys of config.json, each with a value that takes a feature away. */
  switches: Record<string, unknown>;
}

/** The checkpoint, with the weights of a neighbouring fixture where from.json says so. */
export async function checkpointIn(folder: string): Promise<StoredModel> {
  const pointer = path.join(folder, "from.json");
  if (!existsSync(pointer)) return openModelFolder(folder);
  const { weights } = JSON.parse(readFileSync(pointer, "utf8")) as { weights: string };
  const config: unknown = JSON.parse(readFileSync(path.join(folder, "config.json"), "utf8"));
  return { ...(await openModelFolder(path.join(folder, "..", weights))), config };
}

function named(tensors: ReadonlyMap<string, Tensor>, prefix: string): Map<string, Tensor> {
  const those = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(those.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** Written by Python: numbers without end may be among them. */
function switchesIn(text: string): Record<string, unknown> {
  const read = parsePythonJson(text);
  if (!read.ok) throw new Error(`the switches of a fixture are no JSON: ${read.problem.reason}`);
  return read.value as Record<string, unknown>;
}

export async function expectedIn(folder: string): Promise<Expected> {
  const file = path.join(folder, "expected.safetensors");
  const { tensors, metadata } = await loadTensorFile(file);
  const one = (key: string): Tensor => {
    const tensor = tensors.get(key);
    if (tensor === undefined) throw new Error(`${folder} has no ${key}: make port makes it again`);
    return tensor;
  };
  return {
    ids: one("ids"),
    targets: one("targets"),
    weights: one("weights"),
    logits: one("logits"),
    cached: one("cached"),
    greedy: one("greedy"),
    loss: one("loss"),
    layers: named(tensors, "layer:"),
    gradients: named(tensors, "gradient:"),
    switches: switchesIn(metadata["switches"] ?? "{}"),
  };
}

/** Everything inside the blocks too, where the fixture was just made; empty for a committed one. */
export async function traceIn(folder: string): Promise<Trace> {
  const file = path.join(folder, "trace.safetensors");
  if (!existsSync(file)) return new Map();
  const { tensors } = await loadTensorFile(file);
  return new Map([...tensors].map(([name, tensor]) => [name, valuesOf(tensor)]));
}
