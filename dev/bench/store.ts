// Measures the store: rows kept, compared, paged, written out and searched, units of the queue. ROWS (1,000,000 unless
// said) and UNITS may be given: `node --import tsx dev/bench/store.ts 100000 5000`.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src/core/random.ts";
import {
  commitRows,
  countRows,
  createJob,
  editRows,
  exportVersion,
  findVersion,
  indexRecords,
  noEdits,
  openStore,
  readPage,
  recordText,
  runWorker,
  unitKinds,
  VersionComparison,
} from "../../src/store/index.ts";

const rowCount = Number(process.argv[2] ?? 1_000_000);
const unitCount = Number(process.argv[3] ?? 10_000);

const folder = mkdtempSync(join(tmpdir(), "ft-store-"));
const path = join(folder, "ft.db");
const store = await openStore(path);
const random = Random.fromSeed(1);

/** A conversation of about 480 bytes. */
const row = (id: number, answer = "the answer") => {
  const words = Array.from({ length: 12 }, (_, word) => `word${(id * 31 + word * 7) % 5003}`).join(
    " ",
  );
  const user = {
    role: "user",
    content: `Question ${id}: ${words} and what else is to be said of it?`,
  };
  const assistant = {
    role: "assistant",
    content: `It is ${answer} to ${id}, for ${words}, as far as is known.`,
  };
  return JSON.stringify({
    id: `row-${id}`,
    messages: [user, assistant],
    meta: { source: id % 97 },
  });
};

function* rows(): Generator<string> {
  for (let id = 0; id < rowCount; id++) yield row(id);
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** Runs `work`; prints how many of its `count` a second, by the clock and by processor time, and the memory after it. */
async function measured(what: string, count: number, work: () => Promise<void>): Promise<void> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const busy = (user + system) / 1e6;
  const rates = `${Math.round(count / seconds)}/s, ${Math.round(count / busy)} a processor second`;
  const memory = megabytes(process.memoryUsage().rss);
  console.log(`${what}: ${count} in ${seconds.toFixed(2)} s (${rates}), ${memory} resident`);
}

const percentile = (times: number[], share: number) =>
  times.sort((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;

async function pageTimes(versionId: number): Promise<void> {
  const times: number[] = [];
  for (let page = 0; page < 300; page++) {
    const start = performance.now();
    await readPage(store, versionId, { after: random.integer(rowCount) - 1, limit: 100 });
    times.push(performance.now() - start);
  }
  console.log(
    `a page of 100 at any place: median ${percentile(times, 0.5).toFixed(2)} ms, p95 ${percentile(times, 0.95).toFixed(2)} ms`,
  );
}

async function compared(what: string, before: number, after: number): Promise<void> {
  await measured(`differences, ${what}`, rowCount, async () => {
    const comparison = await VersionComparison.of(store, before, after);
    let found = 0;
    for await (const difference of comparison.rows()) found += Number(difference.key !== null);
    console.log(`  ${found} found: ${JSON.stringify(comparison.counts)}`);
    await comparison.end();
  });
}

await measured("rows kept", rowCount, async () => {
  await commitRows(store, "set", rows(), { action: "import" });
});
const { version: first } = await findVersion(store, "set");
console.log(`the file: ${megabytes(statSync(path).size)}`);
await pageTimes(first.id);
await measured("one row changed", 1, async () => {
  const edits = noEdits();
  edits.replaced.set(
    Math.floor(rowCount / 2),
    recordText(row(Math.floor(rowCount / 2), "another")),
  );
  await editRows(store, { name: "set", edits });
});
const { version: second } = await findVersion(store, "set");
await compared("one row", first.id, second.id);
await measured("one row in a thousand changed", rowCount / 1000, async () => {
  const edits = noEdits();
  for (let id = 0; id < rowCount; id += 1000)
    edits.replaced.set(id, recordText(row(id, "a third")));
  await editRows(store, { name: "set", edits });
});
const { version: third } = await findVersion(store, "set");
await compared("one row in a thousand", first.id, third.id);
await measured("written out", rowCount, async () => {
  await exportVersion(store, third.id, join(folder, "out.jsonl"));
});
await measured("filtered", rowCount, async () => {
  await countRows(store, third.id, { filters: [{ field: "meta.source", is: "equal", value: 5 }] });
});
await measured("indexed for search", rowCount, () => indexRecords(store));
await measured("a search, first page", 1, async () => {
  await readPage(store, third.id, { search: "word17 word24", limit: 100 });
});

const kinds = unitKinds({ nothing: { concurrency: 64, run: async () => ({}) } });
const units = Array.from({ length: unitCount }, (_, index) => ({ key: `u${index}` }));
const { id } = await createJob(store, { kind: "nothing", units });
await measured("units of the queue, one worker, eight slots", unitCount, () =>
  runWorker(store, kinds, { slots: 8, untilEnded: id }),
);
await store.close();
rmSync(folder, { recursive: true });
