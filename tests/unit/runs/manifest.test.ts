// The manifest of a result: what it tells, what it finds changed, and what it refuses from strangers.
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DataError } from "../../../src/core/errors.ts";
import {
  MANIFEST_FILE,
  type Provenance,
  provenanceOf,
  readManifest,
  trainedProvenance,
  verifyResult,
  writeManifest,
} from "../../../src/runs/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { refusal } from "../../support/refusal.ts";

const provenance: Provenance = {
  ...{ kind: "adapter", command: "ft train" },
  base: { name: "org/base", digest: "d", revision: null },
  data: [{ name: "rows.jsonl", split: "train", sha256: "s", rows: 3 }],
};

async function madeResult(): Promise<string> {
  const folder = makeFolder({ "a.txt": "one", "below/b.bin": new Uint8Array([1, 2]) });
  await writeManifest(folder, provenance);
  return folder;
}

const differencesIn = async (folder: string): Promise<[string, string][]> =>
  (await verifyResult(folder)).differences.map(({ file, kind }) => [file, kind]);

test("what it tells is read back, and the same folder gives the same bytes", async () => {
  const [one, other] = [await madeResult(), await madeResult()];
  const text = (folder: string): string => readFileSync(join(folder, MANIFEST_FILE), "utf8");
  expect(text(one)).toBe(text(other));
  expect(readManifest(one)).toMatchObject({ version: 1, ...provenance });
  expect(provenanceOf(one)).toMatchObject(provenance);
  expect(provenanceOf(makeFolder())).toBeUndefined();
  expect(await verifyResult(one)).toEqual({ files: 2, differences: [] });
});

test.each<[string, (folder: string) => void, [string, string]]>([
  ["gone", (at) => rmSync(join(at, "a.txt")), ["a.txt", "missing"]],
  ["longer", (at) => writeFileSync(join(at, "a.txt"), "ones"), ["a.txt", "changed"]],
  ["other", (at) => writeFileSync(join(at, "a.txt"), "two"), ["a.txt", "changed"]],
  ["cut", (at) => truncateSync(join(at, "below/b.bin"), 1), ["below/b.bin", "changed"]],
  ["new", (at) => writeFileSync(join(at, "model.py"), ""), ["model.py", "extra"]],
  ["new link", (at) => symlinkSync("a.txt", join(at, "c.txt")), ["c.txt", "extra"]],
])("a file that is %s is found", async (_, change, expected) => {
  const folder = await madeResult();
  change(folder);
  expect(await differencesIn(folder)).toEqual([expected]);
});

test("a file replaced by a folder, or by a link to the same bytes elsewhere, is found", async () => {
  const folder = await madeResult();
  const elsewhere = makeFolder({ "a.txt": "one" });
  rmSync(join(folder, "a.txt"));
  symlinkSync(join(elsewhere, "a.txt"), join(folder, "a.txt"));
  expect(await differencesIn(folder)).toEqual([["a.txt", "refused"]]);
  rmSync(join(folder, "a.txt"));
  mkdirSync(join(folder, "a.txt"));
  expect(await differencesIn(folder)).toEqual([["a.txt", "changed"]]);
});

test("what people and the hub put beside a result is no part of it", async () => {
  const folder = await madeResult();
  mkdirSync(join(folder, ".cache/huggingface"), { recursive: true });
  for (const name of ["README.md", "LICENSE", ".gitattributes", ".cache/huggingface/x"])
    writeFileSync(join(folder, name), "");
  expect(await differencesIn(folder)).toEqual([]);
});

test("a snapshot of the hub's cache holds links to its blobs, and is whole", async () => {
  const folder = await madeResult();
  const cache = makeFolder({ "blobs/x": "" });
  const snapshot = join(cache, "snapshots", "commit");
  mkdirSync(join(snapshot, "below"), { recursive: true });
  for (const [at, name] of ["a.txt", "below/b.bin", MANIFEST_FILE].entries()) {
    renameSync(join(folder, name), join(cache, "blobs", String(at)));
    const up = name.includes("/") ? "../../.." : "../..";
    symlinkSync(`${up}/blobs/${at}`, join(snapshot, name));
  }
  expect(await differencesIn(snapshot)).toEqual([]);
});

test.each(["../a.txt", "/etc/passwd", "below/../a.txt", "./a.txt", "", "a\\b", "C:x", "a\u0000b"])(
  "a manifest that names %j is told so, and nothing outside is read",
  async (name) => {
    const folder = await madeResult();
    const { files, ...rest } = readManifest(folder);
    const described = { ...files, [name]: files["a.txt"] };
    writeFileSync(join(folder, MANIFEST_FILE), JSON.stringify({ ...rest, files: described }));
    expect(await differencesIn(folder)).toEqual([[name, "refused"]]);
  },
);

test.each([
  ["no JSON", "{"],
  ["nested without end", "[".repeat(100_000) + "]".repeat(100_000)],
  ["of another version", '{"version":2}'],
  ["without hashes", '{"version":1,"kind":"model","command":"x","files":{"a":{"bytes":1}}}'],
  ["too large", `"${"x".repeat(17_000_000)}"`],
])("a manifest %s is refused with exit 7", (_, text) => {
  const error = refusal(() => readManifest(makeFolder({ [MANIFEST_FILE]: text })), DataError);
  expect([error.code, error.exitCode]).toEqual(["FT-VERIFY-001", 7]);
});

test("of a run it tells no place on this disk, and no secret", () => {
  const record = {
    ...{ runId: "r", createdAt: "" },
    config: {
      model: { name: "/home/me/models/base", cache_dir: "/home/me/cache" },
      data: { train_file: "/home/me/rows.jsonl", template: "~/t.jinja" },
      ...{ seed: 7, output_dir: "/home/me/out", report_to: ["http://me:password1@host/"] },
    },
    model: { name: "/home/me/models/base", digest: "d" },
    dataset: { files: [{ split: "train", path: "/home/me/rows.jsonl", sha256: "s", rows: 2 }] },
  };
  const told = trainedProvenance(record, "adapter", { trainLoss: 1 });
  expect(JSON.stringify(told)).not.toMatch(/home|password1|~/);
  expect(told).toMatchObject({
    base: { name: "base", digest: "d" },
    data: [{ name: "rows.jsonl", rows: 2 }],
    config: { data: { train_file: "rows.jsonl", template: "t.jinja" } },
    seeds: { seed: 7 },
  });
});
