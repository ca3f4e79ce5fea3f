// Parquet as data: files of pyarrow in each compression, of this program's own writer, and damaged ones.
import { readFileSync } from "node:fs";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { readParquet } from "../../../src/data/files/parquet.ts";
import { readRows } from "../../../src/data/read.ts";
import { makeFile } from "../../support/folders.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const fixture = (name: string): string =>
  new URL(`../../fixtures/parquet/${name}`, import.meta.url).pathname;

test.each(["snappy", "zstd", "gzip", "none"])("pyarrow's, %s, in two row groups", async (name) => {
  const found = await all(readParquet(fixture(`chat-${name}.parquet`)));
  expect(found).toHaveLength(4);
  expect(found[3]).toEqual({
    line: 4,
    value: {
      messages: [
        { role: "user", content: "Hi 3" },
        { role: "assistant", content: "Grüß dich 🙂 3" },
      ],
      id: 3,
      score: 1.5,
      at: "2026-11-26T12:03:00.000Z",
      note: "n3",
    },
  });
  // 2^60 + 1 is no whole number of JavaScript's
  expect(found[1]).toMatchObject({ value: { id: "1152921504606846977" } });
  expect(found[2]).toMatchObject({ value: { note: null } });
  const rows = await all(readRows(fixture(`chat-${name}.parquet`), "auto"));
  expect(rows[0]).toMatchObject({ row: { format: "chat", line: 1, id: "0" } });
});

test("one without rows, and damaged ones", async () => {
  const bytes = parquetWriteBuffer({ columnData: [{ name: "text", data: ["one", "two"] }] });
  const whole = makeFile("a.parquet", new Uint8Array(bytes));
  expect(await all(readRows(whole, "auto"))).toHaveLength(2);
  const big = readFileSync(fixture("chat-zstd.parquet"));
  for (const content of [big.subarray(0, 300), big.subarray(300), Buffer.alloc(50), "text\n"]) {
    const file = makeFile("b.parquet", content);
    await expect(all(readRows(file, "auto"))).rejects.toThrow(/cannot be read as Parquet/);
  }
});
