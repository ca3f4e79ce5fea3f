// A model ready to use, by Hub id, folder or builtin name: weights, tokenizer, and an adapter where one is given.
// The library's `loadModel`; the command line uses the same.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadAdapter, type LoadedAdapter } from "../adapters/index.ts";
import { ModelError } from "../core/errors.ts";
import { expandHome } from "../core/paths.ts";
import { shellWord } from "../core/shell.ts";
import { loadStoredModel, type LoadedModel, requireKnownTokens } from "../models/index.ts";
import { chooseDtype, openModel } from "../models/open-model.ts";
import { ModelOptions, wantedPacking } from "../models/options.ts";
import { packedWith, packingNotices } from "../models/packing.ts";
import { describeBackend, dispose, type Dtype, int32, type Packing, scope } from "../mx/index.ts";
import { trainedFolder } from "../runs/index.ts";
import type { TemplateSource } from "../text/index.ts";
import type { Tokenizer } from "../text/types.ts";
import { type DownloadProgress, modelDigest } from "../weights/index.ts";
import { Engine } from "./engine.ts";

export interface LoadModelOptions {
  /** Default: float32 where half precision is slow, else the checkpoint's own. */
  dtype?: Dtype;
  /** Adapter folder as written by ft or mlx_lm.lora; or of a run of ft, or of one of its checkpoints. */
  adapter?: string;
  revision?: string;
  /** Quantize a dense model to 4 bits while it is loaded, as `--load-in-4bit` of training does. */
  loadIn4bit?: boolean | undefined;
  /** Gets how far the download of a Hub model has come. */
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
  /** Aborting ends the download; what came of it is kept for the next one. */
  signal?: AbortSignal | undefined;
}

export interface Logits {
  /** [batch, length, vocabulary] */
  shape: [number, number, number];
  /** Row-major. */
  data: Float32Array;
}

/** A loaded model. Call `dispose` when done: its memory is not the garbage collector's business. */
export class Model {
  readonly loaded: LoadedModel;
  readonly tokenizer: Tokenizer;
  /** How conversations read: the template of the adapter's training, else "auto". */
  readonly template: TemplateSource;
  /** Of loading: an adapter that was trained on another base, what of the model is not packed. */
  readonly warnings: readonly string[];
  #engine: Engine | undefined;

  constructor(
    loaded: LoadedModel,
    tokenizer: Tokenizer,
    { template, warnings }: Partial<Pick<LoadedAdapter, "template" | "warnings">> = {},
  ) {
    this.loaded = loaded;
    this.tokenizer = tokenizer;
    this.template = template ?? { name: "auto" };
    this.warnings = warnings ?? [];
  }

  /** Logits of every position. Rows of a batch must have equal lengths. */
  forward(ids: readonly number[] | readonly (readonly number[])[]): Logits {
    const rows = (typeof ids[0] === "number" ? [ids] : ids) as readonly (readonly number[])[];
    const length = rows[0]?.length ?? 0;
    if (length === 0 || rows.some((row) => row.length !== length)) {
      throw new ModelError("FT-MODEL-015", {
        message: "forward needs rows of equal length with at least one token",
        hint: "pad the shorter rows on the right; later positions do not change earlier ones",
      });
    }
    requireKnownTokens(rows.flat(), this.loaded.sizes.vocabularySize);
    return scope(() => {
      const logits = this.loaded.model.forward(int32(rows.flat(), [rows.length, length]));
      return {
        shape: [rows.length, length, logits.dim(2)] as [number, number, number],
        data: logits.toFloat32(),
      };
    });
  }

  /** Writes text with it: one for all that is asked of the model. */
  get engine(): Engine {
    const { positionLimit } = this.loaded.sizes;
    this.#engine ??= new Engine(this.loaded.model, this.tokenizer, { positionLimit });
    return this.#engine;
  }

  dispose(): void {
    this.#engine?.dispose();
    dispose(this.loaded.model);
  }
}

/** @throws FtError of src/weights, src/models and src/adapters, each naming what is wrong with which file. */
export async function loadModel(name: string, options: LoadModelOptions = {}): Promise<Model> {
  const { revision = null, onDownload, signal } = options;
  const adapter = options.adapter === undefined ? undefined : adapterFolder(options.adapter);
  const origin = { name: modelOf(name), revision, cache_dir: null };
  const { stored, tokenizer } = await openModel(origin, { onProgress: onDownload, signal });
  const dtype = options.dtype ?? chooseDtype("auto", describeBackend());
  const packing = options.loadIn4bit === true ? usualPacking() : undefined;
  const how = { ...(dtype !== undefined && { dtype }), ...packedWith(packing) };
  const loaded = await loadStoredModel(stored, how);
  const notices = packingNotices(stored.config, loaded.model, packing);
  if (adapter === undefined) return new Model(loaded, tokenizer, { warnings: notices });
  const found = await loadAdapter(adapter, loaded.model, await modelDigest(stored));
  return new Model(loaded, tokenizer, { ...found, warnings: [...notices, ...found.warnings] });
}

/** What training takes for `--load-in-4bit` alone. */
function usualPacking(): Packing | undefined {
  return wantedPacking(ModelOptions.parse({ load_in_4bit: true }));
}

/**
 * A model by its name; of a run or a checkpoint, the whole model that it trained.
 * @throws ModelError FT-GENERATE-005 where that is an adapter.
 */
function modelOf(name: string): string {
  const folder = trainedFolder(name);
  if (folder === resolve(expandHome(name))) return name;
  if (!existsSync(join(folder, "adapter_config.json"))) return folder;
  throw new ModelError("FT-GENERATE-005", {
    at: { file: folder },
    message: "this is an adapter, which answers beside the model that it was trained on",
    hint: `ft generate MODEL --adapter ${shellWord(name)}`,
  });
}

/** @throws ModelError FT-GENERATE-004 where a whole model is, not an adapter. */
function adapterFolder(path: string): string {
  const folder = trainedFolder(path);
  const isModel = existsSync(join(folder, "config.json"));
  if (!isModel || existsSync(join(folder, "adapter_config.json"))) return folder;
  throw new ModelError("FT-GENERATE-004", {
    at: { file: folder },
    message: "this is a whole model, not an adapter to put on another one",
    hint: `give it as the model: ft generate ${shellWord(folder)}`,
  });
}
