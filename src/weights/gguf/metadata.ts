// Values of a GGUF file's metadata by key, each of the kind that its reader expects.
// What is absent is undefined; what is of another kind is told with file and key.
import type { ModelError } from "../../core/errors.ts";
import { malformed } from "../weight-errors.ts";
import type { GgufValue } from "./values.ts";

export class Metadata {
  readonly file: string;
  readonly #values: ReadonlyMap<string, GgufValue>;

  constructor(file: string, values: ReadonlyMap<string, GgufValue>) {
    this.file = file;
    this.#values = values;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** @throws ModelError FT-WEIGHTS-054, as the methods below do. */
  text(key: string): string | undefined {
    return this.#of(key, "a text", (value) => typeof value === "string");
  }

  flag(key: string): boolean | undefined {
    return this.#of(key, "true or false", (value) => typeof value === "boolean");
  }

  number(key: string): number | undefined {
    return this.#of(key, "a number", (value) => typeof value === "number");
  }

  /** A number that `least` and `most` bound, both included. */
  integer(key: string, least: number, most: number): number | undefined {
    const value = this.number(key);
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw this.problem(`${key} is ${value}, not an integer from ${least} to ${most}`);
  }

  texts(key: string): string[] | undefined {
    const isTexts = (value: GgufValue): value is string[] =>
      Array.isArray(value) && value.every((item) => typeof item === "string");
    return this.#of(key, "a list of texts", isTexts);
  }

  /** Integers of 64 bits aside. */
  numbers(key: string): ArrayLike<number> | undefined {
    const isNumbers = (value: GgufValue): value is Float32Array =>
      ArrayBuffer.isView(value) &&
      !(value instanceof BigInt64Array) &&
      !(value instanceof BigUint64Array);
    return this.#of(key, "a list of numbers", isNumbers);
  }

  /** Numbers, or one that stands for all. */
  list(key: string): number | ArrayLike<number> {
    const value = this.#values.get(key);
    return typeof value === "number" ? value : (this.numbers(key) ?? []);
  }

  flags(key: string): boolean[] | undefined {
    const isFlags = (value: GgufValue): value is boolean[] =>
      Array.isArray(value) && value.every((item) => typeof item === "boolean");
    return this.#of(key, "a list of true and false", isFlags);
  }

  problem(message: string): ModelError {
    return malformed("FT-WEIGHTS-054", this.file, message);
  }

  #of<T extends GgufValue>(
    key: string,
    what: string,
    isKind: (value: GgufValue) => value is T,
  ): T | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    if (isKind(value)) return value;
    throw this.problem(`${key} is not ${what}`);
  }
}
