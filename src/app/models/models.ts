import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { listModels as listHubModels } from "@huggingface/hub";
// Models that can be trained: those that come with ft, those on this disk, those on the hub; and what one holds.
// Only `pullModel` downloads weights.
import { elementCount } from "../../core/element-count.ts";
import { ProviderError, UsageError } from "../../core/errors.ts";
import { packingOf } from "../../models/kit/quantization.ts";
import { type PlannedModel, planModel } from "../../models/load.ts";
import { architectures } from "../../models/registry.ts";
import type { WeightAccount } from "../../models/weights.ts";
import { modeOf } from "../../mx/index.ts";
import { FINAL_MODEL, listRuns } from "../../runs/index.ts";
import type { MemoryEstimate } from "../../train/memory-estimate.ts";
import { chosenMethod } from "../../train/methods.ts";
import { tunings } from "../../train/tuning/index.ts";
import { builtinModels } from "../../weights/builtin.ts";
import { cachedIds } from "../../weights/hub-cache.ts";
import { connect } from "../../weights/hub-connection.ts";
import {
  type StoredModel,
  hubSettings,
  openStoredModel,
  type ResolvedModel,
  resolveModel,
  type ResolveOptions,
} from "../../weights/index.ts";
import { defaultRunConfig } from "../config/schema.ts";
import { estimateRunMemory } from "../train/estimate-memory.ts";

export interface ListedModel {
  name: string;
  source: string;
  /** The folder, or .gguf file, when it is on this disk. */
  folder: string | null;
}

type Source = () => Promise<ListedModel[]>;

/** Models made here: built in, and final models of full fine-tuning runs. */
async function localModels(): Promise<ListedModel[]> {
  const builtin = (await builtinModels()).map((model) => ({ ...model, source: "builtin" }));
  const trained = listRuns()
    .map((run) => join(run.outputDir, FINAL_MODEL))
    .filter((folder) => existsSync(join(folder, "config.json")))
    .map((folder) => ({ name: folder, source: "run", folder }));
  return [...builtin, ...trained];
}

async function cachedModels(): Promise<ListedModel[]> {
  const { cacheDir } = hubSettings();
  const ids = await cachedIds(cacheDir);
  return ids.map((name) => {
    const folder = join(cacheDir, `models--${name.replaceAll("/", "--")}`);
    return { name, source: "cache", folder };
  });
}

const HUB_LIMIT = 40;

/** The most downloaded text models of the hub whose architecture is supported. */
async function hubModels(): Promise<ListedModel[]> {
  const settings = hubSettings();
  const { endpoint } = settings;
  const supported = new Set(architectures.names());
  const found: ListedModel[] = [];
  try {
    const models = listHubModels({
      hubUrl: endpoint,
      search: { task: "text-generation" },
      sort: "downloads",
      additionalFields: ["tags"],
      limit: HUB_LIMIT * 4,
      fetch: connect(settings).request,
    });
    for await (const { name, tags } of models) {
      const fits = tags.some((tag) => supported.has(tag)) && tags.includes("safetensors");
      if (fits) found.push({ name, source: "huggingface", folder: null });
      if (found.length === HUB_LIMIT) break;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProviderError("FT-MODEL-030", {
      message: `the list of models cannot be read from ${endpoint}: ${reason}`,
      hint: "ft models list --source cache lists what is already here",
      cause,
    });
  }
  return found;
}

export const modelSources: Readonly<Record<string, Source>> = {
  local: localModels,
  cache: cachedModels,
  huggingface: hubModels,
};

/** Models of one source; of this disk (local and cache) when none is named. */
export async function listModels(source: string | undefined): Promise<ListedModel[]> {
  if (source === undefined) return [...(await localModels()), ...(await cachedModels())];
  const list = modelSources[source];
  if (list !== undefined) return list();
  throw new UsageError("FT-USAGE-005", {
    message: `Unknown source '${source}'. Valid options: [${Object.keys(modelSources).join(", ")}]`,
    hint: "ft models list --source cache",
  });
}

/** Brings a model onto this disk. */
export function pullModel(name: string, options: ResolveOptions): Promise<ResolvedModel> {
  return resolveModel(name, options);
}

/** How the checkpoint's tensors meet the architecture's parameters. */
export interface TensorMapping extends Omit<WeightAccount, "entries"> {
  /** Tensors that are used. */
  mapped: number;
}

export interface ModelInfo {
  name: string;
  folder: string;
  source: string;
  commit: string | null;
  /** config.json's model_type. */
  architecture: string;
  supported: boolean;
  /** Numbers in the files; of packed weights, those they stand for. */
  parameters: number;
  /** How packed weights are packed, as mlx-lm says it; null where none are. */
  quantization: { group_size: number; bits: number; mode: string } | null;
  tensors: number;
  bytes: number;
  /** Parameters of each dtype. */
  dtypes: Record<string, number>;
  files: { name: string; bytes: number }[];
  /** Null when the architecture is not supported. */
  mapping: TensorMapping | null;
  /** Estimated peak of training with the default settings, 4 rows of 2048 tokens; null when not supported. */
  memory: MemoryEstimate | null;
  config: unknown;
}

function countDtypes(stored: StoredModel): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { dtype, shape } of stored.tensors.values()) {
    counts[dtype] = (counts[dtype] ?? 0) + elementCount(shape);
  }
  return counts;
}

