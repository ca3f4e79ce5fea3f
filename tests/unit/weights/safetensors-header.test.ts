// The header reader beside Python's: whatever Python refuses is refused, with exit 7 and a way out.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { readSafetensorsHeader } from "../../../src/weights/safetensors-header.ts";
import { safetensorsBytes } from "../../support/model-files.ts";
import { rejection } from "../../support/refusal.ts";

interface Case {
  name: string;
  base64: string;
  python: { accepts: boolean; names?: string[] };
}

const fixture = new URL("../../fixtures/weights/malformed.json", import.meta.url);
const cases = JSON.parse(readFileSync(fixture, "utf8")) as Case[];
/** Sound to Python 0.8.0, but ambiguous or outside the text of the format. */
const STRICTER = [
  "tensor twice",
  "metadata key twice",
  "leading space",
  "entry as a list",
  "huge dimension of an empty tensor",
  "nested extra key",
];

let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), "ft-header-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, `${name.replaceAll(/[^a-z0-9]/gi, "-")}.safetensors`);
  writeFileSync(file, bytes);
  return file;
}

const refusal = (file: string): Promise<ModelError> =>
  rejection(readSafetensorsHeader(file), ModelError);

describe("beside Python safetensors 0.8.0", () => {
  const accepted = cases.filter(({ name, python }) => python.accepts && !STRICTER.includes(name));
  const refused = cases.filter(({ name, python }) => !python.accepts || STRICTER.includes(name));

  test("the set holds both kinds", () => {
    expect(accepted.length).toBeGreaterThan(25);
    expect(refused.length).toBeGreaterThan(50);
    const stricter = cases.filter(({ name, python }) => python.accepts && STRICTER.includes(name));
    expect(stricter).toHaveLength(STRICTER.length);
  });

  test.each(accepted)("reads: $name", async ({ name, base64, python }) => {
    const bytes = Buffer.from(base64, "base64");
    const header = await readSafetensorsHeader(written(name, bytes));
    expect([...header.tensors.keys()].sort()).toEqual(python.names);
    expect(header.fileBytes).toBe(bytes.length);
  });

  test.each(refused)("refuses: $name", async ({ name, base64 }) => {
    const file = written(name, Buffer.from(base64, "base64"));
    const error = await refusal(file);
    expect(error.exitCode).toBe(7);
    expect(error.code).toMatch(/^FT-WEIGHTS-00[2-5]$/);
    expect(error.message).toContain(file);
    expect(error.hint).toContain("again");
  });
});

test("a pointer of Git LFS is told as what it is", async () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 500000000\n";
  const error = await refusal(written("pointer", Buffer.from(pointer)));
  expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-003", 7]);
  expect(error.message).toContain("git lfs pull");
});

test("gives types, shapes, places and metadata", async () => {
  const bytes = safetensorsBytes(
    { "a.weight": ["F16", [2, 3]], b: ["I64", [1]] },
    { format: "pt", __proto__x: "1" },
  );
  const header = await readSafetensorsHeader(written("sound", bytes));
  expect(header.tensors.get("a.weight")).toEqual({
    dtype: "F16",
    shape: [2, 3],
    begin: 0,
    end: 12,
  });
  expect(header.tensors.get("b")).toEqual({ dtype: "I64", shape: [1], begin: 12, end: 20 });
  expect(header.metadata).toEqual({ format: "pt", __proto__x: "1" });
  expect(header.dataStart).toBe(bytes.length - 20);
});

test("a name like __proto__ is a tensor like any other", async () => {
  const text = '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = written("proto", Buffer.concat([length, Buffer.from(text), Buffer.alloc(1)]));
  const header = await readSafetensorsHeader(file);
  expect([...header.tensors.keys()]).toEqual(["__proto__"]);
});

test("says which tensor overlaps which, and all of it at once", async () => {
  const text =
    '{"first":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},' +
    '"second":{"dtype":"U8","shape":[4],"data_offsets":[4,8]},' +
    '"third":{"dtype":"U8","shape":[2],"data_offsets":[10,12]}}';
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = written("overlap", Buffer.concat([length, Buffer.from(text), Buffer.alloc(12)]));
  const error = await refusal(file);
  expect(error.code).toBe("FT-WEIGHTS-005");
  expect(error.problems).toEqual([
    'tensor "second" overlaps tensor "first" (byte 4)',
    '2 bytes unused before tensor "third"',
  ]);
});

