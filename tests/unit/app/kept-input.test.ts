import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { extensionFor, keepInput } from "../../../src/app/data/kept-input.ts";
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
