// Which element type each tensor gets for a word of `--quant`: llama.cpp's own rules, so that files are as large and as
// good as those that llama-quantize makes. Facts: conversion/base.py (prepare_tensors) and src/llama-quant.cpp.
import { ggufTypeNamed } from "../../weights/gguf/types.ts";

/** A tensor under its name in the file. */
export interface Shaped {
  name: string;
  /** Row-major. */
  shape: readonly number[];
}

interface Mixture {
  /** `general.file_type`. */
  fileType: number;
  /** Of most tensors. */
  usual: string;
  /** Of the head, or of the embeddings where they are the head. */
  head?: string;
  /** Of values and of what leads out of the feed-forward part, in some layers. */
  more?: string;
}

const mixtures: Readonly<Record<string, Mixture>> = {
  f32: { fileType: 0, usual: "F32" },
  f16: { fileType: 1, usual: "F16" },
  bf16: { fileType: 32, usual: "BF16" },
  q8_0: { fileType: 7, usual: "Q8_0" },
  q4_0: { fileType: 2, usual: "Q4_0", head: "Q6_K" },
  q4_k_m: { fileType: 15, usual: "Q4_K", head: "Q6_K", more: "Q6_K" },
  q6_k: { fileType: 18, usual: "Q6_K" },
};

export type GgufQuant = keyof typeof mixtures;

export const ggufQuants: readonly string[] = Object.keys(mixtures);

/** By the word of `--quant`; undefined when there is none. */
export function mixtureOf(quant: string): Mixture | undefined {
  return mixtures[quant];
}

/** Weights that llama.cpp takes in float32 alone, or that are too small to matter. */
const plain =
  /(?:_norm\.weight|ffn_gate_inp\.weight|position_embd\.weight|ssm_conv1d\.weight|shortconv\.conv\.weight)$/;
/** Kept in halves where others are quantized. */
const halves = /per_layer_model_proj/;
/** Where a row is no whole block. */
const fallbacks: Readonly<Record<string, string>> = { Q4_K: "Q5_0", Q6_K: "Q8_0" };

const isWeight = ({ name, shape }: Shaped): boolean =>
  shape.length > 1 && name.endsWith(".weight") && !plain.test(name);

const fits = (type: string, { shape }: Shaped): boolean =>
  (shape.at(-1) ?? 1) % ggufTypeNamed(type).blockSize === 0;

/** The type, or the nearest that the rows allow. */
function fitting(type: string, tensor: Shaped): string {
  const chosen = fits(type, tensor) ? type : (fallbacks[type] ?? "F16");
  return fits(chosen, tensor) ? chosen : "F16";
}

/** The first and the last eighth of the layers, and every third between. */
function hasMore(at: number, count: number): boolean {
  const eighth = Math.floor(count / 8);
  return at < eighth || at >= Math.floor((7 * count) / 8) || (at - eighth) % 3 === 2;
}

const layerOf = (name: string): number => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1);

/** The names that a pattern fits, with each one's place among them, layer by layer. */
function placesOf(tensors: readonly Shaped[], pattern: RegExp): Map<string, number> {
  const found = tensors.map(({ name }) => name).filter((name) => pattern.test(name));
  const ordered = found.toSorted((a, b) => layerOf(a) - layerOf(b));
  return new Map(ordered.map((name, at) => [name, at]));
}

interface Places {
  values: ReadonlyMap<string, number>;
  /** What leads out of the feed-forward part. */
  down: ReadonlyMap<string, number>;
  layers: number;
  head: string;
}

function placesIn(tensors: readonly Shaped[]): Places {
  const hasHead = tensors.some(({ name }) => name === "output.weight");
  return {
    values: placesOf(tensors, /attn_(?:v|qkv)\.weight$/),
    down: placesOf(tensors, /ffn_down\.weight$/),
    layers: tensors.reduce((most, { name }) => Math.max(most, layerOf(name) + 1), 0),
    head: hasHead ? "output.weight" : "token_embd.weight",
  };
}

/** Embeddings of each layer's own input count as embeddings. */
const isHead = (name: string, { head }: Places): boolean =>
  name === head || (head === "token_embd.weight" && name === "per_layer_token_embd.weight");

function wanted({ name }: Shaped, { usual, head, more }: Mixture, places: Places): string {
  if (head !== undefined && isHead(name, places)) return head;
  if (more === undefined) return usual;
  const value = places.values.get(name);
  if (value !== undefined) return hasMore(value, places.values.size) ? more : usual;
  const down = places.down.get(name);
  return down !== undefined && hasMore(down, places.layers) ? more : usual;
}

/** The type of each tensor, by name. */
export function tensorTypes(tensors: readonly Shaped[], mixture: Mixture): Map<string, string> {
  const places = placesIn(tensors);
  const isQuantized = ggufTypeNamed(mixture.usual).blockSize > 1;
  return new Map(
    tensors.map((tensor): [string, string] => {
      if (!isWeight(tensor)) return [tensor.name, "F32"];
      if (isQuantized && halves.test(tensor.name)) return [tensor.name, "F16"];
      return [tensor.name, fitting(wanted(tensor, mixture, places), tensor)];
    }),
  );
}