function mappingOf({ account }: PlannedModel): TensorMapping {
  const { entries, ...rest } = account;
  return { mapped: entries.flatMap(({ sources }) => sources).length, ...rest };
}

/** Rows of the estimate that is shown beside a model. */
const ESTIMATED = { rows: 4, sequences: 1, longestRow: 2048, learnedShare: 1, varies: true };

async function memoryOf(planned: PlannedModel): Promise<MemoryEstimate> {
  const usual = defaultRunConfig();
  const optimization = { ...usual.optimization, batch_size: ESTIMATED.rows };
  const config = { ...usual, optimization };
  const tuning = await tunings.get(chosenMethod(config).tuning).plan(planned.model, config);
  return estimateRunMemory(config, planned, tuning, ESTIMATED);
}

function quantizationOf(config: unknown): ModelInfo["quantization"] {
  const packing = packingOf(config as Record<string, unknown>);
  if (packing === undefined) return null;
  return { group_size: packing.groupSize, bits: packing.bits, mode: modeOf(packing) };
}

function modelType(config: unknown): string {
  const type = (config as { model_type?: unknown }).model_type;
  return typeof type === "string" ? type : "unknown";
}

/** What a model holds, from its configuration and the headers of its weights. Throws ModelError, ProviderError. */
export async function modelInfo(name: string, options: ResolveOptions = {}): Promise<ModelInfo> {
  const resolved = await resolveModel(name, { ...options, leaveWeights: true });
  const stored = await openStoredModel(resolved.folder, resolved.remote);
  const dtypes = countDtypes(stored);
  const architecture = modelType(stored.config);
  const supported = architectures.has(architecture);
  const planned = supported ? await planModel(stored) : undefined;
  const sizes = [...stored.tensors.values()].map((tensor) => tensor.bytes);
  const counted = Object.values(dtypes).reduce((sum, count) => sum + count, 0);
  const quantization = quantizationOf(stored.config);
  return {
    name,
    folder: resolved.folder,
    source: resolved.source,
    commit: resolved.commit ?? null,
    architecture,
    supported,
    parameters: (quantization === null ? undefined : planned?.sizes.parameterCount) ?? counted,
    quantization,
    tensors: stored.tensors.size,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    dtypes,
    files: [...stored.fileBytes].map(([file, bytes]) => ({ name: basename(file), bytes })),
    mapping: planned === undefined ? null : mappingOf(planned),
    memory: planned === undefined ? null : await memoryOf(planned),
    config: stored.config,
  };
}
