// Documents that are made to be slow, large or deep: each is read or refused in less than two seconds of the processor,
// and what kills the process that reads costs that file alone.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSources, type OpenOptions } from "../../../../src/synth/sources/open.ts";
import type { SourceReport } from "../../../../src/synth/sources/report.ts";
import { hostileDocuments, pdfOf } from "../../../support/hostile-documents.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ft-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function reported(names: readonly string[], options: OpenOptions): Promise<SourceReport> {
  const opened = openSources(
    names.map((name) => join(folder, name)),
    options,
  );
  for await (const { parts } of opened)
    for await (const part of parts) expect(part.start).toBeDefined();
  return opened.report;
}

test.each(Object.keys(hostileDocuments))("%s", async (name) => {
  writeFileSync(join(folder, name), hostileDocuments[name]?.() ?? "");
  const began = process.cpuUsage();
  const { read, skipped } = await reported([name], { isInProcess: true });
  const { user, system } = process.cpuUsage(began);
  expect(read.length + skipped.length).toBe(1);
  expect(skipped.every(({ code }) => /^FT-SOURCE-00[4-8]$/.test(code))).toBe(true);
  if (/^(unpacks|twice|pages|saves|deep-tables|entities\.docx|far|rows\.)/.test(name))
    expect(skipped[0]?.code).toBe("FT-SOURCE-005");
  expect((user + system) / 1e6).toBeLessThan(2);
});

test("what gets no further, and what takes too much memory, costs itself alone", async () => {
  writeFileSync(join(folder, "1.txt"), "first");
  // states saved between comments: no guard sees it coming, and the parser takes minutes
  const stuck = "comments.pdf";
  writeFileSync(join(folder, stuck), pdfOf(1, Buffer.from("q%\n".repeat(330_000))));
  writeFileSync(join(folder, "3.txt"), "third");
  const row = JSON.stringify({ numbers: Array.from({ length: 2000 }, (_, at) => ({ at })) });
  writeFileSync(join(folder, "large.json"), `[${`${row},`.repeat(1200)}0]`);
  writeFileSync(join(folder, "5.txt"), "fifth");
  const limits = { memoryBytes: 160_000_000, busySeconds: 1 };
  const report = await reported(["1.txt", stuck, "3.txt", "large.json", "5.txt"], { limits });
  const names = report.read.map(({ source }) => source.slice(folder.length + 1));
  expect(names).toEqual(["1.txt", "3.txt", "5.txt"]);
  const [first, second] = report.skipped;
  expect(first?.code).toBe("FT-SOURCE-006");
  expect(first?.reason).toMatch(/got no further in/);
  expect(second?.code).toMatch(/^FT-SOURCE-00[56]$/);
});

test("a file that is too large is refused by its size, unless a limit takes it or it is text", async () => {
  const file = join(folder, "large.pdf");
  writeFileSync(file, "%PDF-1.7\n");
  truncateSync(file, 51_000_000);
  const { skipped } = await reported(["large.pdf"], {});
  expect(skipped[0]?.code).toBe("FT-SOURCE-002");
  expect(skipped[0]?.reason).toMatch(/^51 MB, more than the 50 MB a file of this kind may have/);
  writeFileSync(join(folder, "large.docx"), "PK\u0003\u0004");
  truncateSync(join(folder, "large.docx"), 51_000_000);
  const more = await reported(["large.docx"], { limits: { fileBytes: 60_000_000 } });
  expect(more.skipped[0]?.code).toBe("FT-SOURCE-004");
  writeFileSync(join(folder, "large.txt"), "a line of text\n".repeat(3_600_000));
  const { read } = await reported(["large.txt"], {});
  expect(read[0]?.characters).toBe(54_000_000);
}, 60_000);
