// A model of the hub onto this disk, once, and a quantized copy of it where that is asked for; and what can be refused
// before any of it travels.
import { fetchModel } from "../../models/open-model.ts";
import { hubId, hubSettings, resolveModel } from "../../weights/index.ts";
import { pullQuantizedModel, type QuantizedOptions } from "./pull-quantized.ts";

export interface PullOptions extends Omit<QuantizedOptions, "bits"> {
  /** Of the quantized copy; without, none is made. */
  bits?: number | undefined;
}

export interface PulledModel {
  model: string;
  /** Of the model in the cache, or of its quantized copy. */
  folder: string;
  /** Of the model in the cache; null for a copy. */
  commit: string | null;
  /** Whether all of it was here already; null for a copy. */
  wasHere: boolean | null;
}

/** @throws what `fetchModel` and `pullQuantizedModel` throw. */
export async function pullModel({ bits, ...options }: PullOptions): Promise<PulledModel> {
  const { model, revision, onDownload, signal } = options;
  if (bits !== undefined) {
    const { folder } = await pullQuantizedModel({ ...options, bits });
    return { model, folder, commit: null, wasHere: null };
  }
  const origin = { name: model, revision: revision ?? null, cache_dir: null };
  const { folder, commit, source } = await fetchModel(origin, { onProgress: onDownload, signal });
  return { model, folder, commit: commit ?? null, wasHere: source !== "hub" };
}

/**
 * The id of a model that can be pulled, by an id or by the address of its page. Asks nobody.
 * @throws UsageError FT-WEIGHTS-041 for what is no hub id; ProviderError FT-WEIGHTS-030 (exit 6) where the hub may not be
 * asked and the cache has not all of it.
 */
export async function requireHubModel(name: string, revision?: string): Promise<string> {
  const id = hubId(name, revision);
  if (hubSettings().offline) await resolveModel(id, { revision });
  return id;
}
