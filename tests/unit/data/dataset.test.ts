import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Dataset, loadDataset, splitRows } from "../../../src/data/dataset.ts";
import {
  DataFormatError,
  DataValidationError,
  EmptyDataError,
  MalformedDataError,
  MissingDataError,
} from "../../../src/data/errors.ts";
import type { TextSample } from "../../../src/text/types.ts";
import { makeFile, makeFolder } from "../../support/folders.ts";
import { chatRow, jsonLines } from "../../support/rows.ts";

const options = { format: "auto", validationSplit: 0, seed: 42 };

function numbered(count: number): string {
  return jsonLines(Array.from({ length: count }, (_, index) => ({ text: `row ${index}` })));
}

function textsOf(rows: Dataset["train"]): string[] {
  return rows.map(({ sample }) => (sample as Partial<TextSample>).text ?? sample.kind);
}

describe("splits", () => {
  test("a file alone is split by the seed, in order", async () => {
    const file = makeFile("a.jsonl", numbered(20));
    const split = { ...options, validationSplit: 0.1 };
    const [first, again] = [await loadDataset(file, split), await loadDataset(file, split)];
    expect([first.train.length, first.validation.length, first.test.length]).toEqual([18, 2, 0]);
    expect(textsOf(again.validation)).toEqual(textsOf(first.validation));
    const lines = first.train.map((row) => row.line);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
    const other = await loadDataset(file, { ...split, seed: 43 });
    expect(textsOf(other.validation)).not.toEqual(textsOf(first.validation));
  });

  test.each([
    [1, 0.5, 1, 0],
    [2, 0.01, 1, 1],
    [2, 0.99, 1, 1],
    [10, 0, 10, 0],
    [100, 0.25, 75, 25],
  ])("%d rows at %d: %d and %d", (count, share, train, validation) => {
    const rows = Array.from({ length: count }, (_, index) => index);
    const parts = splitRows(rows, share, 1);
    expect([parts.train.length, parts.validation.length]).toEqual([train, validation]);
    expect([...parts.train, ...parts.validation].sort((a, b) => a - b)).toEqual(rows);
  });

  test.each(["valid.jsonl", "validation.json", "val.jsonl", "dev.ndjson"])(
    "a folder with train, %s and test is taken as it is",
    async (name) => {
      const files = { "train.jsonl": numbered(5), [name]: numbered(3), "test.jsonl": numbered(2) };
      const folder = makeFolder(files);
      const data = await loadDataset(folder, { ...options, validationSplit: 0.5 });
      expect([data.train.length, data.validation.length, data.test.length]).toEqual([5, 3, 2]);
      expect(data.files.map(({ split, rows }) => [split, rows])).toEqual([
        ["train", 5],
        ["validation", 3],
        ["test", 2],
      ]);
    },
  );

  test("a split in parts is read part by part", async () => {
    const folder = makeFolder({
      "train-00001-of-00002.jsonl": jsonLines([{ text: "second" }]),
      "train-00000-of-00002.jsonl": jsonLines([{ text: "first" }]),
      "test-00000-of-00001.csv": "text\nasked\n",
      "training-notes.jsonl": "not rows",
    });
    const data = await loadDataset(folder, options);
    expect([textsOf(data.train), textsOf(data.test)]).toEqual([["first", "second"], ["asked"]]);
  });

  test("of a folder without a train file all that can be read is trained on", async () => {
    const files = {
      "b.csv": "text\nb\n",
      "a.jsonl": jsonLines([{ text: "a" }]),
      "c.json": JSON.stringify([{ text: "c" }]),
      "valid.jsonl": jsonLines([{ text: "kept apart" }]),
      "README.txt": "about",
      "notes.txt": "about",
      ".hidden.jsonl": "x",
      "picture.png": "x",
    };
    const data = await loadDataset(makeFolder(files), options);
    expect(textsOf(data.train)).toEqual(["a", "b", "c"]);
    expect(textsOf(data.validation)).toEqual(["kept apart"]);
    expect(data.files.map(({ split }) => split)).toEqual(["train", "train", "train", "validation"]);
    const texts = makeFolder({ "a.txt": "one\n", "b.txt": "two\n", "LICENSE.txt": "no" });
    expect(textsOf((await loadDataset(texts, options)).train)).toEqual(["one", "two"]);
  });

  test("folders that are called like a split are something else", async () => {
    const folder = makeFolder({
      "train.jsonl": numbered(2),
      "test/notes.md": "",
      "dev/build.log": "",
    });
    const data = await loadDataset(folder, options);
    expect(data.files.map(({ split }) => split)).toEqual(["train"]);
  });

  test("a validation file goes before the folder's own and any split", async () => {
    const folder = makeFolder({ "train.jsonl": numbered(5), "valid.jsonl": numbered(3) });
    const validationFile = makeFile("mine.jsonl", jsonLines([{ text: "mine" }]));
    const data = await loadDataset(folder, { ...options, validationFile, validationSplit: 0.5 });
    expect([data.train.length, textsOf(data.validation)]).toEqual([5, ["mine"]]);
  });

  test("each file's hash is that of its bytes", async () => {
    const content = numbered(3);
    const data = await loadDataset(makeFile("a.jsonl", content), options);
    expect(data.files[0]?.sha256).toBe(createHash("sha256").update(content).digest("hex"));
  });
});

