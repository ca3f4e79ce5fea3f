// Sweeps of a form over the API: every combination checked, a job each, listed before the first has begun, ended and gone
// on with as one; and what a run starts from where nobody says anything.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SWEEP_FILE } from "../../../src/app/train/sweep.ts";
import { testStudio } from "../../support/studio.ts";

async function withRows() {
  const studio = await testStudio();
  const data = join(studio.home, "rows.jsonl");
  const messages = [
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
  ];
  writeFileSync(data, `${JSON.stringify({ messages })}\n`.repeat(4));
  return { studio, data, values: { "model.name": "builtin/tiny", "data.train_file": data } };
}

const grid = { "lora.r": [4, 16], "optimization.learning_rate": [1e-4, 1e-3, 1e-2] };

test("each combination is a run with a folder of its own; a wrong value is said, and nothing starts", async () => {
  const { studio, values } = await withRows();
  const { client } = studio;
  const good = await client.call("postV1TrainFormTrials", { body: { values, grid } });
  expect(good.status).toBe(200);
  expect(good.body).toMatchObject({ ready: true });
  expect(good.body.folder).toBe(join(studio.home, "trained", "tiny-rows-sweep"));
  expect(good.body.trials.map(({ settings }: { settings: object }) => settings)).toEqual(
    [4, 16].flatMap((r) =>
      [1e-4, 1e-3, 1e-2].map((rate) => ({ "lora.r": r, "optimization.learning_rate": rate })),
    ),
  );
  const folders = good.body.trials.map(({ folder }: { folder: string }) => folder);
  expect(new Set(folders).size).toBe(6);
  const wrong = { values, grid: { "lora.r": [4, 0] } };
  const told = await client.call("postV1TrainFormTrials", { body: wrong });
  expect(told.body.ready).toBe(false);
  expect(told.body.trials.map(({ problems }: { problems: object[] }) => problems.length)).toEqual([
    0, 1,
  ]);
  expect((await client.call("postV1TrainFormSweep", { body: wrong })).status).toBe(422);
  expect((await client.call("getV1Jobs", {})).body.jobs).toEqual([]);
  expect(existsSync(good.body.folder)).toBe(false);
});

test.each([
  [{}, "no setting has several values"],
  [{ output_dir: ["/a", "/b"] }, "its own folder"],
  [{ seed: Array.from({ length: 60 }, (_, at) => at), "lora.r": [4, 8] }, "120 runs"],
])("a sweep over %j is refused", async (wrong, words) => {
  const { studio, values } = await withRows();
  const { status, body } = await studio.client.call("postV1TrainFormSweep", {
    body: { values, grid: wrong },
  });
  expect([status, body.error.message]).toEqual([422, expect.stringContaining(words)]);
});

test("a sweep waits in the queue, is listed, ended and gone on with; the file says what is tried", async () => {
  const { studio, values } = await withRows();
  const { client } = studio;
  const { body } = await client.call("postV1TrainFormSweep", { body: { values, grid } });
  expect(body.trials).toHaveLength(6);
  const [first] = body.trials;
  expect(first.job).toMatchObject({ kind: "training", status: "pending" });
  expect(first.job.parameters.origins["lora.r"]).toBe("flag:form");
  const file = JSON.parse(readFileSync(join(body.folder, SWEEP_FILE), "utf8"));
  expect(file.trials).toHaveLength(6);
  const listed = async () => (await client.call("getV1Sweeps", {})).body.sweeps[0];
  expect(await listed()).toMatchObject({
    ...{ folder: body.folder, can_stop: true, can_resume: false },
    parameters: Object.keys(grid).toSorted(),
  });
  const statuses = async (): Promise<string[]> => [
    ...new Set<string>((await listed()).trials.map(({ status }: { status: string }) => status)),
  ];
  expect(await statuses()).toEqual(["pending"]);
  const stopped = await client.call("postV1SweepsStop", { body: { folder: body.folder } });
  expect(stopped.body).toEqual({ jobs: 6 });
  expect(await statuses()).toEqual(["cancelled"]);
  expect(await listed()).toMatchObject({ can_stop: false, can_resume: true });
  const resumed = await client.call("postV1SweepsResume", { body: { folder: body.folder } });
  expect(resumed.body).toEqual({ jobs: 6 });
  expect(await statuses()).toEqual(["pending"]);
  // the next has a folder of its own
  const next = await client.call("postV1TrainFormSweep", { body: { values, grid } });
  expect(next.body.folder).toBe(`${body.folder}-2`);
  const none = await client.call("postV1SweepsStop", { body: { folder: "/nowhere" } });
  expect(none.status).toBe(404);
});

test("a run of the API starts from what ft train start does, and says where each value is from", async () => {
  const { studio, data } = await withRows();
  const config = {
    model: { name: "builtin/tiny" },
    data: { train_file: data },
    output_dir: join(studio.home, "out"),
  };
  const { status, body } = await studio.client.call("postV1Train", { body: { config } });
  expect(status).toBe(200);
  const { optimization } = body.parameters.config;
  expect(optimization).toMatchObject({ learning_rate: 2e-4, batch_size: 2 });
  expect(body.parameters.origins).toMatchObject({
    "optimization.learning_rate": "preset:start",
    "data.train_file": "argument",
    "lora.r": "default",
  });
});
