// Datasets and examples of the dataset creator: made, listed by place, by cursor, by score and by words.
import { basename } from "node:path";
import { expect, test } from "vitest";
import { FtError } from "../../../../src/core/errors.ts";
import { createJob, inTransaction, type Store } from "../../../../src/store/index.ts";
import {
  appendExample,
  appendExamples,
  createDataset,
  createGenerationJob,
  createQualityJob,
  jobOfPlatformId,
  listDatasets,
  listExamples,
  readDataset,
  readExample,
} from "../../../../src/store/platform/index.ts";
import { makeFolder } from "../../../support/folders.ts";
import { memoryStore } from "../../../support/open-stores.ts";
import { rejection } from "../../../support/refusal.ts";

const row = (n: number) => ({ instruction: `question ${n}`, output: `answer ${n}` });

async function filled(count: number): Promise<{ store: Store; id: number }> {
  const store = await memoryStore();
  const { id } = await createDataset(store, { format: "instruction", folder: makeFolder() });
  const examples = Array.from({ length: count }, (_, n) => ({
    content: row(n),
    qualityScore: n % 10 === 0 ? null : n % 10,
  }));
  await appendExamples(store.db, id, examples);
  return { store, id };
}

test("files are named by domain and time; two in one second have two names", async () => {
  const store = await memoryStore({ now: Date.UTC(2026, 10, 27, 8, 30, 1) });
  const folder = makeFolder();
  const wanted = { domain: "Sales & Negotiation", format: "chat", folder } as const;
  const made = [await createDataset(store, wanted), await createDataset(store, wanted)];
  expect(made.map(({ filePath }) => basename(filePath))).toEqual([
    "sales_negotiation_20261127_083001.jsonl",
    "sales_negotiation_20261127_083002.jsonl",
  ]);
  expect(await readDataset(store, made[0]!.id)).toEqual(made[0]);
  expect(await rejection(readDataset(store, 99), FtError)).toMatchObject({
    code: "FT-PLATFORM-001",
  });
});

test("datasets are listed by domain and format, in pages", async () => {
  const store = await memoryStore();
  const folder = makeFolder();
  for (const [domain, format] of [
    ["Legal", "chat"],
    ["Legal", "instruction"],
    ["Medical", "chat"],
  ] as const) {
    await createDataset(store, { domain, format, folder });
  }
  const ids = async (query = {}) => (await listDatasets(store, query)).datasets.map(({ id }) => id);
  expect(await ids()).toEqual([3, 2, 1]);
  expect(await ids({ domain: "Legal" })).toEqual([2, 1]);
  expect(await ids({ domain: "Legal", format: "chat" })).toEqual([1]);
  expect(await listDatasets(store, { limit: 2 })).toMatchObject({ total: 3, next: 2 });
  expect(await listDatasets(store, { limit: 2, after: 2 })).toMatchObject({
    total: 3,
    next: null,
    datasets: [{ id: 1 }],
  });
});

test("any place of a list is found, by offset and by cursor; the last page is short", async () => {
  const { store, id } = await filled(2500);
  const page = await listExamples(store, id, { offset: 2450 });
  expect(page.total).toBe(2500);
  expect(page.examples).toHaveLength(50);
  expect(page.next).toBeNull();
  expect(page.examples[0]).toMatchObject({ index: 2450, content: row(2450) });
  const seen: number[] = [];
  for (let after: string | undefined, turn = 0; turn < 100; turn++) {
    const { examples, next } = await listExamples(store, id, { after, limit: 300 });
    seen.push(...examples.map(({ index }) => index));
    if (next === null) break;
    after = next;
  }
  expect(seen).toEqual(Array.from({ length: 2500 }, (_, n) => n));
  expect((await listExamples(store, id, { offset: 9999 })).examples).toEqual([]);
});

test("scores: a range of them, and pages in their order with those without one last", async () => {
  const { store, id } = await filled(100);
  const good = await listExamples(store, id, { minScore: 8, maxScore: 8.5, limit: 5 });
  expect(good.total).toBe(10);
  expect(good.examples.map(({ index }) => index)).toEqual([8, 18, 28, 38, 48]);
  for (const sort of ["score", "-score"] as const) {
    const seen: (number | null)[] = [];
    let after: string | undefined;
    do {
      const page = await listExamples(store, id, { sort, limit: 7, after });
      seen.push(...page.examples.map(({ qualityScore }) => qualityScore));
      after = page.next ?? undefined;
    } while (after !== undefined);
    const scored = seen.slice(0, 90);
    const direction = sort === "score" ? 1 : -1;
    expect(scored).toEqual(scored.toSorted((a, b) => direction * (a! - b!)));
    expect(seen.slice(90)).toEqual(Array.from({ length: 10 }, () => null));
  }
  const best = await listExamples(store, id, { sort: "-score", offset: 85, limit: 10 });
  expect(best.examples.map(({ qualityScore }) => qualityScore).slice(4, 6)).toEqual([1, null]);
  const last = await listExamples(store, id, { sort: "score", offset: 95, limit: 10 });
  expect(last.examples.map(({ index }) => index)).toEqual([50, 60, 70, 80, 90]);
  const odd = await rejection(listExamples(store, id, { after: "x" }), FtError);
  expect(odd.code).toBe("FT-PLATFORM-004");
});

test("words are found in the dataset that is asked, new rows too", async () => {
  const { store, id } = await filled(20);
  const other = await createDataset(store, { format: "instruction", folder: makeFolder() });
  await appendExample(store.db, other.id, { content: row(7) });
  const found = async (search: string) => {
    const { examples, total } = await listExamples(store, id, { search });
    expect(examples).toHaveLength(total);
    return examples.map(({ index }) => index);
  };
  expect(await found("7")).toEqual([7]);
  expect(await found('"question 3" OR 4')).toEqual([3, 4]);
  await appendExample(store.db, id, { content: { instruction: "zebra", output: "7" } });
  expect(await found("7")).toEqual([7, 20]);
  expect(await found("zeb*")).toEqual([20]);
  expect(await found("dataset1")).toEqual([]);
});

test("examples are written with the transaction or not at all", async () => {
  const { store, id } = await filled(3);
  const failing = inTransaction(store.db, async (db) => {
    await appendExample(db, id, { content: row(3) });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect((await readDataset(store, id)).exampleCount).toBe(3);
  expect((await listExamples(store, id)).total).toBe(3);
  const made = await appendExample(store.db, id, { content: '{"b": 1.50}', metadata: { a: 1 } });
  expect(await readExample(store, made)).toMatchObject({ index: 3, metadata: { a: 1 } });
  const bad = await rejection(appendExample(store.db, id, { content: "[1]" }), FtError);
  expect(bad.code).toBe("FT-PLATFORM-003");
});

test("jobs of both kinds share their numbers", async () => {
  const store = await memoryStore();
  const { id: datasetId } = await createDataset(store, { format: "chat", folder: makeFolder() });
  const jobs = [];
  for (const kind of ["generation", "quality"] as const) {
    const { id: jobId } = await createJob(store, { kind, units: [{ key: "a" }] });
    const facts = { jobId, datasetId, parameters: {} };
    const make = { generation: () => createGenerationJob(store.db, { ...facts, requested: 1 }) };
    jobs.push(kind === "quality" ? await createQualityJob(store.db, facts) : await make[kind]());
    expect(await jobOfPlatformId(store.db, jobs.at(-1)!)).toMatchObject({ kind, jobId });
  }
  expect(jobs).toEqual([1, 2]);
});
