// The addon and the few helpers its tests share: arrays from numbers and back, packed fixtures, coded errors.
// Tests here go straight to the addon, below src/mx, to see errors and handles as they are.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect } from "vitest";
import type { Binding, Dtype, Handle, Memory } from "../../src/mx/binding.ts";

export const addonPath =
  process.env["FT_ADDON"] ??
  fileURLToPath(new URL("../../build/Release/ft_native.node", import.meta.url));

export const mx = createRequire(import.meta.url)(addonPath) as Binding;

export interface Packed {
  dtype: Dtype;
  shape: number[];
  /** Base64 of the row-major bytes, little-endian. */
  data: string;
}

const memoryTypes = {
  bool: Uint8Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  bfloat16: Uint16Array,
  complex64: Float32Array,
} as const;

/** The typed array that carries `dtype`, over its own copy of the bytes. */
export function memoryOf(packed: Packed): Memory {
  const bytes = new Uint8Array(Buffer.from(packed.data, "base64"));
  return new memoryTypes[packed.dtype](bytes.buffer);
}

export function unpack(packed: Packed): Handle {
  return mx.fromMemory(memoryOf(packed), packed.shape, packed.dtype);
}

function bfloat16(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0] ?? Number.NaN;
}

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Numbers behind carried memory; int64 loses what a number cannot hold. */
export function numbersIn(memory: Memory, dtype: Dtype): number[] {
  const raw = Array.from(memory as ArrayLike<number | bigint>, Number);
  if (dtype === "bfloat16") return raw.map(bfloat16);
  return dtype === "float16" ? raw.map(float16) : raw;
}

export function numbers(handle: Handle): number[] {
  return numbersIn(mx.toMemory(handle), mx.dtype(handle));
}

export function floats(
  values: readonly number[],
  shape: readonly number[] = [values.length],
): Handle {
  return mx.fromMemory(Float32Array.from(values), shape, "float32");
}

export function integers(
  values: readonly number[],
  shape: readonly number[] = [values.length],
): Handle {
  return mx.fromMemory(Int32Array.from(values), shape, "int32");
}

export function normal(shape: readonly number[], seed: number): Handle {
  return mx.randomNormal(shape, "float32", 0, 1, mx.randomKey(seed));
}

/** Every test of the file runs in a scope of its own, and fails when the number of live arrays moved. */
export function scopedTests(): void {
  let before = 0;
  beforeEach(() => {
    before = mx.liveHandles();
    mx.scopeBegin();
  });
  afterEach(() => {
    mx.scopeEnd([]);
    expect(mx.liveHandles()).toBe(before);
  });
}

/** Runs `body` in a scope that frees everything, and fails when the number of live arrays moved. */
export function leakless(body: () => void): void {
  const before = mx.liveHandles();
  mx.scopeBegin();
  try {
    body();
  } finally {
    mx.scopeEnd([]);
  }
  expect(mx.liveHandles()).toBe(before);
}

export function errorOf(body: () => unknown): Error & { code?: string } {
  try {
    body();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

export function first(handles: readonly Handle[]): Handle {
  const handle = handles[0];
  if (handle === undefined) throw new Error("no handle");
  return handle;
}

/** Runs the script in a process of its own, so that a crash is a result like another. */
export function runProgram(
  script: string,
  timeout = 25_000,
): { status: number | null; signal: string | null; out: string } {
  const { status, signal, stdout } = spawnSync(process.execPath, ["-e", script], {
    encoding: "utf8",
    timeout,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  return { status, signal, out: stdout.trim() };
}
