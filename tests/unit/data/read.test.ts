import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DataError, FtError } from "../../../src/core/errors.ts";
import {
  EmptyDataError,
  MalformedDataError,
  MissingDataError,
  UnsupportedFileError,
} from "../../../src/data/errors.ts";
import { readRows } from "../../../src/data/read.ts";
import type { RowResult } from "../../../src/data/rows.ts";
import type { TextSample } from "../../../src/text/types.ts";
import { makeFile, makeFolder } from "../../support/folders.ts";
import { rejection } from "../../support/refusal.ts";
import { jsonLines } from "../../support/rows.ts";

async function read(file: string, format = "auto"): Promise<RowResult[]> {
  const found: RowResult[] = [];
  for await (const result of readRows(file, format)) found.push(result);
  return found;
}

async function texts(name: string, content: string | Uint8Array): Promise<[string, number][]> {
  const results = await read(makeFile(name, content));
  return results.map((result) => {
    if (!("row" in result) || result.row.sample.kind !== "text") throw new Error("not a text row");
    return [(result.row.sample as TextSample).text, result.row.line];
  });
}

const failure = (reading: Promise<unknown>): Promise<FtError> => rejection(reading, FtError);

const rows = [{ text: "one" }, { text: "two" }];

describe("what can be read", () => {
  test.each(["a.jsonl", "a.ndjson", "a.json", "a.JSONL", "a"])("JSON lines as %s", async (name) => {
    expect(await texts(name, `\n${jsonLines(rows)}`)).toEqual([
      ["one", 2],
      ["two", 3],
    ]);
  });

  test.each(["a.json", "a.jsonl", "a"])(
    "an array as %s, with the lines of its items",
    async (name) => {
      expect(await texts(name, JSON.stringify(rows, null, 2))).toEqual([
        ["one", 2],
        ["two", 5],
      ]);
    },
  );

  test("an array whose items hold brackets, commas and quotes", async () => {
    const tricky = ['a],[{"', "\\", 'b\\"', "x\n"].map((text) => ({
      text,
      more: [[{ a: [1, 2] }], []],
    }));
    const found = await texts("a.json", JSON.stringify(tricky, null, 1));
    expect(found.map(([text]) => text)).toEqual(tricky.map((row) => row.text));
    expect(found.map(([, line]) => line)).toEqual([2, 16, 30, 44]);
  });

  test("a single object, on one line or on several", async () => {
    expect(await texts("a.json", '{"text": "one"}')).toEqual([["one", 1]]);
    expect(await texts("a.json", '\n{\n "text": "one"\n}')).toEqual([["one", 2]]);
  });

  test("a byte-order mark and Windows line ends", async () => {
    expect(await texts("a.jsonl", '\uFEFF{"text":"one"}\r\n{"text":"two"}\r\n')).toHaveLength(2);
    expect(await texts("a.json", '\uFEFF[\r\n{"text":"one"}]')).toEqual([["one", 2]]);
  });

  test("CSV: quoted commas, quotes and line ends, each row with the line it begins on", async () => {
    const content = '\uFEFFtext,label\r\n"a, ""b""\nc",1\r\n\r\n plain ,\r\n';
    expect(await texts("a.csv", content)).toEqual([
      ['a, "b"\nc', 2],
      [" plain ", 5],
    ]);
    const rows = await read(makeFile("a.csv", "instruction,input,output\nAdd,,3\n"));
    expect(rows).toMatchObject([
      { row: { format: "instruction", sample: { instruction: "Add", input: "", output: "3" } } },
    ]);
  });

  test("CSV with semicolons, as the header or a first line says", async () => {
    expect(await texts("a.csv", 'text;label\n"a; b";1\nc, d;2\n')).toEqual([
      ["a; b", 2],
      ["c, d", 3],
    ]);
    expect(await texts("a.csv", "sep=;\r\ntext\r\na,b\r\n")).toEqual([["a,b", 3]]);
    expect(await texts("a.csv", "text,a;b\none,two\n")).toEqual([["one", 2]]);
    expect(await texts("a.csv", '"text","a;b;c"\none,two\n')).toEqual([["one", 2]]);
  });

  test("TSV: quotes inside a field are its own, a quoted field may hold tabs and line ends", async () => {
    const content = 'text\tlabel\n5" disk\tx\n"a\tb\n""c"""\ty\n';
    expect(await texts("a.tsv", content)).toEqual([
      ['5" disk', 2],
      ['a\tb\n"c"', 3],
    ]);
  });

  test.each(["utf16le", "utf16be"])("%s with its mark, in every kind of file", async (order) => {
    const bytes = (text: string): Buffer => {
      const little = Buffer.from(`\uFEFF${text}`, "utf16le");
      return order === "utf16le" ? little : little.swap16();
    };
    const one = [["größe 🙂", 1]];
    expect(await texts("a.jsonl", bytes('{"text":"größe 🙂"}\r\n'))).toEqual(one);
    expect(await texts("a.json", bytes('[{"text":"größe 🙂"}]'))).toEqual(one);
    expect(await texts("a.txt", bytes("größe 🙂\n"))).toEqual(one);
    const table = await texts("a.csv", bytes("text;x\r\ngröße 🙂;1\r\n"));
    expect(table).toEqual([["größe 🙂", 2]]);
  });

  test("UTF-16 longer than a chunk, cut anywhere", async () => {
    const lines = Array.from({ length: 30_000 }, (_, at) => `🙂 ${at}`);
    const found = await texts("a.txt", Buffer.from(`\uFEFF${lines.join("\n")}`, "utf16le"));
    expect(found.map(([text]) => text)).toEqual(lines);
  });

  test("plain text: a row a line", async () => {
    expect(await texts("a.txt", "one\n\n  two\n")).toEqual([
      ["one", 1],
      ["  two", 3],
    ]);
  });

  test("several formats in one file", async () => {
    const file = join(import.meta.dirname, "../../fixtures/data/mixed_format.jsonl");
    const found = await read(file);
    expect(found.map((result) => ("row" in result ? result.row.format : result))).toEqual([
      "chat",
      "text",
      "instruction",
      "instruction",
      "prompt-completion",
      "sharegpt",
    ]);
  });
});

