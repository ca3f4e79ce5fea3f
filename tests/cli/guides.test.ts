// The guides are run as they stand: each line of their shell blocks, in a folder that has the documents they name.
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blocksOf, root } from "../support/documents.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { needsRealModel } from "../support/real-model.ts";

/** Words of a line; those between double quotes are one. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

async function follow(guide: string): Promise<string> {
  const cwd = makeFolder();
  cpSync(join(root, "data/examples/documents"), join(cwd, "data/examples/documents"), {
    recursive: true,
  });
  const blocks = blocksOf(guide).filter(({ language }) => language === "sh");
  const lines = blocks.flatMap(({ text }) => text.trim().split("\n"));
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) {
    const [program, ...args] = wordsOf(line);
    expect(program).toBe("ft");
    const ended = await runProgram(args, { cwd });
    expect(ended.code, `${line}\n${ended.stderr}`).toBe(0);
  }
  expect(existsSync(join(cwd, "tuned/final_model/adapters.safetensors"))).toBe(true);
  return cwd;
}

test("from documents to a tuned model", { timeout: 600_000 }, async () => {
  const cwd = await follow("docs/guides/from-documents.md");
  const found = readFileSync(join(cwd, "found.jsonl"), "utf8").trim().split("\n");
  expect(found).toHaveLength(4);
});

test("rows made by our own engine", { timeout: 600_000 }, async (context) => {
  needsRealModel(context);
  const cwd = await follow("docs/guides/made-from-documents.md");
  const made = readFileSync(join(cwd, "made.jsonl"), "utf8").trim().split("\n");
  expect(made).toHaveLength(4);
});
