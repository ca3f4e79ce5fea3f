import { existsSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { extensionFor, keepInput, pruneKeptInput } from "../../../src/app/data/kept-input.ts";
import { openRun, recordRun } from "../../../src/runs/index.ts";
import { makeFolder } from "../../support/folders.ts";

beforeEach(() => {
  process.env["FT_HOME"] = makeFolder();
});

async function* chunks(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

test.each([
  ['{"text": "one"}\n', ".jsonl"],
  ['\n [{"text": "one"}]', ".jsonl"],
  ["instruction,output\nAdd,3\n", ".csv"],
  ['"prompt";"completion"\na;b\n', ".csv"],
  ["text\tlabel\na\tb\n", ".tsv"],
  ["Once upon a time, there was\n", ".txt"],
  ["", ".txt"],
])("%j becomes a file ending in %s", (text, extension) => {
  expect(extensionFor(Buffer.from(text))).toBe(extension);
  expect(extensionFor(Buffer.from(`\uFEFF${text}`, "utf16le"))).toBe(extension);
});

test("what is piped in is kept once, whatever its parts", async () => {
  const file = await keepInput(chunks('{"text":', '"one"}\n'));
  expect(readFileSync(file, "utf8")).toBe('{"text":"one"}\n');
  expect(await keepInput(chunks('{"text":"one"}\n'))).toBe(file);
  expect(readdirSync(dirname(file))).toEqual([basename(file)]);
});

test("input that breaks off leaves nothing", async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from("{");
    throw new Error("gone");
  }
  await expect(keepInput(broken())).rejects.toThrow("gone");
  expect(readdirSync(`${process.env["FT_HOME"]}/input`)).toEqual([]);
});

async function makeRun(runId: string, dataset: string): Promise<string> {
  const run = openRun(join(makeFolder(), "run"), { runId });
  const createdAt = new Date().toISOString();
  await run.writeRecord({ createdAt, config: {} });
  const of = { model: "builtin/tiny", dataset, method: "lora" };
  await recordRun({ runId, outputDir: run.path, startedAt: createdAt, ...of });
  run.close();
  return run.path;
}

test("what was piped into runs that are gone is removed, and only that", async () => {
  const [shared, gone, starting] = [
    await keepInput(chunks('{"text":"shared"}')),
    await keepInput(chunks('{"text":"gone"}')),
    await keepInput(chunks('{"text":"starting"}')),
  ];
  await makeRun("there", shared);
  const folders = [await makeRun("gone-1", shared), await makeRun("gone-2", gone)];
  expect(pruneKeptInput({ dryRun: false })).toEqual([]);
  for (const folder of folders) rmSync(folder, { recursive: true });
  expect(pruneKeptInput({ dryRun: true })).toEqual([{ path: gone, bytes: 15 }]);
  expect(existsSync(gone)).toBe(true);
  expect(pruneKeptInput({ dryRun: false })).toEqual([{ path: gone, bytes: 15 }]);
  expect([shared, gone, starting].map((file) => existsSync(file))).toEqual([true, false, true]);
  utimesSync(starting, 1, 1);
  expect(pruneKeptInput({ dryRun: false })).toEqual([{ path: starting, bytes: 19 }]);
});
