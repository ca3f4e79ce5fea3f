// Sets made of others over the API: at once where rows are few, by a job where they are many; and a set judged by criteria
// and a rubric of its own.
import { expect, test } from "vitest";
import { makeSet, readMaking } from "../../../src/app/data/sets/index.ts";
import { withStore } from "../../../src/app/store/with-store.ts";
import { FakeProvider } from "../../support/fake-provider.ts";
import { studioEnvironment } from "../../support/studio-program.ts";
import { type TestStudio, testStudio } from "../../support/studio.ts";

const line = (row: number): string =>
  JSON.stringify({
    messages: [
      { role: "user", content: `Where is order ${row}?` },
      { role: "assistant", content: `Order ${row} is on its way.` },
    ],
  });

async function setOf({ client }: TestStudio, name: string, rows: number): Promise<number> {
  const text = Array.from({ length: rows }, (_, row) => line(row)).join("\n");
  const { body } = await client.call("postV1DataImport", { file: { name, text } });
  return Number(body.made);
}

const asked = ({ client }: TestStudio, making: string, options: object) =>
  client.call("postV1DataMake", { body: { making, options } });

test("few rows are merged, drawn, written otherwise and kept while the request waits", async () => {
  const studio = await testStudio();
  const ids = [await setOf(studio, "a.jsonl", 3), await setOf(studio, "b.jsonl", 2)];
  const merged = await asked(studio, "merge", { dataset_ids: ids, name: "both" });
  expect(merged.body).toEqual({
    made: { set: "3", name: "both", rows: 5, note: "" },
    job_id: null,
  });
  const drawn = await asked(studio, "sample", { dataset_id: 3, sample_size: 2 });
  expect(drawn.body.made).toMatchObject({ set: "4", rows: 2 });
  const other = await asked(studio, "convert", { dataset_id: 3, target_format: "instruction" });
  expect(other.body.made).toMatchObject({ rows: 5, note: "0 kinds of loss, 0 rows refused" });
  const kept = await asked(studio, "version", { dataset_id: 3 });
  expect(kept.body.made).toMatchObject({ set: "sets:both@1", rows: 5 });
  const wrong = await asked(studio, "sample", { dataset_id: 3, sample_size: "two" });
  expect(JSON.stringify(wrong.body.error)).toContain("options.sample_size");
  expect((await asked(studio, "invent", {})).body.error.code).toBe("FT-DATA-046");
  expect((await asked(studio, "merge", { dataset_ids: [99] })).status).toBe(404);
});

test("many rows are a job, one for what is asked twice, that makes the set whole or not at all", async () => {
  const studio = await testStudio();
  const { client, environment } = studio;
  const id = await setOf(studio, "many.jsonl", 1500);
  const options = { dataset_ids: [id, id], name: "twice" };
  const first = await asked(studio, "merge", options);
  expect(first.body.made).toBeNull();
  expect((await asked(studio, "merge", options)).body.job_id).toBe(first.body.job_id);
  const sets = async () => (await client.call("getV1Data", {})).body.sets.length as number;
  const done = (signal: AbortSignal, onRows?: (done: number, total: number) => void) =>
    withStore(environment, (store) =>
      makeSet({ store, environment }, readMaking({ making: "merge", options }), { signal, onRows }),
    );
  await expect(done(AbortSignal.abort())).rejects.toThrow();
  expect(await sets()).toBe(1);
  const told: [number, number][] = [];
  const made = await done(new AbortController().signal, (...rows) => told.push(rows));
  expect(made).toMatchObject({ name: "twice", rows: 3000 });
  expect(told).toEqual([
    [1000, 3000],
    [2000, 3000],
    [3000, 3000],
  ]);
  expect(await sets()).toBe(2);
});

test("a rubric and criteria go into what the judge is told, and into the price", async () => {
  const fake = await FakeProvider.start(() => ({ text: "{}" }));
  const studio = await testStudio({ environment: studioEnvironment("", fake.origin) });
  const { client } = studio;
  const dataset_id = await setOf(studio, "a.jsonl", 3);
  const { body: choices } = await client.call("getV1QualityCriteria", {});
  expect(choices.criteria.map(({ name }: { name: string }) => name)).toContain("formatting");
  const price = async (more: object) =>
    (await client.call("postV1QualityEstimate", { body: { dataset_id, ...more } })).body.scoring
      .tokens_in as number;
  const rubric = "Answers name {{row}} and the day. ".repeat(20);
  expect(await price({ rubric })).toBeGreaterThan(await price({}));
  expect(await price({ criteria: ["formatting"] })).toBeLessThan(await price({}));
  const { body } = await client.call("postQualityStart", {
    body: { dataset_id, rubric, criteria: ["formatting"] },
  });
  const { body: job } = await client.call("getV1JobsId", { params: { id: body.queue_id } });
  const { prompts } = job.job.parameters;
  expect(prompts.criteria.map(({ name }: { name: string }) => name)).toEqual(["formatting"]);
  for (const { system } of [prompts.score, prompts.rewrite])
    expect(system).toContain("Answers name { {row}} and the day.");
  const unknown = await client.call("postQualityStart", {
    body: { dataset_id, criteria: ["taste"] },
  });
  expect(unknown.body.error.code).toBe("FT-QUALITY-002");
});