test("every cut of a sound file is called truncated", async () => {
  const bytes = safetensorsBytes({ a: ["F32", [4]], b: ["F32", [2]] });
  for (let length = 0; length < bytes.length; length++) {
    const error = await refusal(written("cut", bytes.subarray(0, length)));
    expect(error.code, `cut to ${length} bytes`).toBe("FT-WEIGHTS-002");
    expect(error.exitCode).toBe(7);
  }
});

test("every single changed byte gives a header or a ModelError, nothing else", async () => {
  const bytes = safetensorsBytes({ a: ["F32", [4]], b: ["F32", [2]] }, { k: "v" });
  const dataStart = bytes.length - 24;
  let refusals = 0;
  for (let at = 0; at < dataStart; at++) {
    for (const value of [0x00, 0x22, 0x2c, 0x39, 0x5c, 0x7d, 0xff]) {
      const changed = Buffer.from(bytes);
      changed[at] = value;
      const outcome: unknown = await readSafetensorsHeader(written("changed", changed)).catch(
        (reason: unknown) => reason,
      );
      if (!(outcome instanceof Error)) continue;
      expect(outcome).toBeInstanceOf(ModelError);
      refusals++;
    }
  }
  expect(refusals).toBeGreaterThan(dataStart * 4);
});

test("a missing file and a folder are named as such, exit 3", async () => {
  const missing = await refusal(path.join(folder, "nothing.safetensors"));
  expect([missing.code, missing.exitCode]).toEqual(["FT-WEIGHTS-001", 3]);
  expect(missing.message).toContain("no such file");
  expect((await refusal(folder)).code).toBe("FT-WEIGHTS-001");
});

test("a file of the hub cache says which command fetches it again", async () => {
  const snapshot = path.join(folder, "models--org--name", "snapshots", "0".repeat(40));
  mkdirSync(snapshot, { recursive: true });
  const file = path.join(snapshot, "model.safetensors");
  writeFileSync(file, Buffer.alloc(3));
  expect((await refusal(file)).hint).toBe(
    `download again: rm '${file}' && ft models pull org/name`,
  );
});

function withHeader(text: string, dataBytes = 0): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text), Buffer.alloc(dataBytes)]);
}

test("more values than any model has are refused where they begin", async () => {
  const error = await refusal(written("values", withHeader(`{"a":[${"0,".repeat(1_000_000)}0]}`)));
  expect([error.code, error.message]).toEqual([
    "FT-WEIGHTS-003",
    expect.stringContaining("more than 1000000 values"),
  ]);
});

const half = 500_000;
const entry = (name: string, rest: string): string => `"${name}":{"dtype":"U8",${rest}}`;
const entries = (count: number, text: (index: number) => string): string =>
  `{${Array.from({ length: count }, (_, index) => text(index)).join(",")}}`;

// Half a megabyte each of what could be read in a time that grows with its square: that would be hours or minutes,
// where a tenth of a second is enough. Five seconds of the processor are left for a machine that does much else.
test.each<[what: string, text: string]>([
  ["escaped quotes", `{"${String.raw`\"`.repeat(half / 2)}":1}`],
  ["escaped quotes that never close", `{"${String.raw`\"`.repeat(half / 2)}`],
  ["backslashes before quotes", `{"${`${"\\".repeat(701)}"`.repeat(half / 700)}":1}`],
  ["blanks", `{"a"${" ".repeat(half)}:1}`],
  ["digits", `{"a":${"9".repeat(half)}}`],
  [
    "sizes of one tensor",
    `{${entry("a", `"shape":[${"1,".repeat(half / 2)}2],"data_offsets":[0,1]`)}}`,
  ],
  ["tensors that overlap", entries(8000, (i) => entry(`${i}`, `"shape":[1],"data_offsets":[0,1]`))],
  ["names that are numbers", entries(40_000, (i) => `"${i * 65536}":1`)],
  ["metadata", `{"__metadata__":${entries(40_000, (i) => `"${40_000 - i}":"v"`)}}`],
])("%s take no more time than they are long", async (what, text) => {
  const file = written(what, withHeader(text, 1));
  const before = process.cpuUsage();
  await readSafetensorsHeader(file).catch((error: unknown) => {
    expect(error).toBeInstanceOf(ModelError);
  });
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(5);
});

test("huge names and long lists of problems are told in short", async () => {
  const layout = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`${index}${"x".repeat(5000)}`, 1]),
  );
  const error = await refusal(written("huge", withHeader(JSON.stringify(layout))));
  expect(error.message).toContain("50 impossible entries");
  expect(error.problems).toHaveLength(21);
  expect(error.problems.at(-1)).toBe("and 30 more");
  expect(Math.max(...error.problems.map((line) => line.length))).toBeLessThan(400);
});