describe("rows that cannot be used", () => {
  const bad = jsonLines([{ text: "one" }, { text: "" }, { txt: "x" }, { text: "two" }]);

  test("are left out when that is asked for, each listed", async () => {
    const lines = `${bad}{"text":\n`;
    const file = makeFile("a.jsonl", lines);
    const data = await loadDataset(file, { ...options, skipBadRows: true });
    expect(textsOf(data.train)).toEqual(["one", "two"]);
    expect(data.skipped).toMatchObject([
      { file, line: 2, field: "text", message: "is empty" },
      { file, line: 3, message: expect.stringContaining("unknown format") },
      { file, line: 5, kind: "unreadable" },
    ]);
    await expect(loadDataset(file, options)).rejects.toThrow("3 rows cannot be used");
  });

  test("all of them: nothing is left, and why", async () => {
    const file = makeFile("a.jsonl", jsonLines([{ text: "" }]));
    await expect(loadDataset(file, { ...options, skipBadRows: true })).rejects.toMatchObject({
      code: "FT-DATA-004",
      problems: [`${file}: line 1, text: is empty`],
    });
  });

  test("an item of an array is named by its number", async () => {
    const file = makeFile("a.json", '[{"text":"one"},{"text":""}]');
    await expect(loadDataset(file, options)).rejects.toMatchObject({
      message: `${file}, line 1, item 2, text: is empty`,
      hint: expect.stringMatching(/^fix item 2 of /),
    });
  });
});

describe("summary", () => {
  test("counts formats, messages and lengths", async () => {
    const file = join(import.meta.dirname, "../../fixtures/data/mixed_format.jsonl");
    const { summary, formatLine } = await loadDataset(file, options);
    expect(summary).toEqual({
      totalItems: 6,
      formatCounts: {
        chat: 1,
        text: 1,
        instruction: 2,
        "prompt-completion": 1,
        sharegpt: 1,
      },
      messagesFormatCount: 3,
      instructionFormatCount: 2,
      textFormatCount: 1,
      messages: { count: 3, average: 7 / 3, minimum: 2, maximum: 3 },
      conversationLength: { count: 3, average: 95 / 3, minimum: 16, maximum: 50 },
      instructionLength: { count: 2, average: 18.5, minimum: 14, maximum: 23 },
      outputLength: { count: 2, average: 3, minimum: 1, maximum: 5 },
      textLength: { count: 1, average: 39, minimum: 39, maximum: 39 },
    });
    expect(formatLine).toBe(
      "mixed: 1 row in chat message format, 1 row in MLX text format, " +
        "2 rows in instruction format, 1 row in prompt and completion format, " +
        "1 row in ShareGPT conversation format (auto-detected)",
    );
  });

  test.each([
    ["auto", "chat message format (auto-detected)"],
    ["chat", "chat message format (override)"],
  ])("format %s", async (format, line) => {
    const file = makeFile("a.jsonl", jsonLines([chatRow("Hi", "Hello")]));
    expect((await loadDataset(file, { ...options, format })).formatLine).toBe(line);
  });

  test("mlx asked for is the text format", async () => {
    const data = await loadDataset(makeFile("a.jsonl", numbered(1)), { ...options, format: "mlx" });
    expect(data.formatLine).toBe("MLX text format (override)");
  });
});

