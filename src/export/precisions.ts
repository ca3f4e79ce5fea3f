// The precision that each number of a stored model gets when the model is written anew.
// Packed numbers are not its business.
import { heaviest } from "../core/heaviest.ts";
import type { Dtype } from "../mx/index.ts";
import type { StoredModel, StoredTensor } from "../weights/index.ts";

export const PRECISIONS = ["float32", "float16", "bfloat16"] as const;

export type Precision = (typeof PRECISIONS)[number];

export function isPrecision(dtype: Dtype): dtype is Precision {
  return (PRECISIONS as readonly Dtype[]).includes(dtype);
}

const plainTypes: Readonly<Record<string, Precision>> = {
  F64: "float32",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
};

const integers = /^(?:BOOL|[UI](?:8|16|32|64))$/;

/** Of most numbers. */
function usualPrecision(tensors: Iterable<StoredTensor>): Precision {
  const plain = [...tensors].filter(({ dtype }) => plainTypes[dtype] !== undefined);
  const found = heaviest(
    plain,
    ({ dtype }) => plainTypes[dtype],
    ({ bytes }) => bytes,
  );
  return found ?? "float32";
}

export class Precisions {
  readonly #wanted: Precision | undefined;
  readonly #usual: Precision;
  /** What unpacks numbers that are packed where they are stored. */
  readonly #unpacked: Precision;
  /** Another program packed them. */
  readonly #isForeign: boolean;

  constructor({ tensors, precision }: StoredModel, wanted: Precision | undefined) {
    const kept = [...tensors.values()];
    this.#wanted = wanted;
    this.#usual = usualPrecision(kept);
    this.#unpacked = PRECISIONS.find((one) => one === precision) ?? this.#usual;
    this.#isForeign =
      precision === undefined &&
      kept.some(({ dtype }) => plainTypes[dtype] === undefined && !integers.test(dtype));
  }

  /** Of what is stored in this type. */
  of(dtype: string): Precision {
    const own = this.#ownOf(dtype);
    if (this.#wanted === undefined) return own;
    // what a model in 16 bits keeps in 32 needs them
    const isKept = own === "float32" && this.#usual !== "float32" && this.#wanted !== "float32";
    return isKept ? own : this.#wanted;
  }

  /** The other program says no precision: 16 bits hold what so few gave. */
  #ownOf(dtype: string): Precision {
    return this.#isForeign ? "float16" : (plainTypes[dtype] ?? this.#unpacked);
  }
}
