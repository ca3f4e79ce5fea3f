// Cases of tests/fixtures/adapters: an adapter on a tiny model, and how PEFT or mlx-lm trained it.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Attached, attachAdapter } from "../../../src/adapters/index.ts";
import { type Batch, collate } from "../../../src/data/index.ts";
import type { LoadedModel } from "../../../src/models/index.ts";
import { dispose, retain, type Tensor } from "../../../src/mx/index.ts";
import { loadTensorFile } from "../../../src/weights/index.ts";
import { loadFixture } from "../models/fixtures.ts";

const folder = path.join(import.meta.dirname, "../../fixtures/adapters");

export const caseNames = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => path.basename(file, ".json"));

/** Ends every failure of a comparison. */
export const remake = "(tests/fixtures/adapters/make.py makes the fixture again)";

export interface AdapterCase {
  model: string;
  kind: string;
  targets: string[];
  rank: number;
  scale: number;
  rate: number;
  /** Of LoRA+. */
  ratio?: number;
  /** Options of PEFT's LoraConfig. */
  peft?: { init_lora_weights?: string };
}

export interface Expected {
  facts: AdapterCase;
  tensors: ReadonlyMap<string, Tensor>;
}

export async function expectedOf(name: string): Promise<Expected> {
  const facts = JSON.parse(readFileSync(path.join(folder, `${name}.json`), "utf8")) as AdapterCase;
  const { tensors } = await loadTensorFile(path.join(folder, `${name}.safetensors`));
  return { facts, tensors: retain(tensors) };
}

export function one({ tensors }: Expected, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the fixture has no ${name} ${remake}`);
  return tensor;
}

/** Tensors of one part, "start", "trained" or "gradient", by the parameter's name. */
export function part({ tensors }: Expected, prefix: string): Map<string, Tensor> {
  const those = [...tensors].filter(([name]) => name.startsWith(`${prefix}.`));
  return new Map(those.map(([name, tensor]) => [name.slice(prefix.length + 1), tensor]));
}

export interface AdaptedCase {
  loaded: LoadedModel;
  attached: Attached;
}

/** The case's model, with adapters as they are drawn. */
export async function adapted({ facts }: Expected): Promise<AdaptedCase> {
  const loaded = await loadFixture(facts.model);
  const { kind, rank, scale, targets, peft } = facts;
  const start = peft?.init_lora_weights ?? "default";
  const placement = { rank, scale, dropout: 0, targets, blockCount: -1, start };
  return { loaded, attached: attachAdapter(loaded.model, kind, placement, 1) };
}

/** Gives the adapter values of the fixture. */
export function put({ loaded }: AdaptedCase, values: ReadonlyMap<string, Tensor>): void {
  const slots = loaded.model.trainableSlots();
  const names = slots.map((slot) => slot.name).toSorted();
  const given = [...values.keys()].toSorted();
  if (names.join() !== given.join())
    throw new Error(`${names.join()} are trained, not ${given.join()}`);
  const before = slots.map((slot) => slot.get());
  loaded.model.update(new Map([...values].map(([name, value]) => [name, retain(value.add(0))])));
  dispose(before);
}

/** Every token of the fixture's rows, learned. */
export function batchOf(expected: Expected): Batch {
  const ids = one(expected, "ids");
  const [rows, length] = ids.shape as [number, number];
  const all = ids.toMemory() as Int32Array;
  const units = Array.from({ length: rows }, (_, row) => {
    const own = all.slice(row * length, (row + 1) * length);
    return [{ ids: own, weights: new Float32Array(length).fill(1) }];
  });
  return collate(units, { padId: 0, padToMultiple: 1, maxLength: length });
}
