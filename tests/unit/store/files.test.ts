// Files of datasets: written whole, brought up after a crash at every point, never written over when others have
// changed them.
import { spawnSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { hashFile } from "../../../src/core/file-hash.ts";
import {
  commitRows,
  exportVersion,
  findVersion,
  importFile,
  linkFile,
  openStore,
  removeDataset,
  syncFiles,
  unlinkFile,
} from "../../../src/store/index.ts";
import { makeFile, makeFolder } from "../../support/folders.ts";
import { fileStore, memoryStore } from "../../support/open-stores.ts";
import { rejection } from "../../support/refusal.ts";
import { rounds } from "../../support/soak.ts";

const facts = { action: "import" };
const first = ['{"id":1,"of":1}', '{"id":2}'];
const second = ['{"id":1,"of":2}', '{"id":3}'];
const content = (texts: string[]) => texts.map((text) => `${text}\n`).join("");

test("a file that was imported is exported byte for byte, and its hash is told", async () => {
  const store = await memoryStore();
  const text = '{"id":"ä", "n":1.50}\n{"id":2,"big":12345678901234567890}\n';
  const file = makeFile("rows.jsonl", text);
  const version = await importFile(store, "set", file);
  expect(version.details).toEqual({ file, sha256: await hashFile(file) });
  const out = join(makeFolder(), "deep", "out.jsonl");
  const written = await exportVersion(store, version.id, out);
  expect(readFileSync(out, "utf8")).toBe(text);
  expect(written).toEqual({ sha256: await hashFile(out), bytes: Buffer.byteLength(text) });
});

test("what a file may have: a mark, blank lines, other line ends; a bad line is told", async () => {
  const store = await memoryStore();
  const file = makeFile("rows.jsonl", '\uFEFF{"id":1}\r\n\r\n  {"id":2}');
  expect((await importFile(store, "set", file)).size).toBe(2);
  const bad = makeFile("bad.jsonl", '{"id":1}\n\n{"id":}\n');
  const error = await rejection(importFile(store, "bad", bad), FtError);
  expect(error).toMatchObject({ code: "FT-DATASET-006", at: { file: bad, line: 3 } });
});

test("a file follows its dataset, or stays at a version", async () => {
  const store = await memoryStore();
  await commitRows(store, "set", first, facts);
  const folder = makeFolder();
  const [following, fixed] = [join(folder, "new.jsonl"), join(folder, "old.jsonl")];
  expect(await linkFile(store, "set", following)).toMatchObject({ state: "written" });
  expect(await linkFile(store, "set@1", fixed, { followsHead: false })).toMatchObject({
    state: "written",
  });
  await commitRows(store, "set", second, facts);
  expect((await syncFiles(store)).map(({ state }) => state)).toEqual(["written", "same"]);
  expect(readFileSync(following, "utf8")).toBe(content(second));
  expect(readFileSync(fixed, "utf8")).toBe(content(first));
  rmSync(following);
  expect((await syncFiles(store)).map(({ state }) => state)).toEqual(["written", "same"]);
  await unlinkFile(store, fixed);
  expect(await syncFiles(store)).toHaveLength(1);
  await removeDataset(store, "set");
  expect(await syncFiles(store)).toEqual([]);
});

test("a file that others have changed is told, left, and becomes a version when asked", async () => {
  const store = await memoryStore();
  await commitRows(store, "set", first, facts);
  const file = join(makeFolder(), "rows.jsonl");
  await linkFile(store, "set", file);
  appendFileSync(file, '{"id":"by hand"}\n');
  expect(await syncFiles(store)).toMatchObject([{ state: "changed" }]);
  expect(readFileSync(file, "utf8")).toContain("by hand");
  expect(await syncFiles(store, { importChanged: true })).toMatchObject([{ state: "written" }]);
  expect((await findVersion(store, "set")).version).toMatchObject({ number: 2, size: 3 });
  expect(await syncFiles(store)).toMatchObject([{ state: "same" }]);
  // both sides changed: nothing is lost on either
  appendFileSync(file, '{"id":"again"}\n');
  await commitRows(store, "set", second, facts);
  expect(await syncFiles(store, { importChanged: true })).toMatchObject([{ state: "changed" }]);
  expect(readFileSync(file, "utf8")).toContain("again");
  expect((await findVersion(store, "set")).version.size).toBe(2);
});

test("a file that is there already is not written over", async () => {
  const store = await memoryStore();
  await commitRows(store, "set", first, facts);
  const mine = makeFile("mine.jsonl", "mine");
  expect(await rejection(linkFile(store, "set", mine), FtError)).toMatchObject({
    code: "FT-DATASET-008",
    message: expect.stringContaining("the store did not write") as unknown,
  });
  expect(readFileSync(mine, "utf8")).toBe("mine");
});

const program = fileURLToPath(new URL("../../support/store-writer.ts", import.meta.url));

const write = (store: string, dieAt: number) =>
  spawnSync(process.execPath, ["--import", "tsx", program, store], {
    encoding: "utf8",
    env: { ...process.env, FT_TEST_DIE_AT: String(dieAt) },
  });

async function linked(): Promise<{ path: string; file: string }> {
  const path = join(makeFolder(), "ft.db");
  const file = join(dirname(path), "rows.jsonl");
  const store = await openStore(path);
  await commitRows(store, "set", first, facts);
  await linkFile(store, "set", file);
  await store.close();
  return { path, file };
}

test(
  "killed between database and file at any point, both agree again",
  { timeout: 300_000 },
  async () => {
    const whole = await linked();
    const points = Number(write(whole.path, -1).stdout);
    expect(points).toBeGreaterThan(12);
    expect(readFileSync(whole.file, "utf8")).toBe(content(second));
    const tried = rounds({ slice: 5, soak: points });
    const ends = new Set<string>();
    for (let which = 0; which < tried; which++) {
      const at = Math.floor(((which + 0.5) * points) / tried);
      const { path, file } = await linked();
      expect(write(path, at).signal, `point ${at}`).toBe("SIGKILL");
      const left = readFileSync(file, "utf8");
      expect([content(first), content(second)], `point ${at}`).toContain(left);
      const store = await fileStore(path);
      const { version } = await findVersion(store, "set");
      const [state] = await syncFiles(store);
      ends.add(
        `version ${version.number}, file ${left === content(second) ? 2 : 1}, ${state?.state}`,
      );
      expect(state?.state, `point ${at}`).not.toBe("changed");
      const rows = version.number === 1 ? first : second;
      expect(readFileSync(file, "utf8"), `point ${at}`).toBe(content(rows));
      expect(await syncFiles(store), `point ${at}`).toMatchObject([{ state: "same" }]);
      expect(readdirSync(dirname(path)).filter((name) => name.includes(".tmp-"))).toEqual([]);
    }
    expect(ends).toContain("version 1, file 1, same");
    expect(ends).toContain("version 2, file 1, written");
  },
);

test("a torn file under the right name is seen", async () => {
  const { path, file } = await linked();
  writeFileSync(file, content(first).slice(0, -5));
  expect(await syncFiles(await fileStore(path))).toMatchObject([{ state: "changed" }]);
});
