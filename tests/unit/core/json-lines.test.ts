import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { JsonLinesWriter, readJsonLines, readTextLines } from "../../../src/core/json-lines.ts";
import { makeFile, makeFolder } from "../../support/folders.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("readJsonLines", () => {
  test("counts blank lines, takes CRLF, a byte-order mark and a last line without an end", async () => {
    const file = makeFile("a.jsonl", '\uFEFF{"a":1}\r\n\r\n  \n{"a":"\u2028"}\n[3]');
    expect(await all(readJsonLines(file))).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 4, value: { a: "\u2028" } },
      { line: 5, value: [3] },
    ]);
  });

  test("reports a malformed line and goes on", async () => {
    const found = await all(readJsonLines(makeFile("a.jsonl", '{"a":1}\n{"a":}\n{"a":3}\n')));
    expect(found[1]).toMatchObject({ line: 2, column: 6 });
    expect(found[2]).toEqual({ line: 3, value: { a: 3 } });
  });

  test("reports a line that is not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n"'), Buffer.from([0xff, 0xfe, 0x22])]);
    const found = await all(readJsonLines(makeFile("a.jsonl", bytes)));
    expect(found[1]).toEqual({ line: 2, problem: "the line is not UTF-8 text" });
  });

  test("joins lines and characters cut by the reader's chunks", async () => {
    const values = Array.from({ length: 40 }, (_, index) => "ü€𝄞".repeat(7_000 + index));
    const file = makeFile("a.jsonl", values.map((value) => JSON.stringify(value)).join("\n"));
    const found = await all(readJsonLines(file));
    expect(found).toEqual(values.map((value, index) => ({ line: index + 1, value })));
  });

  test("an empty file has no lines", async () => {
    expect(await all(readTextLines(makeFile("a.jsonl", "")))).toEqual([]);
  });
});

describe("memory", () => {
  test("reading 40 MB holds no more than a small part of it", async () => {
    const file = makeFile(
      "big.jsonl",
      `${JSON.stringify({ text: "x".repeat(990) })}\n`.repeat(40_000),
    );
    const start = process.memoryUsage().heapUsed;
    let most = 0;
    let lines = 0;
    for await (const line of readJsonLines(file)) {
      lines += line.line > 0 ? 1 : 0;
      if (lines % 500 === 0) most = Math.max(most, process.memoryUsage().heapUsed - start);
    }
    expect(lines).toBe(40_000);
    // Garbage not yet collected counts too; holding the rows would take 40 MB and more.
    expect(most).toBeLessThan(30e6);
  });
});

describe("JsonLinesWriter", () => {
  test("appends whole lines to what is there", async () => {
    const file = join(makeFolder(), "events.jsonl");
    for (const value of [{ n: 1 }, { n: 2 }]) {
      using writer = new JsonLinesWriter(file);
      writer.append(value);
      writer.sync();
    }
    expect(readFileSync(file, "utf8")).toBe('{"n":1}\n{"n":2}\n');
  });

  test("ends a torn line before the next", async () => {
    const file = makeFile("events.jsonl", "");
    writeFileSync(file, '{"n":1}\n{"n":');
    const writer = new JsonLinesWriter(file);
    writer.append({ n: 3 });
    writer.close();
    expect(await all(readJsonLines(file))).toMatchObject([
      { line: 1, value: { n: 1 } },
      { line: 2, problem: expect.stringContaining("the text ends") },
      { line: 3, value: { n: 3 } },
    ]);
  });
});
