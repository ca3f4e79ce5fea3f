// A key's value with the kind that a file has it in, for whoever writes one: what a reader takes as a number is an
// unsigned integer of 32 bits or of 64, or a float. Reading them is values.ts's.
import type { GgufValue } from "./values.ts";

/** Numbers of the kinds, as files have them. */
export const kindIds = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  flag: 7,
  text: 8,
  list: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;

export interface GgufKind {
  id: number;
  /** Of a list: the kind of its items. */
  items?: number;
}

export interface GgufEntry {
  kind: GgufKind;
  value: GgufValue;
}

export type GgufEntries = ReadonlyMap<string, GgufEntry>;

export const u32 = (value: number): GgufEntry => ({ kind: { id: kindIds.u32 }, value });
export const f32 = (value: number): GgufEntry => ({ kind: { id: kindIds.f32 }, value });
export const flag = (value: boolean): GgufEntry => ({ kind: { id: kindIds.flag }, value });
export const text = (value: string): GgufEntry => ({ kind: { id: kindIds.text }, value });

const list = (items: number, value: GgufValue): GgufEntry => ({
  kind: { id: kindIds.list, items },
  value,
});

export const texts = (values: readonly string[]): GgufEntry => list(kindIds.text, [...values]);
export const flags = (values: readonly boolean[]): GgufEntry => list(kindIds.flag, [...values]);
export const i32s = (values: Iterable<number>): GgufEntry =>
  list(kindIds.i32, Int32Array.from(values));
export const f32s = (values: Iterable<number>): GgufEntry =>
  list(kindIds.f32, Float32Array.from(values));
