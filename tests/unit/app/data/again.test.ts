// The same command once more, in a folder that it reads: what it wrote the last time is none of the documents.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { identifyConversations } from "../../../../src/app/data/identify.ts";
import { readDocuments } from "../../../../src/app/data/making/documents.ts";
import { makeFolder } from "../../../support/folders.ts";
import { settings } from "../../../support/making.ts";
import { jsonLines } from "../../../support/rows.ts";

const talk = "Q: Where is it?\nA: It is here.\n\nQ: And when?\nA: At noon.\n";
const making = { count: 1, passage: 1000, keepsFound: true, settings };

test("identify finds the same, and says that its rows and texts were left out", async () => {
  // no part of its path is hidden, as the tests' own folder is: texts are laid below their sources' whole paths
  const folder = mkdtempSync(join(tmpdir(), "ft-again-"));
  mkdirSync(join(folder, "docs"));
  writeFileSync(join(folder, "docs/faq.txt"), talk);
  const [output, writeText] = [join(folder, "found.jsonl"), join(folder, "texts")];
  const request = { paths: [folder], output, writeText };
  const first = await identifyConversations(request);
  const rows = readFileSync(output, "utf8");
  expect(first.skipped).toEqual([]);
  const second = await identifyConversations(request);
  expect(readFileSync(output, "utf8")).toBe(rows);
  expect(second.sources.length).toBe(1);
  expect(second.skipped.map(({ code, source }) => [code, source.slice(folder.length + 1)])).toEqual(
    [
      ["FT-SOURCE-009", "found.jsonl"],
      ["FT-SOURCE-009", `texts${folder}/docs/faq.txt.txt`],
    ],
  );
  expect(second.skipped[0]?.reason).toMatch(/what this command wrote before/);
  rmSync(folder, { recursive: true });
});

test("nothing found is written and left out as well; a pattern does as a folder", async () => {
  const folder = makeFolder({ "note.txt": "Nobody talks here.\n" });
  const request = { paths: [join(folder, "*")], output: join(folder, "found.jsonl") };
  await identifyConversations(request);
  const { skipped } = await identifyConversations(request);
  expect(skipped.length).toBe(1);
});

test("create reads the same documents, so that it goes on with the same job", async () => {
  const folder = makeFolder({ "faq.txt": talk });
  const wanted = { paths: [folder], output: join(folder, "rows.jsonl"), ...making };
  const { digest } = await readDocuments(wanted);
  const row = { id: "a", messages: [], meta: { mode: "create", origin: "made" } };
  writeFileSync(wanted.output, jsonLines([row]));
  const again = await readDocuments(wanted);
  expect(again.digest).toBe(digest);
  expect(again.report.skipped.length).toBe(1);
});

test("named itself, or another's, it is read, and then not written over", async () => {
  const folder = makeFolder({ "faq.txt": talk, "mine.jsonl": jsonLines([{ text: "mine" }]) });
  const output = join(folder, "found.jsonl");
  await identifyConversations({ paths: [folder], output });
  const named = identifyConversations({ paths: [folder, output], output });
  await expect(named).rejects.toMatchObject({ code: "FT-ROWS-006" });
  const mine = identifyConversations({ paths: [folder], output: join(folder, "mine.jsonl") });
  await expect(mine).rejects.toMatchObject({ code: "FT-ROWS-006" });
});
