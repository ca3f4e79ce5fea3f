// Sentences as vectors, as a folder of sentence-transformers says: which encoder, how its tokens become one vector, and
// whether that has length 1. Reimers & Gurevych 2019.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ModelError } from "../../core/errors.ts";
import { scope, type Tensor } from "../../mx/index.ts";
import { loadTokenizer } from "../../text/index.ts";
import type { Tokenizer } from "../../text/types.ts";
import type { StoredModel } from "../../weights/index.ts";
import { Bert } from "./bert.ts";

type Pooling = "mean" | "cls" | "max";

interface Recipe {
  pooling: Pooling;
  isNormalized: boolean;
  mostTokens: number | undefined;
  isLowercased: boolean;
}

type JsonFile = Readonly<Record<string, unknown>>;

function jsonIn(folder: string, name: string): unknown {
  const file = join(folder, name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown) : undefined;
}

const known = ["Transformer", "Pooling", "Normalize"];

function poolingOf(folder: string, file: JsonFile = {}): Pooling {
  const modes = Object.keys(file).filter(
    (key) => key.startsWith("pooling_mode") && file[key] === true,
  );
  const named = typeof file["pooling_mode"] === "string" ? [file["pooling_mode"]] : modes;
  const words: Readonly<Record<string, Pooling>> = {
    ...{ pooling_mode_mean_tokens: "mean", pooling_mode_cls_token: "cls" },
    ...{ pooling_mode_max_tokens: "max", mean: "mean", cls: "cls", max: "max" },
  };
  const [mode = "mean", ...more] = named;
  const pooling = words[mode];
  if (pooling !== undefined && more.length === 0) return pooling;
  throw new ModelError("FT-MODEL-037", {
    at: { file: folder },
    message: `this way of pooling tokens is not supported: ${named.join(", ")}`,
  });
}

/** Without modules.json: the mean of all tokens, as sentence-transformers takes it. */
function recipeOf(folder: string): Recipe {
  const modules = (jsonIn(folder, "modules.json") ?? []) as { path: string; type: string }[];
  const kinds = modules.map(({ type }) => type.split(".").at(-1) ?? "");
  const strange = kinds.find((kind) => !known.includes(kind));
  if (strange !== undefined)
    throw new ModelError("FT-MODEL-037", {
      at: { file: join(folder, "modules.json") },
      message: `the module ${strange} is not supported`,
    });
  const pooling = modules[kinds.indexOf("Pooling")]?.path ?? "1_Pooling";
  const about = (jsonIn(folder, "sentence_bert_config.json") ?? {}) as JsonFile;
  const most = about["max_seq_length"];
  return {
    pooling: poolingOf(
      folder,
      jsonIn(folder, join(pooling, "config.json")) as JsonFile | undefined,
    ),
    isNormalized: kinds.includes("Normalize"),
    mostTokens: typeof most === "number" ? most : undefined,
    isLowercased: about["do_lower_case"] === true,
  };
}

/** x (length, size) → (size). */
const gathered: Readonly<Record<Pooling, (x: Tensor) => Tensor>> = {
  mean: (x) => x.mean(0),
  max: (x) => x.max(0),
  cls: (x) => x.narrow(0, 0, 1).reshape(-1),
};

/** As PyTorch: a vector of nothing stays. */
function ofLengthOne(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / Math.max(length, 1e-12));
}

export interface Embedded {
  vector: Float32Array;
  tokens: number;
}

/** Call `dispose` when done. */
export class SentenceEncoder {
  readonly #bert: Bert;
  readonly #tokenizer: Tokenizer;
  readonly #recipe: Recipe;

  private constructor(bert: Bert, tokenizer: Tokenizer, recipe: Recipe) {
    this.#bert = bert;
    this.#tokenizer = tokenizer;
    this.#recipe = recipe;
  }

  /** Throws ModelError FT-MODEL-035, 031, 032, and those of src/text and src/weights. */
  static async load(stored: StoredModel): Promise<SentenceEncoder> {
    const recipe = recipeOf(stored.folder);
    const tokenizer = await loadTokenizer(stored.companions);
    return new SentenceEncoder(Bert.load(stored), tokenizer, recipe);
  }

  /** Numbers of a vector. */
  get size(): number {
    return this.#bert.config.hidden_size;
  }

  get vocabularySize(): number {
    return this.#bert.config.vocab_size;
  }

  /** Most tokens of a text, with those at its ends; what is longer is cut. */
  get mostTokens(): number {
    const { max_position_embeddings: positions } = this.#bert.config;
    return Math.min(positions, this.#recipe.mostTokens ?? positions);
  }

  /** A text, or the ids of one with those at its ends. */
  embed(asked: string | readonly number[]): Embedded {
    const ids = this.#ids(asked);
    const vector = scope(() => {
      const x = this.#bert.hidden(ids).reshape(ids.length, this.size);
      return gathered[this.#recipe.pooling](x).toFloat32().slice();
    });
    return { vector: this.#recipe.isNormalized ? ofLengthOne(vector) : vector, tokens: ids.length };
  }

  dispose(): void {
    this.#bert.dispose();
  }

  #ids(asked: string | readonly number[]): number[] {
    const ids = typeof asked === "string" ? this.#encoded(asked) : [...asked];
    if (ids.length <= this.mostTokens) return ids;
    // the end keeps its mark
    return [...ids.slice(0, this.mostTokens - 1), ids.at(-1) as number];
  }

  #encoded(text: string): number[] {
    const written = this.#recipe.isLowercased ? text.toLowerCase() : text;
    return this.#tokenizer.encode(written, { addSpecialTokens: true });
  }
}
