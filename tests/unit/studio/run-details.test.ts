// What the API tells of runs beside what they are: figures in columns, log, samples, notes, weight, control, comparison.
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeRunId, openRun, recordRun, type RunFact } from "../../../src/runs/index.ts";
import { type TestStudio, testStudio } from "../../support/studio.ts";
import { completed, evaluated, record, started, stepped } from "../runs/facts.ts";

interface Made {
  id: string;
  folder: string;
}

/** A run as a trainer leaves it, in the home of the studio. */
async function madeRun(
  studio: TestStudio,
  facts: readonly RunFact[],
  config: object = {},
): Promise<Made> {
  const folder = join(studio.home, `run-${makeRunId()}`);
  const run = openRun(folder);
  const about = record();
  await run.writeRecord({ ...about, config: { ...about.config, ...config } });
  for (const fact of facts) run.append(fact);
  run.close();
  const entry = { outputDir: folder, startedAt: about.createdAt, model: "builtin/tiny" };
  await recordRun({ ...entry, runId: run.runId, dataset: "rows.jsonl", method: "lora" });
  return { id: run.runId, folder };
}

async function studioHere(): Promise<TestStudio> {
  const studio = await testStudio();
  process.env["FT_HOME"] = studio.home;
  return studio;
}

const steps = (count: number): RunFact[] =>
  Array.from({ length: count }, (_, at) => stepped(at + 1, at === 777 ? 9 : 1 / (at + 1)));

test("figures come in columns; of too many points, means with the least and the most", async () => {
  const studio = await studioHere();
  const { id, folder } = await madeRun(studio, [
    started(2000),
    ...steps(2000),
    evaluated(2000, 0.5),
  ]);
  const whole = await studio.client.call("getV1RunsIdCurves", {
    params: { id },
    query: { points: 5000 },
  });
  const loss = whole.body.series.find(({ name }: { name: string }) => name === "trainLoss");
  expect(loss).toMatchObject({ points: 2000, low: null, high: null });
  expect(loss.step).toHaveLength(2000);
  expect(loss.tokens.at(-1)).toBe(200_000);
  const thin = await studio.client.call("getV1RunsIdCurves", {
    params: { id },
    query: { points: 100, names: "trainLoss" },
  });
  expect(thin.body.series).toHaveLength(1);
  const [series] = thin.body.series;
  expect([series.points, series.value.length, series.low.length]).toEqual([2000, 100, 100]);
  expect(Math.max(...series.high)).toBe(9);
  // what is appended later is there with the next look
  const line = {
    ...stepped(2001, 0.25),
    time: new Date().toISOString(),
    runId: id,
    schemaVersion: 1,
  };
  appendFileSync(join(folder, "events.jsonl"), `${JSON.stringify(line)}\n{"type":"step-rep`);
  const later = await studio.client.call("getV1RunsIdCurves", {
    params: { id },
    query: { points: 5000 },
  });
  expect(later.body.step).toBe(2001);
});

test("the log has a line for what happened; samples stand by step", async () => {
  const studio = await studioHere();
  const sample = { file: "rows.jsonl", line: 3, prompt: "user: hi", reference: "ho" };
  const written = (step: number, text: string): RunFact => ({
    type: "samples-written",
    ...{ step, seconds: 0.1, samples: [{ ...sample, text, tokens: 2, cut: false }] },
  });
  const { id } = await madeRun(studio, [
    ...[
      started(),
      written(0, "?"),
      stepped(10),
      evaluated(10, 0.5),
      written(10, "ho"),
      completed(),
    ],
  ]);
  const log = await studio.client.call("getV1RunsIdLog", { params: { id } });
  expect(log.body.lines.map(({ text }: { text: string }) => text.slice(0, 12))).toEqual([
    ...[`run ${id}`.slice(0, 12), "step 10: val", "10 steps, lo"],
  ]);
  const samples = await studio.client.call("getV1RunsIdSamples", { params: { id } });
  expect(samples.body).toEqual({
    rows: [sample],
    steps: [
      { step: 0, answers: [{ text: "?", tokens: 2, cut: false }] },
      { step: 10, answers: [{ text: "ho", tokens: 2, cut: false }] },
    ],
  });
});

