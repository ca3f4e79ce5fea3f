import type { ModelOptions } from "../models/options.ts";
// A model's files, found or downloaded, and checked; its weights are not read. And the precision to read them in.
import type { ActiveBackend, Dtype } from "../mx/index.ts";
import { loadTokenizer } from "../text/index.ts";
import type { Tokenizer } from "../text/types.ts";
import {
  type Checkpoint,
  type DownloadProgress,
  openCheckpointFolder,
  type ResolvedModel,
  resolveModel,
} from "../weights/index.ts";

export interface OpenedModel {
  resolved: ResolvedModel;
  checkpoint: Checkpoint;
  tokenizer: Tokenizer;
}

/** Downloads what is not here yet. */
export async function openModel(
  { name, revision, cache_dir }: Pick<ModelOptions, "name" | "revision" | "cache_dir">,
  onProgress?: (progress: DownloadProgress) => void,
): Promise<OpenedModel> {
  const resolved = await resolveModel(name, {
    revision: revision ?? undefined,
    cacheDir: cache_dir ?? undefined,
    onProgress,
  });
  const checkpoint = await openCheckpointFolder(resolved.folder);
  return { resolved, checkpoint, tokenizer: await loadTokenizer(resolved.folder) };
}

/** The precision to compute in: as asked, else float32 where halves are slow, else the checkpoint's own. */
export function chooseDtype(
  wanted: ModelOptions["torch_dtype"],
  { backend }: ActiveBackend,
): Dtype | undefined {
  if (wanted !== "auto") return wanted;
  return backend.isFastInHalf ? undefined : "float32";
}
