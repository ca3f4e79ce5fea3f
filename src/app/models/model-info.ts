// What one model holds, from its configuration, its small files and the headers of its weights, which stay where they are.
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { elementCount } from "../../core/element-count.ts";
import { FtError } from "../../core/errors.ts";
import { type ModelSizes, packingOf } from "../../models/kit/index.ts";
import { type PlannedModel, planModel } from "../../models/load.ts";
import { architectures } from "../../models/registry.ts";
import type { WeightAccount } from "../../models/weights.ts";
import { modeOf } from "../../mx/index.ts";
import { loadTokenizer } from "../../text/index.ts";
import type { Tokenizer } from "../../text/types.ts";
import type { MemoryEstimate } from "../../train/memory-estimate.ts";
import {
  type StoredModel,
  openStoredModel,
  type ResolvedModel,
  resolveModel,
  type ResolveOptions,
} from "../../weights/index.ts";
import { modelType, quickMemory, storedNumbers, weightBytes } from "./model-facts.ts";
import { licenseOf } from "./model-license.ts";

/** How the checkpoint's tensors meet the architecture's parameters. */
export interface TensorMapping extends Omit<WeightAccount, "entries"> {
  /** Tensors that are used. */
  mapped: number;
}

/** One block of the model. */
export interface LayerInfo {
  /** What config.json calls it (`layer_types`): full_attention, sliding_attention, …; "block" where it does not. */
  kind: string;
  /** Experts of its widest layer; 1 where there are none. */
  experts: number;
  /** In its linear layers. */
  parameters: number;
}

/** The model's own chat template. */
export interface TemplateInfo {
  sha256: string;
  /** Has words for tools. */
  tools: boolean;
  /** Says itself which parts are learned: `{% generation %}`. */
  marksAnswers: boolean;
  /** Special tokens that it writes. */
  markers: string[];
}

export interface ModelInfo {
  name: string;
  folder: string;
  source: string;
  commit: string | null;
  /** As the hub, the model card or a licence's own text says it; null where none does. */
  license: string | null;
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
  layers: LayerInfo[] | null;
  mapping: TensorMapping | null;
  /** Null when the model has none of its own. */
  template: TemplateInfo | null;
  /** It was not made to answer: there is no chat template. Null when its tokenizer cannot be read. */
  baseModel: boolean | null;
  /** Estimated peak of `ft train quick` with it; null when not supported. */
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

/** Of a model, or of the text part of one that reads pictures too. */
function layerTypes(config: unknown): unknown[] {
  const { layer_types: own, text_config: text } = config as Record<string, unknown>;
  const types = own ?? (text as { layer_types?: unknown } | undefined)?.layer_types;
  return Array.isArray(types) ? types : [];
}

function layersOf({ blocks }: ModelSizes, config: unknown): LayerInfo[] {
  const kinds = layerTypes(config);
  return blocks.map((linears, at) => ({
    kind: typeof kinds[at] === "string" ? kinds[at] : "block",
    experts: linears.reduce((most, { count }) => Math.max(most, count), 1),
    parameters: linears.reduce(
      (sum, { inputSize, outputSize, count }) => sum + inputSize * outputSize * count,
      0,
    ),
  }));
}

function quantizationOf(config: unknown): ModelInfo["quantization"] {
  const packing = packingOf(config as Record<string, unknown>);
  if (packing === undefined) return null;
  return { group_size: packing.groupSize, bits: packing.bits, mode: modeOf(packing) };
}

async function tokenizerOf({ companions }: StoredModel): Promise<Tokenizer | undefined> {
  try {
    return await loadTokenizer(companions);
  } catch (error) {
    if (error instanceof FtError) return undefined;
    throw error;
  }
}

function templateOf(tokenizer: Tokenizer | undefined): TemplateInfo | null {
  const template = tokenizer?.chatTemplate;
  if (tokenizer === undefined || template === undefined) return null;
  return {
    sha256: createHash("sha256").update(template).digest("hex"),
    tools: tokenizer.toolTemplate !== undefined || /\btools\b/.test(template),
    marksAnswers: /\{%-?\s*generation\b/.test(template),
    markers: tokenizer.specialContents.filter((token) => template.includes(token)),
  };
}

type Origin = Pick<ModelInfo, "name" | "folder" | "source" | "commit" | "license">;

function originOf(name: string, resolved: ResolvedModel, stored: StoredModel): Origin {
  const { folder, source, commit = null } = resolved;
  const license = resolved.license ?? stored.license ?? licenseOf(stored.companions) ?? null;
  return { name, folder, source, commit, license };
}

type Weights = Pick<ModelInfo, "tensors" | "bytes" | "dtypes" | "files">;

function weightsOf(stored: StoredModel): Weights {
  return {
    tensors: stored.tensors.size,
    bytes: weightBytes(stored),
    dtypes: countDtypes(stored),
    files: [...stored.fileBytes].map(([file, bytes]) => ({ name: basename(file), bytes })),
  };
}

type Built = Pick<ModelInfo, "layers" | "mapping" | "memory">;

async function builtOf(planned: PlannedModel | undefined, config: unknown): Promise<Built> {
  if (planned === undefined) return { layers: null, mapping: null, memory: null };
  const layers = layersOf(planned.sizes, config);
  return { layers, mapping: mappingOf(planned), memory: await quickMemory(planned) };
}

/** What a model holds, from its configuration and the headers of its weights. Throws ModelError, ProviderError. */
export async function modelInfo(name: string, options: ResolveOptions = {}): Promise<ModelInfo> {
  const resolved = await resolveModel(name, { ...options, leaveWeights: true });
  const stored = await openStoredModel(resolved.folder, resolved.remote);
  const { config } = stored;
  const architecture = modelType(config);
  const supported = architectures.has(architecture);
  const planned = supported ? await planModel(stored) : undefined;
  const quantization = quantizationOf(config);
  const standing = quantization === null ? undefined : planned?.sizes.parameterCount;
  const tokenizer = await tokenizerOf(stored);
  return {
    ...originOf(name, resolved, stored),
    architecture,
    supported,
    parameters: standing ?? storedNumbers(stored),
    quantization,
    ...weightsOf(stored),
    ...(await builtOf(planned, config)),
    template: templateOf(tokenizer),
    baseModel: tokenizer === undefined ? null : tokenizer.chatTemplate === undefined,
    config,
  };
}
