// The check of the seam against seeded differences: it would be worth nothing if it could not tell them.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { differences, doorless, partly, signatures } from "../../../dev/check-binding.ts";

const source = `
  export type Handle = number;
  export type Shape = readonly number[];
  export type Mode = "affine" | "mxfp4";
  export interface Facts { name: string; bytes: number }
  export interface Binding {
    reshape(a: Handle, shape: Shape): Handle;
    slice(a: Handle, start: Shape, mask: Handle | null): Handle[];
    facts(): Facts;
    pack(a: Handle, mode: Mode, bits: number): Handle;
    set(settings: { rate: number; step: number }): void;
  }`;

const spelled = {
  reshape: "(_: Handle, _: Shape) => Handle",
  slice: "(_: Handle, _: number[], _: null | Handle) => Handle[]",
  facts: "() => { bytes: number; name: string; }",
  pack: "(_: Handle, _: string, _: number) => Handle",
  set: "(_: { rate: number; step: number; }) => void",
};

function found(changes: Partial<Record<string, string | undefined>>): string[] {
  const rows = Object.entries({ ...spelled, ...changes }).filter(([, type]) => type !== undefined);
  const { declared, exported } = signatures(source, new Map(rows as [string, string][]));
  return differences(declared, exported);
}

test("the same types in other words agree", () => {
  expect(found({})).toEqual([]);
});

test.each<[what: string, row: string, signature: string | undefined]>([
  ["a row that is gone", "pack", undefined],
  ["a row too many", "unpack", "(_: Handle) => Handle"],
  ["an argument too few", "pack", "(_: Handle, _: string) => Handle"],
  ["a number for a handle", "reshape", "(_: number, _: Shape) => Handle"],
  ["a list for one", "reshape", "(_: Handle[], _: Shape) => Handle"],
  ["one for a list, as result", "slice", "(_: Handle, _: Shape, _: Handle | null) => Handle"],
  [
    "an argument that may no longer be null",
    "slice",
    "(_: Handle, _: Shape, _: Handle) => Handle[]",
  ],
  ["a boolean for a number", "pack", "(_: Handle, _: string, _: boolean) => Handle"],
  ["a number for text", "pack", "(_: Handle, _: number, _: number) => Handle"],
  ["two arguments exchanged", "pack", "(_: Handle, _: number, _: string) => Handle"],
  ["a property of another name", "set", "(_: { rate: number; steps: number; }) => void"],
  ["a property of another type", "facts", "() => { name: string; bytes: string; }"],
  ["a result where there is none", "set", "(_: { rate: number; step: number; }) => number"],
])("%s is told", (_what, row, signature) => {
  const lines = found({ [row]: signature });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(new RegExp(`^${row}: `));
});

test("of an addon with a part of the rows, what it lacks is no difference, and what it has is held", () => {
  const declared = new Map([
    ["take", "(Handle) => Handle"],
    ["exp", "(Handle) => Handle"],
  ]);
  expect(partly(declared, new Map([["take", "(Handle) => Handle"]]))).toEqual([]);
  expect(partly(declared, new Map([["take", "(number) => Handle"]]))).toHaveLength(1);
  expect(partly(declared, new Map([["sine", "(Handle) => Handle"]]))).toEqual([
    "sine: in the addon, not in Binding",
  ]);
});

test("a row that nothing calls is told", () => {
  const source = "new Tensor(binding().take(a, b)); const op = binding().exp;";
  expect(doorless(["take", "exp"], source)).toEqual([]);
  expect(doorless(["tak", "expm1"], source)).toHaveLength(2);
});

test("the real interface is read to its last row", () => {
  const binding = readFileSync(new URL("../../../src/mx/binding.ts", import.meta.url), "utf8");
  const { declared } = signatures(binding, new Map());
  expect(declared.size).toBeGreaterThan(100);
  expect(declared.get("take")).toBe("(Handle, Handle, number) => Handle");
  expect(declared.get("clip")).toBe("(Handle, null | number, null | number) => Handle");
  expect([...declared.values()].filter((signature) => signature.includes("any"))).toEqual([]);
});
