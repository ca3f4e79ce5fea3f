// What an entry of the list of GGUF architectures is, and what it is told of a file.
import { ModelError } from "../../../core/errors.ts";
import type { Recipe } from "../../recipe/index.ts";
import { malformed } from "../../weight-errors.ts";
import type { GgufTensor } from "../header.ts";
import type { Metadata } from "../metadata.ts";

/** GGUF's words for an architecture, in those of Hugging Face. Whether `ft` can build it is for models/ to say. */
export interface GgufArchitecture {
  /** What config.json would say. */
  config(file: GgufModelFile): Record<string, unknown>;
  /** From a file's names and layouts to those of a Hugging Face stored model; writing takes it the other way. */
  recipe(keys: GgufKeys): Recipe;
  /** Weights are turned on their side, which packed ones cannot be. */
  staysPlain?: boolean;
}

/** Sizes as keys tell them, of a file that there is or of one that is going to be. Keys are without the architecture's name. */
export interface GgufKeys {
  size(key: string): number;
  optionalSize(key: string): number | undefined;
}

/** Tensors that config.json tells and no checkpoint has. */
export const factorTensors = [
  "rope_freqs.weight",
  "rope_factors_long.weight",
  "rope_factors_short.weight",
] as const;

export type FactorTensor = (typeof factorTensors)[number];

/** The largest size that any model states: vocabularies and contexts end well before. */
const LARGEST_SIZE = 10_000_000;

/** A file's metadata and tensors as an architecture asks for them. Keys are without the architecture's name. */
export class GgufModelFile implements GgufKeys {
  readonly #metadata: Metadata;
  readonly #prefix: string;
  readonly #tensors: ReadonlyMap<string, GgufTensor>;
  readonly #factors: ReadonlyMap<string, Float32Array>;

  constructor(
    metadata: Metadata,
    architecture: string,
    tensors: ReadonlyMap<string, GgufTensor>,
    factors: ReadonlyMap<string, Float32Array>,
  ) {
    this.#metadata = metadata;
    this.#prefix = architecture;
    this.#tensors = tensors;
    this.#factors = factors;
  }

  /** What each pair's wavelength is multiplied by, where the file has such a tensor: one of `factorTensors`. */
  factors(tensor: FactorTensor): Float32Array | undefined {
    return this.#factors.get(tensor);
  }

  #key(key: string): string {
    return `${this.#prefix}.${key}`;
  }

  /** @throws ModelError FT-WEIGHTS-054, as all here do, when the value is missing or impossible. */
  size(key: string): number {
    const value = this.optionalSize(key);
    if (value !== undefined) return value;
    throw this.#metadata.problem(`${this.#key(key)} is missing`);
  }

  optionalSize(key: string): number | undefined {
    return this.#metadata.integer(this.#key(key), 1, LARGEST_SIZE);
  }

  /** One number for every layer, or the same for all. */
  sizes(key: string): number[] {
    const list = this.#metadata.has(this.#key(key)) ? this.#metadata.list(this.#key(key)) : [];
    return typeof list === "number" ? [list] : Array.from(list);
  }

  /** A list of true and false. */
  flags(key: string): boolean[] {
    return this.#metadata.flags(this.#key(key)) ?? [];
  }

  /** In as few digits as its 32 bits need: 1e-5, where the file has 0.000009999999747378752. */
  real(key: string): number | undefined {
    const value = this.#metadata.number(this.#key(key));
    if (value === undefined) return undefined;
    const digits = [6, 7, 8, 9].map((count) => Number(value.toPrecision(count)));
    return digits.find((short) => Math.fround(short) === value) ?? value;
  }

  text(key: string): string | undefined {
    return this.#metadata.text(this.#key(key));
  }

  /** An id of the tokenizer. */
  tokenId(key: string): number | undefined {
    return this.#metadata.integer(`tokenizer.ggml.${key}`, 0, LARGEST_SIZE);
  }

  has(tensor: string): boolean {
    return this.#tensors.has(tensor);
  }

  /** Length of the first axis. @throws ModelError FT-WEIGHTS-052 when there is no such tensor. */
  rows(tensor: string): number {
    const rows = this.#tensors.get(tensor)?.shape[0];
    if (rows !== undefined) return rows;
    throw malformed("FT-WEIGHTS-052", this.#metadata.file, `there is no tensor ${tensor}`);
  }

  /** @throws ModelError FT-WEIGHTS-055 (exit 3) when the file has one of these keys, above zero. */
  refuse(keys: readonly string[]): void {
    const found = keys.filter((key) => (this.#metadata.number(this.#key(key)) ?? 0) > 0);
    if (found.length > 0) throw this.unsupported(found.map((key) => this.#key(key)));
  }

  unsupported(problems: readonly string[]): ModelError {
    return new ModelError("FT-WEIGHTS-055", {
      at: { file: this.#metadata.file },
      message: `the file uses settings that ft does not read from ${this.#prefix} files`,
      problems,
      hint: "choose the model's Hugging Face version",
    });
  }
}