describe("what cannot", () => {
  test("bad lines are handed over and reading goes on", async () => {
    const found = await read(makeFile("a.jsonl", '{"text":"one"}\n{"text":\n\n{"text":""}\n'));
    expect(found).toMatchObject([
      { row: { line: 1 } },
      {
        problems: [
          { kind: "unreadable", line: 2, message: expect.stringContaining("the text ends") },
        ],
      },
      { problems: [{ kind: "rule", line: 4, field: "text", message: "is empty" }] },
    ]);
  });

  test("a line that is not UTF-8", async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"text":"'),
      Buffer.from([0xe9]),
      Buffer.from('"}\n'),
    ]);
    expect(await read(makeFile("a.jsonl", bytes))).toMatchObject([
      {
        problems: [
          {
            kind: "unreadable",
            line: 1,
            message: "Invalid JSON on line 1: the line is not UTF-8 text",
          },
        ],
      },
    ]);
  });

  test("what begins as UTF-16 and is none", async () => {
    const half = Buffer.concat([Buffer.from("\uFEFFa", "utf16le"), Buffer.from([0x00])]);
    for (const name of ["a.txt", "a.jsonl"]) {
      const error = await failure(read(makeFile(name, half)));
      expect(error.message).toContain("UTF-16");
    }
  });

  test("an item of an array that stands on one line is named by its number", async () => {
    const file = makeFile("a.json", JSON.stringify([{ text: "one" }, { text: "" }, { txt: "" }]));
    expect(await read(file)).toMatchObject([
      { row: { line: 1, item: 1 } },
      { problems: [{ line: 1, item: 2, field: "text", message: "is empty" }] },
      { problems: [{ line: 1, item: 3 }] },
    ]);
  });

  test("CSV records that are none", async () => {
    const content = 'text,label\na,b,c\nok,1\n"open,1\nmore\n';
    const found = await read(makeFile("a.csv", content));
    expect(found).toMatchObject([
      { problems: [{ kind: "unreadable", line: 2, message: "line 2 has 3 fields, the header 2" }] },
      { row: { line: 3 } },
      { problems: [{ line: 4, message: "a quoted field of line 4 does not end" }] },
    ]);
  });

  test("two CSV columns of one name, of which one would be lost; columns without names", async () => {
    const found = await read(makeFile("a.csv", "text,text,,\none,two,,\n"));
    expect(found[0]).toMatchObject({
      problems: [{ kind: "unreadable", line: 1, message: 'line 1 names two columns "text"' }],
    });
    expect(await texts("b.csv", "text,,\none,,\n")).toEqual([["one", 2]]);
  });

  test("a quote inside a CSV field that is not quoted takes no other line with it", async () => {
    const found = await read(makeFile("a.csv", 'text\na"b"\n5" disk\nok\n'));
    expect(found).toMatchObject([
      { problems: [{ line: 2, message: "line 2 holds a quote in an unquoted field" }] },
      { problems: [{ line: 3, message: "line 3 holds a quote in an unquoted field" }] },
      { row: { line: 4 } },
    ]);
  });

  test("text that is not UTF-8", async () => {
    for (const name of ["a.txt", "a.csv"]) {
      const bytes = Buffer.concat([Buffer.from("text\n"), Buffer.from([0xe9, 0x0a])]);
      const found = await read(makeFile(name, bytes));
      expect(found.at(-1)).toMatchObject({
        problems: [{ line: 2, message: "line 2 is not UTF-8 text" }],
      });
    }
  });

  test("malformed JSON document: line and column", async () => {
    const file = makeFile("a.json", '[\n  {"text": "one"},\n  {"text": }\n]');
    const error = await failure(read(file));
    expect(error).toBeInstanceOf(MalformedDataError);
    expect(error.message).toBe(
      `${file}: Invalid JSON on line 3, column 12: found "}" where a value should come`,
    );
  });

  test("an array that is not UTF-8", async () => {
    const bytes = Buffer.from('["\xe9"]', "latin1");
    const document = Buffer.concat([Buffer.from("[\n"), bytes.subarray(1)]);
    const error = await failure(read(makeFile("a.json", document)));
    expect([error.name, error.message]).toEqual([
      "MalformedDataError",
      expect.stringContaining("not UTF-8 text"),
    ]);
  });

  test.each([
    ["a.jsonl", "", "the file is empty"],
    ["a.json", " \n\n", "the file holds no rows"],
    ["a.csv", "text,label\n", "the file holds no rows"],
    ["a.json", "[]", "the file holds no rows"],
  ])("%s with %j", async (name, content, message) => {
    const error = await failure(read(makeFile(name, content)));
    expect(error).toBeInstanceOf(EmptyDataError);
    expect(error.message).toContain(message);
  });

  test("an unknown extension", async () => {
    const error = await failure(read(makeFile("a.docx", "x")));
    expect(error).toBeInstanceOf(UnsupportedFileError);
    expect(error.message).toContain("Unsupported file format: .docx");
    expect(error.exitCode).toBe(4);
  });

  test("a folder", async () => {
    const error = await failure(read(makeFolder()));
    expect(error).toBeInstanceOf(UnsupportedFileError);
    expect(error.message).toContain("a folder, where a file is needed");
  });

  test("a missing file names what is near", async () => {
    const folder = makeFolder({ "train.jsonl": "{}", "notes.md": "" });
    const close = await failure(read(join(folder, "tran.jsonl")));
    expect(close).toBeInstanceOf(MissingDataError);
    expect(close.message).toContain("no such file or folder; its folder holds train.jsonl");
    expect(close.hint).toBe(`Did you mean ${folder}/train.jsonl?`);
    expect(close.exitCode).toBe(4);
    const far = await failure(read(join(folder, "none", "questions.jsonl")));
    expect(far.hint).toBe("ft train list-data");
  });

  test("a link to nothing, or to itself, is told from a missing file", async () => {
    const folder = makeFolder();
    for (const [name, to] of [
      ["nowhere.jsonl", "/none/rows.jsonl"],
      ["circle.jsonl", "circle.jsonl"],
    ] as const) {
      symlinkSync(to, join(folder, name));
      const error = await failure(read(join(folder, name)));
      expect(error).toBeInstanceOf(MissingDataError);
      expect(error.message).toContain(`a link to ${to}, which does not exist`);
      expect(error.hint).toContain(`rm ${join(folder, name)}`);
    }
  });

  test.skipIf(process.platform === "win32")(
    "a pipe is refused without waiting for who writes there",
    async () => {
      const pipe = join(makeFolder(), "pipe.jsonl");
      execFileSync("mkfifo", [pipe]);
      const error = await failure(read(pipe));
      expect(error).toBeInstanceOf(UnsupportedFileError);
      expect(error.message).toContain("a pipe or a device, which cannot be read twice");
      expect(error.hint).toContain("ft train start MODEL -");
    },
  );

  test("an empty file: what to put there", async () => {
    const error = await failure(read(makeFile("a.jsonl", "")));
    expect(error.hint).toMatch(/^put rows there, such as \{"prompt"/);
  });

  test("an unknown format is said before the file is opened", async () => {
    const error = await failure(read("absent.jsonl", "csv"));
    expect(error.message).toContain("Unknown data format 'csv'");
    expect(error).toBeInstanceOf(DataError);
  });
});
