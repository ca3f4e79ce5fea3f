import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  dataCatalogue,
  defaultDataset,
  locateData,
  shippedSets,
} from "../../../src/app/data/shipped.ts";
import { MissingDataError } from "../../../src/data/errors.ts";
import { formats } from "../../../src/data/formats/index.ts";
import { makeFolder } from "../../support/folders.ts";

const training = "data/datasets/training";

function shippedFiles(): Record<string, string> {
  const paths = shippedSets.flatMap((set) => set.files.map((name) => join(set.path, name)));
  return Object.fromEntries(paths.map((path) => [path, '{"text": "a"}\n']));
}

const places = (project: Record<string, string>, shipped = shippedFiles()) => ({
  project: makeFolder(project),
  package: makeFolder(shipped),
});

describe("locateData", () => {
  test("what is there as typed is taken first", async () => {
    const where = places({
      "data/wikisql/mine.jsonl": "",
      [`${training}/wikisql/mine.jsonl`]: "",
    });
    const typed = join(where.project, "data/wikisql/mine.jsonl");
    expect(await locateData("data/wikisql/mine.jsonl", where)).toBe(typed);
    expect(await locateData(typed, where)).toBe(typed);
  });

  test.each([
    ["data/wikisql/chat/train.jsonl", `${training}/wikisql/chat/train.jsonl`],
    ["./data/chat/general_conversation.jsonl", `${training}/chat/general_conversation.jsonl`],
    ["data/wikisql/wikisql_chat_format.jsonl", `${training}/wikisql/chat`],
    [`${training}/wikisql/wikisql_mlx_format.jsonl`, `${training}/wikisql/mlx`],
    ["data/mlx_example_data", "data/datasets/examples/mlx_example_data"],
    ["wikisql-chat", `${training}/wikisql/chat`],
    ["builtin/general-instructions", `${training}/instruction/general_instructions.jsonl`],
  ])("%s is the package's %s", async (path, expected) => {
    const where = places({});
    expect(await locateData(path, where)).toBe(join(where.package, expected));
  });

  test("the project goes before the package, in either layout", async () => {
    const where = places({ "data/chat/general_conversation.jsonl": "" });
    const newer = `${training}/chat/general_conversation.jsonl`;
    const own = join(where.project, "data/chat/general_conversation.jsonl");
    expect(await locateData(newer, where)).toBe(own);
  });

  test("what is nowhere is an error", async () => {
    const where = places({ "rows.jsonl": "" });
    await expect(locateData("row.jsonl", where)).rejects.toThrow(MissingDataError);
    await expect(locateData("row.jsonl", where)).rejects.toMatchObject({
      hint: `Did you mean ${where.project}/rows.jsonl?`,
    });
  });
});

describe("dataCatalogue", () => {
  test("has three groups, and a removed file flips its mark", () => {
    const where = places({});
    const groups = new Set(dataCatalogue(where).map((entry) => entry.group));
    expect([...groups]).toEqual([
      "WikiSQL (Database Q&A)",
      "Conversational",
      "Instruction Following",
    ]);
    expect(dataCatalogue(where).every((entry) => entry.present)).toBe(true);
    rmSync(join(where.package, training, "wikisql/chat/valid.jsonl"));
    const entry = dataCatalogue(where).find(({ name }) => name === "wikisql-chat");
    expect(entry?.present).toBe(false);
    expect(entry?.files.map((file) => file.present)).toEqual([true, false, true, true]);
  });

  test("every set's format is registered", () => {
    expect(shippedSets.filter((set) => !formats.has(set.format))).toEqual([]);
  });
});

describe("defaultDataset", () => {
  test.each(["chat", "mlx"] as const)("in the %s form", async (form) => {
    const where = places({});
    const expected = join(where.package, training, "wikisql", form);
    expect(await defaultDataset(form, where)).toBe(expected);
  });

  test("when it was removed, the error lists what there is", async () => {
    const file = `${training}/chat/general_conversation.jsonl`;
    const where = places({}, { [file]: "" });
    await expect(defaultDataset("chat", where)).rejects.toMatchObject({
      code: "FT-DATA-001",
      problems: ["general-conversation: short general conversations"],
      hint: "ft train list-data",
    });
  });
});
