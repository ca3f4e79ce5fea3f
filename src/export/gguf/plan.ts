// A whole model as a .gguf file: every key and every tensor with its type, known before a byte is written.
// Which names and keys there are is the family's business (family.ts), which types that of mixtures.ts.
import { elementCount } from "../../core/element-count.ts";
import { ModelError } from "../../core/errors.ts";
import { retain, tensor, type Tensor } from "../../mx/index.ts";
import { loadTokenizer } from "../../text/index.ts";
import { describedVocabulary } from "../../text/vocabulary/described.ts";
import { type GgufEntries, type GgufEntry, text } from "../../weights/gguf/entries.ts";
import {
  castWhenRead,
  type StoredModel,
  type StoredTensor,
  type TensorReader,
  viewThrough,
} from "../../weights/index.ts";
import { type Conversion, planConversion } from "../conversion.ts";
import { familyOf, type GgufFamilyModel } from "./family.ts";
import {
  type Entry,
  fileEntries,
  originEntries,
  outOfTower,
  shortName,
} from "./general-entries.ts";
import type { GgufPlanned } from "./gguf-file.ts";
import { mixtureOf, tensorTypes } from "./mixtures.ts";
import { CHAT_TEMPLATE, tokenizerEntries } from "./tokenizer-entries.ts";

export interface GgufWish {
  /** A word of `ggufQuants`. */
  quant: string;
  /** As the model was named. */
  name: string;
}

export interface GgufPlan {
  entries: Map<string, GgufEntry>;
  /** As they are going to be written, in this order. */
  tensors: readonly GgufPlanned[];
  family: GgufFamilyModel;
  /** Stored tensors that are no part of the text model. */
  leftOut: readonly string[];
  /** Gives the tensors by name, of float32. */
  load(): TensorReader;
}

const FLOAT = "F32";

/** The conversion's tensors as something stored. */
function asStored(stored: StoredModel, { tensors, load }: Conversion): StoredModel {
  const described = tensors.map(({ name, shape }): [string, StoredTensor] => [
    name,
    { file: "", dtype: FLOAT, shape, bytes: 4 * elementCount(shape) },
  ]);
  return { ...stored, tensors: new Map(described), load };
}

/** Names that the family has no rule for stay as they were: no reader of the file would know them. */
function requireKnown(view: StoredModel, before: StoredModel): void {
  const kept = [...view.tensors.keys()].filter((name) => before.tensors.has(name));
  if (kept.length === 0) return;
  throw new ModelError("FT-EXPORT-022", {
    at: { file: before.folder },
    message: `${kept.length} tensors have no place in a GGUF file of this architecture`,
    problems: kept.map((name) => `no name for ${name}`),
    hint: "ft export hf writes a folder, with all of them",
  });
}

/** The reader of a view with tensors beside that the configuration tells. */
function withFactors(
  reader: TensorReader,
  factors: ReadonlyMap<string, readonly number[]>,
): TensorReader {
  return {
    read(name): Tensor {
      const values = factors.get(name);
      if (values === undefined) return reader.read(name);
      return retain(tensor(Float32Array.from(values), [values.length], "float32"));
    },
    close: () => reader.close(),
  };
}

/** Blocks in order, and before them what belongs to none. */
function inOrder(names: readonly string[]): string[] {
  const layer = (name: string): number => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1);
  return names.toSorted((a, b) => layer(a) - layer(b));
}

function archEntries({ writing, keys }: GgufFamilyModel): Entry[] {
  return Object.entries(keys).map(([key, entry]) => [`${writing.architecture}.${key}`, entry]);
}

function generalEntries(
  { writing }: GgufFamilyModel,
  { license }: StoredModel,
  { name }: GgufWish,
): Entry[] {
  return [
    ["general.architecture", text(writing.architecture)],
    ["general.type", text("model")],
    ["general.name", text(shortName(name))],
    ...(license === undefined ? [] : [["general.license", text(license)] as Entry]),
    ...originEntries(name),
  ];
}

/**
 * Keys that a .gguf file had, and that a new one has too, with the chat template that the model's files have now; where
 * data begin is the new file's own.
 */
async function keptEntries(
  entries: GgufEntries,
  { companions }: StoredModel,
): Promise<Map<string, GgufEntry>> {
  const kept = new Map(entries);
  kept.delete("general.alignment");
  const { chatTemplate } = await loadTokenizer(companions);
  if (chatTemplate !== undefined) kept.set(CHAT_TEMPLATE, text(chatTemplate));
  return kept;
}

async function entriesOf(
  stored: StoredModel,
  family: GgufFamilyModel,
  rows: number,
  wish: GgufWish,
): Promise<Map<string, GgufEntry>> {
  const { ggufEntries } = stored;
  if (ggufEntries !== undefined) return await keptEntries(ggufEntries, stored);
  const keepsMerges = family.writing.architecture === "gemma4";
  const vocabulary = await describedVocabulary(stored.companions, { rows, keepsMerges });
  return new Map([
    ...generalEntries(family, stored, wish),
    ...archEntries(family),
    ...tokenizerEntries(vocabulary),
  ]);
}

/** The stored model under the file's names, of float32. */
async function viewOf(stored: StoredModel, family: GgufFamilyModel) {
  const conversion = await planConversion(stored, { unpacks: true });
  const named = viewThrough(outOfTower, asStored(stored, conversion));
  const view = viewThrough(family.recipe, named);
  requireKnown(view, named);
  return { view, leftOut: conversion.leftOut };
}

/**
 * Reads no weights. `quant` must be a word that there is.
 * @throws ModelError FT-EXPORT-020 to 022 for what is not written, those of `planFittingModel`.
 */
export async function planGguf(given: StoredModel, wish: GgufWish): Promise<GgufPlan> {
  const mixture = mixtureOf(wish.quant);
  if (mixture === undefined) throw new RangeError(`there is no quantization '${wish.quant}'`);
  // halves would round what is added to them, and scales of packed numbers what they unpack to
  const stored = castWhenRead(given, () => "float32");
  const family = await familyOf(stored.config);
  const { view, leftOut } = await viewOf(stored, family);
  const factors = new Map(Object.entries(family.writing.factors?.(family.config) ?? {}));
  const shapes = new Map<string, readonly number[]>([
    ...[...view.tensors].map(([name, { shape }]) => [name, shape] as const),
    ...[...factors].map(([name, values]) => [name, [values.length]] as const),
  ]);
  const names = inOrder([...shapes.keys()]);
  const shaped = names.map((name) => ({ name, shape: shapes.get(name) ?? [] }));
  const types = tensorTypes(shaped, mixture);
  const rows = shapes.get("token_embd.weight")?.[0] ?? 0;
  const entries = await entriesOf(given, family, rows, wish);
  for (const [key, entry] of fileEntries(mixture.fileType)) entries.set(key, entry);
  return {
    entries,
    tensors: shaped.map((one) => ({ ...one, type: types.get(one.name) ?? FLOAT })),
    family,
    leftOut,
    load: () => withFactors(view.load(), factors),
  };
}
