// Datasets of the platform with a million rows: pages by cursor, by place and by score, one edit with its line in the
// file, the export of all. `node --expose-gc --import tsx dev/bench/platform.ts [ROWS]`; exit 1 where a page or the export
// is slower than it is to be.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src/core/random.ts";
import { openStore } from "../../src/store/index.ts";
import {
  createFilledDataset,
  type ExampleQuery,
  exportText,
  fileInStep,
  listExamples,
  updateExample,
} from "../../src/store/platform/index.ts";
import { platformRows } from "./platform-rows.ts";

const rows = Number(process.argv[2] ?? 1_000_000);
const mostPageMilliseconds = 50;
const leastRowsPerSecond = 30_000;
const folder = mkdtempSync(join(process.env["FT_BENCH_FOLDER"] ?? tmpdir(), "ft-platform-"));
const store = await openStore(join(folder, "ft.db"));
const random = Random.fromSeed(1);
let isSlow = false;

const seconds = (from: number): number => (performance.now() - from) / 1000;
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function pages(name: string, count: number, query: () => ExampleQuery): Promise<void> {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const from = performance.now();
    const page = await listExamples(store, id, query());
    times.push(performance.now() - from);
    if (page.total === 0 || page.examples.length === 0) throw new RangeError(`${name}: no rows`);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => sorted[Math.floor(share * (count - 1))]!.toFixed(1);
  isSlow ||= Number(at(0.95)) >= mostPageMilliseconds;
  say(`${name}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`);
}

let from = performance.now();
const { id, filePath } = await createFilledDataset(store, {
  wanted: { format: "instruction", folder, domain: "bench" },
  examples: platformRows(rows, random),
});
say(`${rows} rows stored in ${seconds(from).toFixed(1)} s`);
from = performance.now();
await fileInStep(store, id);
say(
  `file of ${(statSync(filePath).size / 1e6).toFixed(0)} MB written in ${seconds(from).toFixed(1)} s`,
);

const place = (): number => random.integer(rows - 100);
await pages("page by cursor", 300, () => ({ after: String(place()) }));
await pages("page by offset", 300, () => ({ offset: place() }));
await pages("page at nine tenths", 100, () => ({ offset: Math.floor(rows * 0.9) }));
await pages("first page by score", 100, () => ({ sort: "-score" }));
await pages("page by score and cursor", 100, () => ({
  sort: "-score",
  after: `${random.integer(99) / 10 + 0.1}:${place()}`,
}));

const one = (await listExamples(store, id, { offset: Math.floor(rows / 2), limit: 1 }))
  .examples[0]!;
for (const output of ["short", "a longer answer than before"]) {
  from = performance.now();
  await updateExample(store, one.id, { content: { instruction: "edited", output } });
  say(`one line edited in ${seconds(from).toFixed(2)} s`);
}

globalThis.gc?.();
const before = process.memoryUsage().rss;
let [most, bytes] = [before, 0];
from = performance.now();
for await (const text of exportText(store, id)) {
  bytes += text.length;
  most = Math.max(most, process.memoryUsage().rss);
}
const perSecond = rows / seconds(from);
isSlow ||= perSecond < leastRowsPerSecond;
say(`export: ${Math.round(perSecond)} rows/s, ${(bytes / 1e6).toFixed(0)} MB`);
say(
  `memory while exporting: ${(most / 1e6).toFixed(0)} MB, ${((most - before) / 1e6).toFixed(0)} MB more than before`,
);
await store.close();
rmSync(folder, { recursive: true });
process.exitCode = isSlow ? 1 : 0;
