// What pickled data can become here: plain values, and descriptions of tensors whose numbers stay in the file.
import type { SafetensorsDtype } from "../safetensors-dtypes.ts";

/** Where a tensor's numbers are, before anybody knows its shape. */
export interface Storage {
  kind: "storage";
  dtype: SafetensorsDtype;
  /** Of the archive: data/0. */
  key: string;
  /** How many numbers it holds, as the pickle says. */
  count: number;
}

export interface PickledTensor {
  kind: "tensor";
  storage: Storage;
  /** In numbers, from the start of the storage. */
  offset: number;
  shape: readonly number[];
  /** In numbers. */
  strides: readonly number[];
}

/** A name that `globals.ts` knows, on its way to being called or named as a type. */
export interface KnownGlobal {
  kind: "global";
  name: string;
}

/** Something that is understood but of no use here, such as an argument of a training program. */
export interface Opaque {
  kind: "opaque";
}

export type PickledMap = Map<PickledValue, PickledValue>;

export type PickledValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickledTuple
  | PickledValue[]
  | PickledMap
  | Storage
  | PickledTensor
  | KnownGlobal
  | Opaque;

/** A list that cannot grow. */
export class PickledTuple {
  readonly items: readonly PickledValue[];

  constructor(items: readonly PickledValue[]) {
    this.items = items;
  }
}

/** Damaged, cut off, or asking for something that could run. */
export type PickleTrouble = "malformed" | "truncated" | "hostile";

/** What is wrong with pickled data; whoever read the file adds its name. */
export class PickleProblem extends Error {
  readonly trouble: PickleTrouble;

  constructor(message: string, trouble: PickleTrouble = "malformed") {
    super(message);
    this.trouble = trouble;
  }
}

export function isKind<Kind extends string>(
  value: PickledValue | undefined,
  kind: Kind,
): value is Extract<PickledValue, { kind: Kind }> {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}