test("notes and tags lie in the run's folder and find it again", async () => {
  const studio = await studioHere();
  const { client } = studio;
  const { id } = await madeRun(studio, [started(), completed()]);
  await madeRun(studio, [started()]);
  const notes = { note: "the good one", tags: ["keep", "keep", "sql"] };
  const put = await client.call("putV1RunsIdNotes", { params: { id }, body: notes });
  expect(put.body).toEqual({ note: "the good one", tags: ["keep", "sql"] });
  expect((await client.call("getV1RunsIdNotes", { params: { id } })).body).toEqual(put.body);
  const comma = { note: "", tags: ["a,b"] };
  expect((await client.call("putV1RunsIdNotes", { params: { id }, body: comma })).status).toBe(422);
  const tagged = await client.call("getV1RunOverview", { query: { tag: "sql" } });
  expect(tagged.body.runs.map(({ run }: { run: { id: string } }) => run.id)).toEqual([id]);
  expect(tagged.body.tags).toEqual(["keep", "sql"]);
  const found = await client.call("getV1RunOverview", { query: { text: "GOOD" } });
  expect(found.body.total).toBe(1);
});

test("what removing a run frees is said before", async () => {
  const studio = await studioHere();
  const { id, folder } = await madeRun(studio, [started(), completed()]);
  mkdirSync(join(folder, "checkpoints", "step-5", "trained"), { recursive: true });
  writeFileSync(join(folder, "checkpoints", "step-5", "trained", "w"), "x".repeat(1000));
  mkdirSync(join(folder, "final_model"));
  writeFileSync(join(folder, "final_model", "w"), "x".repeat(300));
  const { body } = await studio.client.call("getV1RunsIdWeight", { params: { id } });
  expect(body).toMatchObject({ checkpoints: [{ step: 5, bytes: 1000 }], final_model_bytes: 300 });
  expect(body.bytes).toBe(1300 + body.other_bytes);
});

test("a run of a terminal cannot be paused here; one that was stopped goes on as a job", async () => {
  const studio = await studioHere();
  const { client } = studio;
  const stopped: RunFact = {
    type: "run-stopped",
    ...{ step: 5, checkpointPath: null, outputDir: "x" },
  };
  const { id, folder } = await madeRun(studio, [started(), stepped(5), stopped]);
  const control = await client.call("getV1RunsIdControl", { params: { id } });
  expect(control.body).toEqual({
    ...{ job: null, can_pause: false, can_stop: false, can_resume: true, is_stopping: false },
  });
  expect((await client.call("postV1RunsIdPause", { params: { id } })).status).toBe(409);
  const resumed = await client.call("postV1RunsIdResume", { params: { id } });
  expect(resumed.status).toBe(200);
  expect(resumed.body.parameters).toMatchObject({ resume: true, config: { output_dir: folder } });
  const again = await client.call("getV1RunsIdControl", { params: { id } });
  expect(again.body).toMatchObject({ can_pause: true, can_stop: true, can_resume: false });
  expect((await client.call("postV1RunsIdPause", { params: { id } })).body.status).toBe("paused");
  expect((await client.call("postV1RunsIdResume", { params: { id } })).body.status).toBe("pending");
  expect((await client.call("postV1RunsIdStop", { params: { id } })).body.job.status).toBe(
    "cancelled",
  );
});

test("any number of runs are compared by what differs", async () => {
  const studio = await studioHere();
  const made: Made[] = [];
  for (const r of [4, 8, 8]) {
    const facts = [started(), stepped(10, 1 / r), completed()];
    made.push(await madeRun(studio, facts, { lora: { r, alpha: 16 } }));
  }
  const ids = made.map(({ id }) => id).join(",");
  const { body } = await studio.client.call("getV1RunComparison", { query: { ids } });
  expect(body.settings).toEqual([{ key: "lora.r", values: [4, 8, 8] }]);
  expect(body.alike).toBeGreaterThan(2);
  expect(body.runs).toHaveLength(3);
  const losses = body.results.find(({ key }: { key: string }) => key === "trainLoss");
  expect(losses.values).toHaveLength(3);
  expect((await studio.client.call("getV1RunComparison", { query: { ids: "" } })).status).toBe(422);
});

test("a sweep is one list with its parameters and what came of each trial", async () => {
  const studio = await studioHere();
  const { id, folder } = await madeRun(studio, [
    started(),
    evaluated(5, 0.7),
    evaluated(10, 0.6),
    completed(),
  ]);
  const trial = (r: number, output_dir: string): object => ({ lora: { r, alpha: 16 }, output_dir });
  const trials = [trial(4, folder), trial(8, join(studio.home, "other"))];
  writeFileSync(join(studio.home, "sweep.json"), JSON.stringify({ trials }));
  const { body } = await studio.client.call("getV1Sweeps", {});
  expect(body.sweeps).toHaveLength(1);
  const [sweep] = body.sweeps;
  expect(sweep.parameters).toEqual(["lora.r"]);
  expect(sweep.trials).toMatchObject([
    { run_id: id, status: "completed", values: [4], best_loss: 0.6 },
    { run_id: null, status: "waiting", values: [8], best_loss: null },
  ]);
});
