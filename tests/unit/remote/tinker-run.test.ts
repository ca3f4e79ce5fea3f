import { writeFileSync } from "node:fs";
// A run at the service of the tests, in this process: what ends it, and what stands in its folder then.
import { join } from "node:path";
import { expect, test } from "vitest";
import { recipeRate } from "../../../src/app/remote/rate-advice.ts";
import { RemoteTrainSettings, usualOutput } from "../../../src/app/remote/remote-config.ts";
import { trainRemote } from "../../../src/app/remote/train-remote.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import type { FakeTinker } from "../../support/fake-tinker.ts";
import { makeFolder } from "../../support/folders.ts";
import { jsonLines, chatRow } from "../../support/rows.ts";
import { fakeTinker } from "../../support/tinker.ts";

const base = "builtin/tiny";

function place() {
  const cwd = makeFolder();
  const data = join(cwd, "rows.jsonl");
  writeFileSync(
    data,
    jsonLines(Array.from({ length: 8 }, (_, at) => chatRow(`${at}?`, `It is ${at}.`))),
  );
  return { data, output: join(cwd, "run"), outputDir: cwd };
}

async function run(
  fake: FakeTinker,
  { inFlight = 2, ...more }: { inFlight?: number } & Record<string, unknown>,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
) {
  const settings = RemoteTrainSettings.parse({ baseModel: base, batch: 2, saveEvery: 1, ...more });
  const parts = { trainUnembed: true, trainMlp: true, trainAttention: true };
  return await trainRemote(
    { settings, ...place(), parts, wire: "protobuf", download: false, inFlight },
    { environment: fake.environment(), signal, onEvent, grace: 100 },
  );
}

test("asked to stop while the service does not answer, it ends at its last checkpoint", async () => {
  const fake = await fakeTinker({ models: [base], vocabulary: 4687 });
  const stop = new AbortController();
  const events: RunEvent[] = [];
  let isStuck = false;
  fake.trouble = ({ path }) => {
    if (!path.endsWith("retrieve_future") || !isStuck) return undefined;
    setTimeout(() => stop.abort(), 20);
    return { delay: 60_000 };
  };
  const last = await run(fake, {}, stop.signal, (event) => {
    events.push(event);
    if (event.type === "checkpoint-saved" && event.step === 2) isStuck = true;
  });
  expect(last).toMatchObject({
    type: "run-stopped",
    step: 2,
    checkpointPath: expect.stringContaining("step-2") as string,
  });
  expect(events.at(-1)).toBe(last);
  expect(events.some(({ type }) => type === "run-failed")).toBe(false);
});

test("what is told while it waits is in the log of the run", async () => {
  const fake = await fakeTinker({ models: [base], vocabulary: 4687 });
  const events: RunEvent[] = [];
  let left = 1;
  fake.trouble = ({ path }) =>
    path.endsWith("retrieve_future") &&
    fake.runs.size > 0 &&
    fake.lastRun.done.length > 0 &&
    left-- > 0
      ? {
          status: 200,
          json: { type: "try_again", request_id: "x", queue_state: "paused_capacity" },
        }
      : undefined;
  const last = await run(
    fake,
    { maxSteps: 2 },
    new AbortController().signal,
    (event) => void events.push(event),
  );
  expect(last).toMatchObject({ type: "run-completed", totalSteps: 2 });
  const notices = events.flatMap((event) => (event.type === "notice" ? [event.message] : []));
  expect(notices.join("\n")).toContain("no free machines");
});

test("a loss that is no number ends the run with a way on", async () => {
  const fake = await fakeTinker({ models: [base], vocabulary: 4687 });
  const events: RunEvent[] = [];
  const running = run(
    fake,
    { learningRate: 1e300 },
    new AbortController().signal,
    (event) => void events.push(event),
  );
  await expect(running).rejects.toMatchObject({ code: "FT-REMOTE-022" });
  expect(events.at(-1)).toMatchObject({ type: "run-failed", code: "FT-REMOTE-022" });
});

test("the recipes' learning rate follows from family and width", () => {
  expect(recipeRate("Qwen/Qwen3-8B", 4096)).toBeCloseTo(4.7e-4, 5);
  expect(recipeRate("meta-llama/Llama-3.1-8B", 4096)).toBeCloseTo(2.86e-4, 5);
  expect(recipeRate("openai/gpt-oss-20b", 2880)).toBeUndefined();
});

test("a run's usual folder is named after model and time", () => {
  const now = new Date("2026-11-27T10:15:00.123Z");
  expect(usualOutput("checkpoints/", "Qwen/Qwen3-8B", now)).toBe(
    "checkpoints/lora_Qwen_Qwen3-8B_20261127_101500",
  );
});
