// What is told of every model in a list, and what training one would need: from its configuration and headers alone.
import { elementCount } from "../../core/element-count.ts";
import { filesMadeBy } from "../../core/named-files.ts";
import { packingOf, sizesOf } from "../../models/kit/index.ts";
import { type PlannedModel, planModel } from "../../models/load.ts";
import { packWhole } from "../../models/packing.ts";
import { architectureOf, architectures } from "../../models/registry.ts";
import type { MemoryEstimate } from "../../train/memory-estimate.ts";
import { chosenMethod } from "../../train/methods.ts";
import { tunings } from "../../train/tuning/index.ts";
import type { StoredModel } from "../../weights/index.ts";
import { presets, QUICK_ROW } from "../config/presets.ts";
import { defaultRunConfig } from "../config/schema.ts";
import { estimateRunMemory } from "../train/estimate-memory.ts";

export interface ModelFacts {
  /** config.json's model_type; null where that cannot be told. */
  architecture: string | null;
  supported: boolean;
  parameters: number | null;
  /** Of the weights, as stored. */
  bytes: number | null;
  /** Estimated peak of `ft train quick MODEL`: its preset on the shipped rows. */
  memoryBytes: number | null;
  /** Why it cannot be used as it is. */
  problem: string | null;
}

/** Of `ft train quick MODEL`: its preset, on the shipped rows. */
export async function quickMemory(planned: PlannedModel): Promise<MemoryEstimate> {
  const usual = defaultRunConfig();
  const optimization = { ...usual.optimization, ...presets.quick.optimization };
  const config = { ...usual, optimization };
  const tuning = await tunings.get(chosenMethod(config).tuning).plan(planned.model, config);
  return estimateRunMemory(config, planned, tuning, {
    ...{ rows: optimization.batch_size, sequences: 1 },
    ...{ longestRow: QUICK_ROW, learnedShare: 1, varies: true },
  });
}

export interface StoredSize {
  parameters: number;
  bytes: number;
}

/** The same of a model that is known by its configuration and its size only. Throws as building it does. */
export async function memoryFor(config: unknown, size: StoredSize): Promise<number> {
  const model = (await architectureOf(config)).build(config);
  const packing = packingOf(config as Record<string, unknown>);
  if (packing !== undefined) packWhole(packing)(model);
  const account = { entries: [], tied: [], ignored: [], missing: [], unexpected: [], problems: [] };
  const planned = { model, sizes: sizesOf(model), account, source: unseen(config, size) };
  return (await quickMemory(planned)).totalBytes;
}

/** Weights of which only this is known. */
function unseen(config: unknown, { parameters, bytes }: StoredSize): StoredModel {
  const file = "weights";
  const load = (): never => {
    throw new RangeError("these weights are not here");
  };
  return {
    folder: "",
    config,
    companions: filesMadeBy("", new Map()),
    tensors: new Map([["all", { file, dtype: "F32", shape: [parameters], bytes }]]),
    files: [file],
    fileBytes: new Map([[file, bytes]]),
    load,
  };
}

export function modelType(config: unknown): string {
  const type = (config as { model_type?: unknown }).model_type;
  return typeof type === "string" ? type : "unknown";
}

export function weightBytes({ tensors }: StoredModel): number {
  return [...tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Numbers in the files; of packed weights these are not the parameters. */
export function storedNumbers({ tensors }: StoredModel): number {
  return [...tensors.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** @throws ModelError for a configuration that is none of its architecture. */
export async function factsOf(stored: StoredModel): Promise<ModelFacts> {
  const architecture = modelType(stored.config);
  const facts = { architecture, bytes: weightBytes(stored), problem: null };
  if (!architectures.has(architecture))
    return { ...facts, supported: false, parameters: storedNumbers(stored), memoryBytes: null };
  const planned = await planModel(stored);
  const { totalBytes } = await quickMemory(planned);
  const { parameterCount } = planned.sizes;
  return { ...facts, supported: true, parameters: parameterCount, memoryBytes: totalBytes };
}
