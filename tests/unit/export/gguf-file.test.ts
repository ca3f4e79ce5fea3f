// The file that is written is the file that is read: every kind of value, tensors at their places, the kinds kept.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { ByteSink, writeEntries } from "../../../src/export/gguf/entry-bytes.ts";
import { GgufFileWriter, ggufLayout } from "../../../src/export/gguf/gguf-file.ts";
import {
  f32,
  f32s,
  flag,
  flags,
  i32s,
  text,
  texts,
  u32,
} from "../../../src/weights/gguf/entries.ts";
import { readGgufFile } from "../../../src/weights/gguf/header.ts";

const root = mkdtempSync(path.join(tmpdir(), "ft-gguf-file-"));
afterAll(() => rmSync(root, { recursive: true }));

const fixture = (name: string): string =>
  new URL(`../../fixtures/gguf/${name}`, import.meta.url).pathname;

test("keys of gguf-py's own file are written as it wrote them, whatever their kind", async () => {
  const { entries } = await readGgufFile(fixture("little.gguf"));
  const sink = new ByteSink();
  writeEntries(sink, entries);
  // magic, version and two counts are in front
  const file = readFileSync(fixture("little.gguf"));
  expect(file.subarray(24, 24 + sink.length).equals(sink.bytes)).toBe(true);
});

test("tensors are found where they are told, also when they are written in pieces", async () => {
  const file = path.join(root, "a.gguf");
  const entries = new Map([
    ["general.name", text("naïve")],
    ["a.sizes", i32s([0, 2, -1])],
    ["a.flags", flags([true, false])],
    ["a.texts", texts(["", "▁a"])],
    ["a.reals", f32s([1.5])],
    ["a.size", u32(2 ** 32 - 1)],
    ["a.real", f32(1e-5)],
    ["a.flag", flag(false)],
  ]);
  const tensors = [
    { name: "odd", type: "F32", shape: [3] },
    { name: "blocks", type: "Q8_0", shape: [2, 32] },
    { name: "last", type: "F16", shape: [1] },
  ];
  const layout = ggufLayout(entries, tensors);
  const writer = new GgufFileWriter(file, layout);
  writer.write("last", Uint8Array.of(1, 2));
  writer.write("blocks", new Uint8Array(34).fill(7), 34);
  writer.write("odd", new Uint8Array(new Float32Array([1, 2, 3]).buffer));
  expect(() => writer.write("other", new Uint8Array(1))).toThrow("not told");
  writer.close();
  const header = await readGgufFile(file);
  expect(header.fileBytes).toBe(layout.bytes);
  expect(header.entries).toEqual(new Map([...entries, ["a.real", f32(Math.fround(1e-5))]]));
  const bytes = readFileSync(file);
  const { begin, end, shape } = header.tensors.get("blocks") ?? { begin: 0, end: 0, shape: [] };
  expect([shape, begin % 32]).toEqual([[2, 32], 0]);
  expect(bytes.subarray(begin, end)).toEqual(
    Buffer.concat([Buffer.alloc(34), Buffer.alloc(34, 7)]),
  );
});

test("a file that is there is not overwritten", () => {
  const file = path.join(root, "there.gguf");
  writeFileSync(file, "mine");
  expect(() => new GgufFileWriter(file, ggufLayout(new Map(), []))).toThrow("EEXIST");
});
