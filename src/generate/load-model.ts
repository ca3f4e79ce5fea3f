// A model ready to use, by Hub id, folder or builtin name: weights, tokenizer, and an adapter where one is given.
// The library's `loadModel`; the command line uses the same.
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type AdapterBase,
  loadAdapter,
  type LoadedAdapter,
  openAdapter,
} from "../adapters/index.ts";
import { ModelError } from "../core/errors.ts";
import { shellWord } from "../core/shell.ts";
import {
  architectureOf,
  disposeBeside,
  type LanguageModel,
  likenessOf,
  loadStoredModel,
  type LoadedModel,
  modelAgain,
  planModel,
  requireKnownTokens,
  untied,
  untiedAgain,
  untiedConfig,
} from "../models/index.ts";
import { chooseDtype, openModel } from "../models/open-model.ts";
import { ModelOptions, wantedPacking } from "../models/options.ts";
import { packedWith, packingNotices } from "../models/packing.ts";
import { describeBackend, dispose, type Dtype, int32, type Packing, scope } from "../mx/index.ts";
import { trainedFolder } from "../runs/index.ts";
import type { TemplateSource } from "../text/index.ts";
import type { Tokenizer } from "../text/types.ts";
import { type DownloadProgress, modelDigest, type StoredModel } from "../weights/index.ts";
import { type TokenVocabulary, vocabularyOf } from "./constraints/index.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { MixedPass } from "./mixed-pass.ts";
import { namedModel } from "./named-model.ts";

/** How a model is loaded; everything has a default. */
export interface LoadModelOptions {
  /** Default: float32 where half precision is slow, else the checkpoint's own. */
  dtype?: Dtype;
  /** Adapter folder as written by ft or mlx_lm.lora; or of a run of ft, or of one of its checkpoints. */
  adapter?: string;
  revision?: string;
  /** The base, in the place of the one that the adapter's file names, where the name is an adapter's. */
  baseModel?: string | undefined;
  /** How its engine writes. */
  engine?: EngineOptions | undefined;
  /** Quantize a dense model to 4 bits while it is loaded, as `--load-in-4bit` of training does. */
  loadIn4bit?: boolean | undefined;
  /** Gets how far the download of a Hub model has come. */
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
  /** Aborting ends the download; what came of it is kept for the next one. */
  signal?: AbortSignal | undefined;
}

/** What a model says of the next token at every position. */
export interface Logits {
  /** [batch, length, vocabulary] */
  shape: [number, number, number];
  /** Row-major. */
  data: Float32Array;
}

/** What a model is made of beside its weights. */
interface ModelParts extends Partial<Pick<LoadedAdapter, "template" | "warnings">> {
  /** As it was asked for. */
  name: string;
  /** By which adapters know their base. */
  digest: () => Promise<string>;
  likeness: () => Promise<string | undefined>;
  engine?: EngineOptions | undefined;
}

/** A loaded model. Call `dispose` when done: its memory is not the garbage collector's business. */
export class Model {
  readonly loaded: LoadedModel;
  readonly tokenizer: Tokenizer;
  /** How conversations read: the template of the adapter's training, else "auto". */
  readonly template: TemplateSource;
  /** Of loading: an adapter that was trained on another base, what of the model is not packed. */
  readonly warnings: readonly string[];
  readonly #name: string;
  readonly #digest: () => Promise<string>;
  readonly #likeness: () => Promise<string | undefined>;
  readonly #engineOptions: EngineOptions;
  #engine: Engine | undefined;
  #vocabulary: TokenVocabulary | undefined;
  /** Beside the model, over its weights. */
  readonly #adapted = new Map<string, LanguageModel>();
  /** Writes for all of them that it can in one pass. */
  #mixed: MixedPass | undefined;