describe("errors", () => {
  test("one bad row: file, line, field and the command that lists them", async () => {
    const good = chatRow("Hi", "Hello");
    const bad = { messages: [{ role: "user", content: "Hi" }] };
    const file = makeFile("a.jsonl", jsonLines([good, bad]));
    await expect(loadDataset(file, options)).rejects.toMatchObject({
      name: "DataValidationError",
      code: "FT-DATA-006",
      exitCode: 4,
      at: { file, line: 2, field: "messages" },
      message: expect.stringContaining("no assistant message: nothing to learn from"),
      hint: `fix line 2 of ${file}, or leave it out, and run the command again`,
    });
  });

  test("one malformed line says so in the words people search for", async () => {
    const file = makeFile("a.jsonl", '{"text":"a"}\n{"text" "b"}\n');
    await expect(loadDataset(file, options)).rejects.toThrow(MalformedDataError);
    await expect(loadDataset(file, options)).rejects.toThrow(`${file}: Invalid JSON on line 2: `);
  });

  test("all bad rows of all files come at once; those that say the same are one line", async () => {
    const bad = jsonLines(Array.from({ length: 30 }, () => ({ text: "" })));
    const folder = makeFolder({ "train.jsonl": bad, "valid.jsonl": `${bad}nonsense\n` });
    const error: unknown = await loadDataset(folder, options).catch((reason: unknown) => reason);
    if (!(error instanceof DataValidationError)) throw new Error("another error");
    expect(error.message).toContain("61 rows cannot be used (61 problems)");
    expect(error.problems).toEqual([
      `${folder}/train.jsonl: line 1, text: is empty (30 rows, the last on line 30)`,
      `${folder}/valid.jsonl: line 1, text: is empty (30 rows, the last on line 30)`,
      expect.stringContaining(`${folder}/valid.jsonl: Invalid JSON on line 31`),
    ]);
  });

  test("a long list of different problems is cut with a count of all the others", async () => {
    const bad = Array.from({ length: 30 }, (_, at) => ({ [`field${at}`]: "" }));
    const file = makeFile("a.jsonl", jsonLines([...bad, { field0: "" }]));
    const error: unknown = await loadDataset(file, options).catch((reason: unknown) => reason);
    if (!(error instanceof DataValidationError)) throw new Error("another error");
    expect(error.message).toContain("31 rows cannot be used (31 problems)");
    expect(error.problems).toHaveLength(21);
    expect(error.problems[0]).toMatch(/^line 1: .*field0 \(2 rows, the last on line 31\)$/);
    expect(error.problems[20]).toBe("… and 10 more");
  });

  test.each([
    [{ frage: "Is it?", antwort: "It is." }, "prompt=frage,completion=antwort"],
    [{ id: "7", answer: "It is.", question: "Is it?" }, "prompt=question,completion=answer"],
  ])("columns %o: the command that renames them", async (row, columns) => {
    const file = makeFile("a.jsonl", jsonLines([row, row]));
    await expect(loadDataset(file, options)).rejects.toMatchObject({
      hint: `ft data prepare ${file} -o rows.jsonl --columns ${columns} writes rows that can be trained on`,
    });
  });

  test("one column renames to nothing: the hint is to fix the line", async () => {
    const file = makeFile("a.jsonl", jsonLines([{ promt: "Is it?" }]));
    await expect(loadDataset(file, options)).rejects.toMatchObject({
      hint: expect.stringMatching(/^fix line 1 of /),
    });
  });

  test("problems of two files name their file", async () => {
    const files = { "train.jsonl": '{"text":""}\n', "valid.jsonl": "nonsense\n" };
    const folder = makeFolder(files);
    await expect(loadDataset(folder, options)).rejects.toMatchObject({
      at: {},
      problems: [
        `${folder}/train.jsonl: line 1, text: is empty`,
        expect.stringContaining(`${folder}/valid.jsonl: Invalid JSON on line 1: found "n"`),
      ],
    });
  });

  test("another format than asked for names the first such line", async () => {
    const rows = [{ text: "a" }, chatRow("Hi", "Hello"), chatRow("Hi", "Hello")];
    const file = makeFile("a.jsonl", jsonLines(rows));
    const loading = loadDataset(file, { ...options, format: "mlx" });
    await expect(loading).rejects.toThrow(DataFormatError);
    await expect(loading).rejects.toMatchObject({
      at: { file, line: 2 },
      exitCode: 4,
      hint: "Use --format auto",
    });
    await expect(loading).rejects.toThrow("as --format mlx asks");
  });

  test("a folder without train rows lists what it holds", async () => {
    const folder = makeFolder({ "notes.md": "{}" });
    await expect(loadDataset(folder, options)).rejects.toThrow(MissingDataError);
    await expect(loadDataset(folder, options)).rejects.toThrow("it holds notes.md");
    await expect(loadDataset(makeFolder(), options)).rejects.toThrow("it holds nothing");
  });

  test("an empty validation file is an error of its own", async () => {
    const folder = makeFolder({ "train.jsonl": numbered(2), "valid.jsonl": "" });
    await expect(loadDataset(folder, options)).rejects.toThrow(EmptyDataError);
  });
});
