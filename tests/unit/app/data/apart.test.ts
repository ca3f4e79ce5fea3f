// What a command reads is never written over, whatever command it is and however the file is named.
import { linkSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanDataset, undoCleaning } from "../../../../src/app/data/clean.ts";
import { dedupe } from "../../../../src/app/data/dedupe.ts";
import { identifyConversations } from "../../../../src/app/data/identify.ts";
import { readDocuments } from "../../../../src/app/data/making/documents.ts";
import { prepareRows } from "../../../../src/app/data/prepare.ts";
import { sampleDataset } from "../../../../src/app/data/sample.ts";
import { splitDataset } from "../../../../src/app/data/split.ts";
import { makeFolder } from "../../../support/folders.ts";
import { settings } from "../../../support/making.ts";
import { chatRow, jsonLines } from "../../../support/rows.ts";

const rows = jsonLines(
  Array.from({ length: 9 }, (_, at) => chatRow(`What is ${at}?`, `It is number ${at}.`)),
);

/** A folder with rows, by its own name and by a link, and a document. */
function places() {
  const folder = makeFolder({ "train.jsonl": rows, "docs/faq.md": "## Is it?\n\nIt is.\n" });
  symlinkSync("train.jsonl", join(folder, "link.jsonl"));
  linkSync(join(folder, "train.jsonl"), join(folder, "hard.jsonl"));
  mkdirSync(join(folder, "out"));
  return { folder, file: join(folder, "train.jsonl"), at: (name: string) => join(folder, name) };
}

type Places = ReturnType<typeof places>;

const cleaning = {
  ...{ steps: ["length"], threshold: 0.8, against: [], overlap: 0.5, languages: [] },
  ...{ minLength: 1, minAnswer: 1, personal: {}, boilerplateShare: 0.5, likeness: 1 },
};
const splitting = {
  ...{ ratios: { train: 0.5, validation: 0.5 }, clusters: false, threshold: 0.8 },
  ...{ policy: "proportional" as const, cap: {}, seed: 0 },
};
const deduping = { threshold: 0.8, keep: "first" as const, show: 0, meaning: 0.9 };
const drawing = { count: 3, even: false, seed: 0 };
const preparing = { mix: {}, samples: {}, to: "trl", seed: 0, keepsSource: false };
const making = { count: 1, passage: 1000, keepsFound: false, settings };

const readAndWritten: Record<string, (given: Places) => Promise<unknown>> = {
  sample: ({ file }) => sampleDataset({}, { file, output: file, ...drawing }),
  "sample by a link": ({ file, at }) =>
    sampleDataset({}, { file: at("link.jsonl"), output: file, ...drawing }),
  dedupe: ({ file }) => dedupe({}, { file, output: file, ...deduping }),
  "dedupe's clusters": ({ file }) => dedupe({}, { file, clusters: file, ...deduping }),
  clean: ({ file }) => cleanDataset({}, { file, output: file, ...cleaning }),
  "clean's dropped rows": ({ file, at }) =>
    cleanDataset({}, { file, output: at("c.jsonl"), dropped: file, ...cleaning }),
  "clean's test texts": ({ file, at }) =>
    cleanDataset({}, { ...cleaning, file, against: [at("hard.jsonl")], output: at("hard.jsonl") }),
  "undoing, over the dropped rows": ({ file, at }) =>
    undoCleaning({ file: at("docs/faq.md"), undo: file, output: file, steps: [], ids: [] }),
  "split's assignments": ({ file }) => splitDataset({}, { file, assignments: file, ...splitting }),
  "split into its own folder": ({ file, folder }) =>
    splitDataset({}, { file, output: folder, ...splitting }),
  prepare: ({ file }) => prepareRows({ files: [file], out: file, ...preparing }),
  "prepare's mixture": ({ file }) =>
    prepareRows({ ...preparing, files: [], mix: { [file]: 2 }, out: file }),
  identify: ({ folder, at }) =>
    identifyConversations({ paths: [folder], output: at("docs/faq.md") }),
  create: ({ folder, at }) =>
    readDocuments({ paths: [folder], output: at("docs/faq.md"), ...making }),
};

test.each(Object.entries(readAndWritten))("%s", async (_, attempt) => {
  const given = places();
  await expect(attempt(given)).rejects.toMatchObject({ code: "FT-ROWS-006" });
  expect(readFileSync(given.file, "utf8")).toBe(rows);
  expect(readFileSync(given.at("docs/faq.md"), "utf8")).toContain("It is.");
});

test("two outputs are two files", async () => {
  const { file, at } = places();
  const both = { output: at("same.jsonl"), clusters: at("out/../same.jsonl") };
  await expect(dedupe({}, { file, ...both, ...deduping })).rejects.toMatchObject({
    code: "FT-ROWS-007",
  });
});

test("a split is named as a file in its folder is", async () => {
  const { file, at } = places();
  for (const name of ["../escaped", "a/b", "..", ".hidden", "a\\b", "a\0b"]) {
    const ratios = { train: 0.5, [name]: 0.5 };
    const attempt = splitDataset({}, { ...splitting, file, ratios, output: at("out") });
    await expect(attempt).rejects.toMatchObject({ code: "FT-SPLIT-005" });
  }
});

test("a folder where rows are asked for is told as one", async () => {
  const { folder, at } = places();
  const drawn = sampleDataset({}, { file: folder, output: at("s.jsonl"), ...drawing });
  await expect(drawn).rejects.toMatchObject({ code: "FT-ROWS-008" });
  const prepared = prepareRows({ files: [folder], out: at("p.jsonl"), ...preparing });
  await expect(prepared).rejects.toMatchObject({
    code: "FT-DATA-001",
    message: expect.stringContaining("this is a folder") as unknown,
  });
});