  constructor(loaded: LoadedModel, tokenizer: Tokenizer, about: ModelParts) {
    this.loaded = loaded;
    this.tokenizer = tokenizer;
    this.template = about.template ?? { name: "auto" };
    this.warnings = about.warnings ?? [];
    this.#name = about.name;
    this.#digest = about.digest;
    this.#likeness = about.likeness;
    this.#engineOptions = about.engine ?? {};
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
    const options = { positionLimit, ...this.#engineOptions };
    this.#engine ??= new Engine(this.loaded.model, this.tokenizer, options);
    return this.#engine;
  }

  /** Of its tokens, for constraints: each is compiled once for it. */
  get vocabulary(): TokenVocabulary {
    const { vocabularySize } = this.loaded.sizes;
    const { stopTokenIds } = this.tokenizer;
    this.#vocabulary ??= vocabularyOf(this.tokenizer, vocabularySize, stopTokenIds);
    return this.#vocabulary;
  }

  /**
   * Puts an adapter beside the model, over the same weights: requests choose it by this name. The model itself was
   * loaded without one.
   * @throws FtError of src/adapters.
   */
  async addAdapter(
    name: string,
    path: string,
  ): Promise<Pick<LoadedAdapter, "template" | "warnings">> {
    const folder = adapterFolder(path);
    const { again, about } = await this.#againFor(folder);
    try {
      const found = await loadAdapter(folder, again, about);
      await this.removeAdapter(name);
      this.#adapted.set(name, again);
      this.engine.addModel(name, again);
      await this.#share();
      return found;
    } catch (error) {
      disposeBeside(this.loaded.model, again);
      throw error;
    }
  }

  /** With a head of its own, where the adapter changes the head of a tied model and its embedding apart. */
  async #againFor(folder: string): Promise<{ again: LanguageModel; about: AdapterNames }> {
    const { config } = this.loaded;
    const digest = await this.#digest();
    const told = { name: this.#name, digest, likeness: this.#likeness };
    const again = await modelAgain(this.loaded);
    const about = await adapterNames(config, told);
    const { unties } = await openAdapter(folder, { ...about, model: again });
    if (!unties) return { again, about };
    return {
      again: await untiedAgain(this.loaded),
      about: await adapterNames(untiedConfig(config), told),
    };
  }

  /** Ends what is asked of it. */
  async removeAdapter(name: string): Promise<void> {
    const again = this.#adapted.get(name);
    if (again === undefined) return;
    this.#adapted.delete(name);
    await this.engine.removeModel(name);
    await this.#share();
    disposeBeside(this.loaded.model, again);
  }

  async #share(): Promise<void> {
    const before = this.#mixed;
    this.#mixed = await MixedPass.over(this.loaded, this.#adapted);
    this.engine.sharePass(this.#mixed);
    before?.dispose();
  }

  dispose(): void {
    this.#engine?.dispose();
    this.#mixed?.dispose();
    for (const again of this.#adapted.values()) disposeBeside(this.loaded.model, again);
    dispose(this.loaded.model);
  }
}

/**
 * Opens a model by hub id, folder or builtin name, reads its weights, and puts an adapter on it where one is named.
 * `dispose` frees it.
 * @throws FtError of src/weights, src/models and src/adapters, each naming what is wrong with which file.
 */
export async function loadModel(name: string, options: LoadModelOptions = {}): Promise<Model> {
  const { revision = null, onDownload, signal, engine } = options;
  const named = await namedModel(name, options.baseModel);
  const adapter = options.adapter === undefined ? named.adapter : adapterFolder(options.adapter);
  const origin = { name: named.base, revision, cache_dir: null };
  const opened = await openModel(origin, { onProgress: onDownload, signal });
  const { tokenizer } = opened;
  const stored = adapter === undefined ? opened.stored : await forAdapter(opened.stored, adapter);
  const backend = describeBackend();
  const dtype = options.dtype ?? chooseDtype("auto", backend);
  const packing = options.loadIn4bit === true ? usualPacking() : undefined;
  // the same numbers, of which fewer bytes are read for each token
  const keepsStored = dtype === "float32" && !backend.backend.isFastInHalf;
  const how = { ...(dtype !== undefined && { dtype }), keepsStored, ...packedWith(packing) };
  const loaded = await loadStoredModel(stored, how);
  const notices = packingNotices(stored.config, loaded.model, packing);
  const digest = (): Promise<string> => modelDigest(opened.stored);
  const likeness = (): Promise<string | undefined> => likenessOf(opened.stored);
  const known = { name: named.base, digest, likeness, engine };
  if (adapter === undefined) return new Model(loaded, tokenizer, { ...known, warnings: notices });
  const told = { name: named.base, digest: await digest(), likeness };
  const about = await adapterNames(loaded.config, told);
  const found = await loadAdapter(adapter, loaded.model, about);
  const warnings = [...notices, ...found.warnings];
  return new Model(loaded, tokenizer, { ...found, ...known, warnings });
}

type AdapterNames = Omit<AdapterBase, "model">;

/** What adapters of other programs call the layers of a model of this config. */
async function adapterNames(
  config: unknown,
  told: Pick<AdapterNames, "name" | "digest" | "likeness">,
): Promise<AdapterNames> {
  const architecture = await architectureOf(config);
  const [published, mlx] = [architecture.recipe(config), architecture.packedRecipe(config)];
  return { published, mlx, ...told };
}

/** The model with a head of its own, where the adapter changes the head of a tied model and its embedding apart. */
async function forAdapter(stored: StoredModel, folder: string): Promise<StoredModel> {
  const planned = await planModel(stored);
  const names = await adapterNames(planned.source.config, { name: stored.folder });
  const { unties } = await openAdapter(folder, { ...names, model: planned.model });
  return unties ? await untied(stored, planned) : stored;
}

/** What training takes for `--load-in-4bit` alone. */
function usualPacking(): Packing | undefined {
  return wantedPacking(ModelOptions.parse({ load_in_4bit: true }));
}

/** @throws ModelError FT-GENERATE-004 where a whole model is, not an adapter. */
function adapterFolder(path: string): string {
  const folder = trainedFolder(path);
  const isModel = existsSync(join(folder, "config.json"));
  if (!isModel || existsSync(join(folder, "adapter_config.json"))) return folder;
  throw new ModelError("FT-GENERATE-004", {
    at: { file: folder },
    message: "this is a whole model, not an adapter",
    hint: `give it as the model: ft generate ${shellWord(folder)}`,
  });
}
