// Zip archives: members are read by their way, hostile ones are refused before anything is unpacked.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSources, type OpenOptions } from "../../../../src/synth/sources/open.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ft-archives-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function opened(
  bytes: Uint8Array,
  options: OpenOptions = {},
): Promise<{ read: [string, string][]; skipped: [string, string, string][] }> {
  const file = join(folder, "a.zip");
  writeFileSync(file, bytes);
  const sources = openSources([file], { isInProcess: true, ...options });
  const read: [string, string][] = [];
  for await (const { source, parts } of sources) {
    let text = "";
    for await (const part of parts) text += part.text;
    read.push([source.slice(folder.length + 1), text]);
  }
  const skipped = sources.report.skipped.map(
    ({ source, code, reason }): [string, string, string] => [
      source.slice(folder.length + 1),
      code,
      reason,
    ],
  );
  return { read, skipped };
}

test("members are sources of their own, archives in it too, in the order of names", async () => {
  const inner = zipSync({ "d.txt": strToU8("d") });
  const bytes = zipSync({
    "b/z.txt": strToU8("z"),
    "b/c.txt": strToU8("c"),
    "inner.zip": inner,
    ".hidden": strToU8("h"),
    "__MACOSX/b/z.txt": strToU8("x"),
    "../out.txt": strToU8("o"),
  });
  const { read, skipped } = await opened(bytes);
  expect(read).toEqual([
    ["a.zip!/b/c.txt", "c"],
    ["a.zip!/b/z.txt", "z"],
    ["a.zip!/inner.zip!/d.txt", "d"],
  ]);
  expect(skipped.map(([source, code]) => [source, code])).toEqual([
    ["a.zip!/../out.txt", "FT-SOURCE-009"],
    ["a.zip!/.hidden", "FT-SOURCE-009"],
    ["a.zip!/__MACOSX/b/z.txt", "FT-SOURCE-009"],
  ]);
});

test("a long member comes in parts, stored or packed", async () => {
  const lines = Array.from({ length: 1_200_000 }, (_, at) => `line ${(at * 7919) % 1_000_003}`);
  const text = lines.join("\n");
  const { read } = await opened(zipSync({ "long.txt": strToU8(text) }));
  expect(read[0]?.[1] === text).toBe(true);
  const stored = await opened(zipSync({ "long.txt": [strToU8(text), { level: 0 }] }));
  expect(stored.read[0]?.[1] === text).toBe(true);
});

test("an archive that unpacks to far more than it is, is refused", async () => {
  const bytes = zipSync({ "zeros.txt": new Uint8Array(30_000_000) }, { level: 9 });
  const { skipped } = await opened(bytes);
  expect(skipped).toHaveLength(1);
  expect(skipped[0]?.[1]).toBe("FT-SOURCE-005");
  expect(skipped[0]?.[2]).toMatch(/unpacks to 30 MB/);
});

test("archives in archives end at some depth", async () => {
  let bytes = zipSync({ "deep.txt": strToU8("deep") });
  for (let depth = 0; depth < 5; depth++) bytes = zipSync({ "x.zip": bytes });
  const { read, skipped } = await opened(bytes);
  expect(read).toEqual([]);
  expect(skipped).toEqual([
    ["a.zip!/x.zip!/x.zip!/x.zip", "FT-SOURCE-005", expect.stringMatching(/4 deep/)],
  ]);
});

/** Changes what the directory says of the first member. */
function withDirectory(
  bytes: Uint8Array,
  change: (view: DataView, at: number) => void,
): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  const end = copy.length - 22;
  change(view, view.getUint32(end + 16, true));
  return copy;
}

const small = zipSync({ "a.txt": strToU8("text of some length, text of some length") });

test.each([
  ["encrypted", withDirectory(small, (view, at) => view.setUint16(at + 8, 1, true)), "008"],
  ["an unknown method", withDirectory(small, (v, at) => v.setUint16(at + 10, 99, true)), "004"],
  [
    "a size that is too small",
    withDirectory(small, (v, at) => v.setUint32(at + 24, 3, true)),
    "004",
  ],
  ["a place that is wrong", withDirectory(small, (v, at) => v.setUint32(at + 42, 9, true)), "004"],
  [
    "more bytes than there are",
    withDirectory(small, (v, at) => v.setUint32(at + 20, 9e6, true)),
    "005",
  ],
  ["no directory", small.subarray(0, small.length - 30), "004"],
  ["a broken directory", withDirectory(small, (v, at) => v.setUint32(at, 7, true)), "004"],
  [
    "too many files",
    withDirectory(small, (v) => v.setUint16(v.byteLength - 12, 60_000, true)),
    "005",
  ],
])("%s", async (_, bytes, code) => {
  const { read, skipped } = await opened(bytes);
  expect(read).toEqual([]);
  expect(skipped.map(([, found]) => found)).toEqual([`FT-SOURCE-${code}`]);
});
