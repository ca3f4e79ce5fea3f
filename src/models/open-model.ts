// A model's files, found or downloaded, and checked; its weights are not read. And the precision to read them in.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ActiveBackend, Dtype } from "../mx/index.ts";
import { loadTokenizer } from "../text/index.ts";
import type { Tokenizer } from "../text/types.ts";
import {
  type StoredModel,
  openStoredModel,
  type ResolvedModel,
  resolveModel,
  type ResolveOptions,
} from "../weights/index.ts";
import { planModel } from "./load.ts";
import type { ModelOptions } from "./options.ts";

export interface OpenedModel {
  resolved: ResolvedModel;
  stored: StoredModel;
  tokenizer: Tokenizer;
}

export type ModelOrigin = Pick<ModelOptions, "name" | "revision" | "cache_dir">;

export type FetchOptions = Pick<ResolveOptions, "leaveWeights" | "onProgress" | "signal">;

/**
 * Downloads what is not here yet. A model that cannot be built is refused before its weights travel.
 * @throws what `resolveModel` throws; ModelError as `planModel` does.
 */
export async function fetchModel(
  { name, revision, cache_dir }: ModelOrigin,
  options: FetchOptions = {},
): Promise<ResolvedModel> {
  const asked = {
    ...options,
    revision: revision ?? undefined,
    cacheDir: cache_dir ?? undefined,
  };
  if (options.leaveWeights !== true) await lookFirst(name, asked);
  return await resolveModel(name, asked);
}

async function lookFirst(name: string, asked: ResolveOptions): Promise<void> {
  const { folder, remote = [] } = await resolveModel(name, { ...asked, leaveWeights: true });
  const isAdapter = existsSync(join(folder, "adapter_config.json"));
  if (remote.length > 0 && !isAdapter) await planModel(await openStoredModel(folder, remote));
}

/** Downloads what is not here yet; with `leaveWeights` all but the weights, whose headers are read where they are. */
export async function openModel(
  origin: ModelOrigin,
  options: FetchOptions = {},
): Promise<OpenedModel> {
  const resolved = await fetchModel(origin, options);
  const stored = await openStoredModel(resolved.folder, resolved.remote);
  return { resolved, stored, tokenizer: await loadTokenizer(stored.companions) };
}

/** The precision to compute in: as asked, else float32 where halves are slow, else the stored model's own. */
export function chooseDtype(
  wanted: ModelOptions["torch_dtype"],
  { backend }: ActiveBackend,
): Dtype | undefined {
  if (wanted === "checkpoint") return undefined;
  if (wanted !== "auto") return wanted;
  return backend.isFastInHalf ? undefined : "float32";
}

const halves = ["bfloat16", "float16"] as const;

/** The 16-bit precision that a checkpoint's weights have; undefined where they have another. */
function halfOf({ tensors }: Pick<StoredModel, "tensors">): (typeof halves)[number] | undefined {
  const held = new Set([...tensors.values()].map(({ dtype }) => dtype));
  return halves.find((half) => held.has(half === "bfloat16" ? "BF16" : "F16"));
}

/**
 * What to know of a precision that was asked for and that this backend computes slowly; nothing of any other. Of the
 * checkpoint's own, its tensors tell.
 */
export function precisionWarnings(
  wanted: ModelOptions["torch_dtype"],
  { backend }: Pick<ActiveBackend, "backend">,
  stored?: Pick<StoredModel, "tensors">,
): string[] {
  const half = wanted === "checkpoint" && stored ? halfOf(stored) : wanted;
  if (backend.isFastInHalf || !halves.some((one) => one === half)) return [];
  const slow = `${half} is many times slower than float32 on the ${backend.name} backend`;
  return [`${slow}: leave model.torch_dtype at auto, or set --torch-dtype float32`];
}
