// A dataset of the platform whose rows are known to be good or spoiled, the scripted judge that knows it, and what must
// hold when a quality job over it has ended.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { withStore } from "../../src/app/store/with-store.ts";
import type { Store } from "../../src/store/index.ts";
import {
  createFilledDataset,
  datasetByFile,
  datasetsFolder,
  exportRows,
  fileInStep,
} from "../../src/store/platform/index.ts";
import { FakeProvider } from "./fake-provider.ts";
import { makeFolder } from "./folders.ts";
import { knowingJudge, plantedRows } from "./planted-rows.ts";

export interface QualitySet {
  fake: FakeProvider;
  environment: Record<string, string>;
  id: number;
}

const planted = plantedRows();

export async function qualitySet(count: number, delay = 0): Promise<QualitySet> {
  const home = makeFolder();
  const judge = knowingJudge(planted);
  const fake = await FakeProvider.start((request) => ({ ...judge(request), delay }));
  const environment = {
    ...{ FT_HOME: home, FT_KEYCHAIN: "off", DATA_DIR: join(home, "sets") },
    ...{ LLM_PROVIDER: "openai", OPENAI_MODEL: "gpt-4o-mini" },
    ...{ OPENAI_API_KEY: "sk-fake-key-0123456789", OPENAI_BASE_URL: `${fake.origin}/v1` },
  };
  const examples = planted.slice(0, count).map(({ row }) => ({ content: { ...row } }));
  const id = await withStore(environment, async (store) => {
    const wanted = { format: "chat" as const, folder: datasetsFolder(environment) };
    const made = await createFilledDataset(store, { wanted, examples });
    await fileInStep(store, made.id);
    return made.id;
  });
  return { fake, environment, id };
}

export const linesOf = (path: string): string[] =>
  readFileSync(path, "utf8").split("\n").filter(Boolean);

export async function rowsOf(store: Store, id: number): Promise<string[]> {
  const rows: string[] = [];
  for await (const row of exportRows(store, id)) rows.push(row);
  return rows;
}

/** Counts add up, nothing is lost or there twice, database and files say the same. Gives the job's row. */
export async function requireWhole(store: Store, { id }: QualitySet, count: number) {
  const job = await store.db.selectFrom("quality_jobs").selectAll().executeTakeFirstOrThrow();
  const { examples_kept: kept, examples_fixed: fixed, examples_removed: removed } = job;
  expect([job.status, job.errors, job.examples_processed]).toEqual(["completed", "[]", count]);
  expect(kept + fixed + removed).toBe(count);
  const examples = await store.db
    .selectFrom("examples")
    .selectAll()
    .where("dataset_id", "=", id)
    .orderBy("example_index")
    .execute();
  expect(examples.map(({ example_index: at }) => at)).toEqual(examples.map((_, at) => at));
  expect(examples).toHaveLength(count);
  expect(examples.filter(({ status }) => status === "removed")).toHaveLength(removed);
  const edits = await store.db.selectFrom("example_edits").selectAll().execute();
  const mended = edits.filter(
    ({ before, after }) =>
      (JSON.parse(before) as { text: string }).text !==
      (JSON.parse(after) as { text: string }).text,
  );
  expect(mended).toHaveLength(fixed);
  expect(new Set(edits.map(({ example_id: one }) => one)).size).toBe(edits.length);
  const path = job.result_file_path ?? "";
  expect(path).toMatch(/_improved\.jsonl$/);
  const improved = await datasetByFile(store.db, path);
  const staying = examples.filter(({ status }) => status === "active").map((one) => one.content);
  expect(await rowsOf(store, improved?.id ?? 0)).toEqual(staying);
  expect(linesOf(path)).toEqual(staying);
  const original = path.replace("_improved", "");
  await fileInStep(store, id);
  expect(linesOf(original)).toEqual(staying);
  const sets = await store.db
    .selectFrom("datasets")
    .select("id")
    .where("file_path", "like", "%improved%")
    .execute();
  expect(sets).toHaveLength(1);
  const scores = examples.flatMap(({ status, quality_score: score }) =>
    status === "active" && score !== null ? [score] : [],
  );
  const mean = scores.reduce((sum, one) => sum + one, 0) / scores.length;
  expect(job.avg_quality_score).toBeCloseTo(mean, 9);
  return { ...job, examples, edits };
}
