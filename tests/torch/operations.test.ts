// Each operation of the addon over libtorch against the values that Python MLX gives for the same arguments, the fixtures
// of tests/native/values.test.ts; and what the addon lacks, which is refused by name.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { NativeError } from "../../src/core/errors.ts";
import type { Binding, Dtype, Handle } from "../../src/mx/binding.ts";
import { memoryOf, numbersIn, type Packed } from "../native/addon.ts";
import { refusal } from "../support/refusal.ts";
import { operationsOfTorch, torch, torchTest } from "./torch.ts";

interface Case {
  op: keyof Binding;
  args: unknown[];
  inputs: Packed[];
  expected: Packed[];
}

const fixtures = new URL("../fixtures/native/ops.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(fixtures, "utf8")) as { cases: Case[] };

/** Absolute and relative: sums are made in another order, and half formats get some units in their last place. */
const tolerance: Partial<Record<Dtype, [number, number]>> = {
  float32: [5e-6, 2e-5],
  float64: [1e-12, 1e-12],
  float16: [1e-3, 3e-3],
  bfloat16: [1e-2, 2.5e-2],
};

const handled = new Set(operationsOfTorch());

/** What the addon does not take, and says so. */
const refusals = /complex numbers/;

function decode(argument: unknown, inputs: readonly Handle[]): unknown {
  if (Array.isArray(argument)) return argument.map((item) => decode(item, inputs));
  if (typeof argument !== "object" || argument === null) return argument;
  return "input" in argument
    ? inputs[argument.input as number]
    : (argument as { settings: unknown }).settings;
}

/** Largest difference, as a part of what is allowed. */
function gapOf(found: Handle, expected: Handle): number {
  const native = torch();
  const [kind, wantedKind] = [found, expected].map((one) => ({
    dtype: native.dtype(one),
    shape: native.shape(one),
  }));
  expect(kind).toEqual(wantedKind);
  const dtype = native.dtype(expected);
  const [absolute, relative] = tolerance[dtype] ?? [0, 0];
  const values = numbersIn(native.toMemory(expected), dtype);
  return numbersIn(native.toMemory(found), dtype).reduce((worst, value, at) => {
    const want = values[at] ?? Number.NaN;
    if (Object.is(value, want) || value === want) return worst;
    const allowed = absolute + relative * Math.abs(want);
    return Math.max(worst, allowed === 0 ? Infinity : Math.abs(value - want) / allowed);
  }, 0);
}

/** Of an order that is free on both sides of a place, what stands in that place. */
function told({ op, args }: Case, result: Handle): Handle {
  if (op !== "argpartition") return result;
  const [kth, axis] = args.slice(1) as [number, number];
  return torch().take(result, torch().fromMemory(Int32Array.of(kth), [1], "int32"), axis);
}

/** The values that are wanted, as an array here. */
function wanted(one: Case, at: number): Handle {
  const { shape, dtype, ...packed } = one.expected[at] as Packed;
  return told(one, torch().fromMemory(memoryOf({ shape, dtype, ...packed }), shape, dtype));
}

/** The worst case's gap, and how many cases the addon refuses in words. */
function held(op: string): { worst: number; refused: number; tried: number } {
  const native = torch();
  const own = cases.filter((one) => one.op === op);
  let [worst, refused] = [0, 0];
  for (const one of own) {
    native.scopeBegin();
    try {
      const inputs = one.inputs.map((packed) =>
        native.fromMemory(memoryOf(packed), packed.shape, packed.dtype),
      );
      const call = native[one.op] as (...args: unknown[]) => Handle | Handle[];
      const results = [call(...one.args.map((argument) => decode(argument, inputs)))].flat();
      expect(results.length).toBe(one.expected.length);
      results.forEach((result, at) => {
        worst = Math.max(worst, gapOf(told(one, result), wanted(one, at)));
      });
    } catch (error) {
      if (!refusals.test((error as Error).message)) throw error;
      refused++;
    } finally {
      native.scopeEnd([]);
    }
  }
  return { worst, refused, tried: own.length };
}

const table: string[] = [];

describe.each([...new Set(cases.map(({ op }) => op))].filter((op) => handled.has(op)))(
  "%s",
  (op) => {
    torchTest("equals Python MLX, or is refused", () => {
      const { worst, refused, tried } = held(op);
      table.push(
        `${op.padEnd(26)} ${String(tried).padStart(3)} cases, ${refused} refused, worst ${worst.toFixed(2)} of what is allowed`,
      );
      expect(refused).toBeLessThan(tried);
      expect(worst).toBeLessThanOrEqual(1);
    });
  },
);

torchTest("what it lacks is refused by name, with what has it", () => {
  const lacking = [
    "customVjp",
    "checkpoint",
    "quantizedMatmul",
    "compile",
    "selectiveScan",
  ] as const;
  for (const name of lacking) {
    expect(handled.has(name)).toBe(false);
    const call = torch()[name] as () => unknown;
    const error = refusal(call, NativeError);
    expect(error.code).toBe("FT-NATIVE-002");
    expect(error.message).toContain(`has no operation ${name}`);
    expect(error.hint).toContain("FT_BACKEND=cpu");
  }
  if (process.env["FT_TABLE"] === "1") process.stderr.write(`${table.join("\n")}\n`);
});

test("it has no operation that MLX's addon does not declare", () => {
  const declared = readFileSync(new URL("../../src/mx/binding.ts", import.meta.url), "utf8");
  for (const name of handled) expect(declared).toMatch(new RegExp(`^  ${name}\\(`, "m"));
});
