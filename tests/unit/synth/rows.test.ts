// Rows of files of JSON lines: whatever the lengths of lines, the encoding and the ends of blocks, each row has its line,
// and what is none is named by its.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { lineCount, readLineBlocks, rowLines, rowsOf } from "../../../src/synth/rows/row-blocks.ts";
import { rounds } from "../../support/soak.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ft-rows-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(bytes: string | Uint8Array): Promise<[line: number, text: string][]> {
  const file = join(folder, "rows.jsonl");
  writeFileSync(file, bytes);
  const rows: [number, string][] = [];
  const passed: string[] = [];
  let lines = 0;
  for await (const block of readLineBlocks(file)) {
    expect(block.firstLine).toBe(lines + 1);
    lines += lineCount(block.bytes);
    for (const { line, text, value } of rowsOf(block, file)) {
      if (JSON.stringify(value) !== text) expect(value).toEqual(JSON.parse(text));
      rows.push([line, text]);
    }
    passed.push(...rowLines(block, file));
    // a thread takes the whole buffer: nothing else may lie in it
    structuredClone(block.bytes, { transfer: [block.bytes.buffer as ArrayBuffer] });
  }
  expect(passed).toEqual(rows.map(([, text]) => text));
  return rows;
}

/** What reading line by line gives. */
const expected = (text: string): [number, string][] =>
  text
    .split("\n")
    .map((line, at): [number, string] => [at + 1, line.replace(/\r$/, "")])
    .filter(([, line]) => line.trim() !== "");

/** Lines of a few bytes to three blocks. */
function drawnText(random: Random): string {
  const lines = Array.from({ length: 1 + random.integer(60) }, () => {
    if (random.next() < 0.1) return " ".repeat(random.integer(3));
    const length = Math.floor(Math.exp(random.next() * Math.log(1_500_000)));
    return JSON.stringify({ text: ["a", "é", "漢", "🙂"][random.integer(4)]!.repeat(length) });
  });
  return lines.join(random.next() < 0.5 ? "\n" : "\r\n") + (random.next() < 0.5 ? "\n" : "");
}

test("lines of all lengths, over the ends of blocks", async () => {
  const random = Random.fromSeed(3);
  for (let round = 0; round < rounds({ slice: 4, soak: 200 }); round++) {
    const text = drawnText(random);
    const rows = await read(text);
    // compared as text: a difference of megabytes takes minutes to tell
    expect(JSON.stringify(rows) === JSON.stringify(expected(text))).toBe(true);
  }
});

test("many short lines, a mark at the beginning, UTF-16, nothing", async () => {
  const text = Array.from({ length: 100_000 }, (_, at) => `{"n":${at}}`).join("\n");
  expect(await read(text)).toEqual(expected(text));
  expect(await read(`\uFEFF${text}`)).toEqual(expected(text));
  expect(await read(Buffer.from(`\uFEFF${text}\n`, "utf16le"))).toEqual(expected(text));
  expect(await read("")).toEqual([]);
  expect(await read("\n\r\n")).toEqual([]);
});

const many = '{"a":1}\n'.repeat(90_000);

test.each([
  ["a line that is cut", '{"a":'],
  ["two rows in a line", '{"a":1},{"a":2}'],
  ["another value", "[1]"],
  ["half a row that the next line ends", '{"a":[{}\n{}]}'],
])("%s is named by its number", async (_, line) => {
  await expect(read(`${many}${line}\n${many}`)).rejects.toMatchObject({
    code: "FT-ROWS-001",
    at: { line: 90_001 },
  });
});

test("bytes that are no UTF-8 are named by their line, at the end of the file too", async () => {
  for (const after of ["\n", "", `\n${many}`])
    await expect(
      read(
        Buffer.concat([
          Buffer.from(`${many}\n{"a":"`),
          Buffer.from([0xff]),
          Buffer.from(`"}${after}`),
        ]),
      ),
    ).rejects.toMatchObject({ code: "FT-ROWS-001", at: { line: 90_002 } });
});
