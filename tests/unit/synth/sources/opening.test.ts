// Opening: which files are found, in which order, what is skipped and why, and what a process that dies costs.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSources, type OpenOptions } from "../../../../src/synth/sources/open.ts";
import { nameMatches } from "../../../../src/synth/sources/opening/pattern.ts";

let folder: string;

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

async function texts(
  paths: readonly string[],
  options: OpenOptions = {},
): Promise<{ read: Record<string, string>; skipped: Record<string, string> }> {
  const opened = openSources(
    paths.map((path) => join(folder, path)),
    options,
  );
  const read: Record<string, string> = {};
  for await (const { source, parts } of opened) {
    const pieces: string[] = [];
    for await (const { text, start } of parts) {
      expect(start).toBe(pieces.join("").length);
      pieces.push(text);
    }
    read[source.slice(folder.length + 1)] = pieces.join("");
  }
  const skipped = opened.report.skipped.map(({ source, code }) => [
    source.slice(folder.length + 1),
    code,
  ]);
  return { read, skipped: Object.fromEntries(skipped) };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ft-sources-"));
  put("b/two.txt", "two\r\n");
  put("b/one.txt", "one");
  put("a.txt", "a");
  put("b/.hidden", "hidden");
  put("b/picture.png", Buffer.from("89504e470d0a1a0a0000", "hex"));
  put("b/empty.txt", "");
  put("README", "no extension");
  symlinkSync(join(folder, "a.txt"), join(folder, "b/link.txt"));
  symlinkSync(folder, join(folder, "b/loop"));
  symlinkSync(join(folder, "b/circle"), join(folder, "b/circle"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a folder is read whole, in the order of names, and what is skipped has a reason", async () => {
  const { read, skipped } = await texts(["b"]);
  expect(Object.entries(read)).toEqual([
    ["b/link.txt", "a"],
    ["b/one.txt", "one"],
    ["b/two.txt", "two\r\n"],
  ]);
  expect(skipped).toEqual({
    "b/.hidden": "FT-SOURCE-009",
    "b/circle": "FT-SOURCE-010",
    "b/loop": "FT-SOURCE-009",
    "b/picture.png": "FT-SOURCE-003",
    "b/empty.txt": "FT-SOURCE-007",
  });
});

test("patterns, files without an extension and files that are named twice", async () => {
  const { read } = await texts(["**/t*.txt", "b/{one,two}.txt", "README", "b/one.txt"]);
  expect(Object.keys(read)).toEqual(["b/two.txt", "b/one.txt", "README"]);
});

test("a path that leads nowhere is an error before anything is read", () => {
  expect(() => openSources([join(folder, "none.txt")])).toThrow(/FT-SOURCE-001|no such file/i);
  expect(() => openSources([join(folder, "*.none")])).toThrow(/no file matches/);
  expect(() => openSources([folder], { encoding: "klingon" })).toThrow(/no encoding/);
});

const windows = Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0x93, 0x78, 0x94]);

test.each([
  ["a byte-order mark goes", Buffer.from("\uFEFFmark"), "mark"],
  ["UTF-16 with a mark", Buffer.from("\uFEFFgrüße 😀", "utf16le"), "grüße 😀"],
  ["UTF-16 without one", Buffer.from("ordinary words", "utf16le"), "ordinary words"],
  ["what is no UTF-8 is Windows-1252", windows, "café “x”"],
  [
    "UTF-8 with a fault keeps the rest",
    Buffer.from([0xc3, 0xa9, 0xc3, 0xa9, 0xff, 0x41]),
    "éé\uFFFDA",
  ],
])("%s", async (_, bytes, expected) => {
  put("encoded/file.txt", bytes);
  const { read } = await texts(["encoded"], { isInProcess: true });
  expect(read["encoded/file.txt"]).toBe(expected);
});

test("a character that two chunks share is one character", async () => {
  const text = "x".repeat(2 ** 18 - 2) + "😀é".repeat(10) + "\n" + "é😀".repeat(200_000);
  put("long/file.txt", text);
  const { read } = await texts(["long"]);
  expect(read["long/file.txt"]).toBe(text);
});

test("names are matched without going back further than the last star", () => {
  expect(nameMatches("*a*b?[c-e][!x]", "xxaxxbzdq")).toBe(true);
  expect(nameMatches("*a*b?[c-e][!x]", "xxaxxbzdx")).toBe(false);
  // of this processor, whatever else it does meanwhile
  const started = process.cpuUsage();
  expect(nameMatches("*a".repeat(50) + "b", "a".repeat(10_000))).toBe(false);
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(2000);
});
