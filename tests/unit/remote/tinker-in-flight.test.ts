// Steps at Tinker that are handed over before the first of them is waited for: what the service carries out, what the run
// reports and where it goes on are those of one step after the other.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RemoteTrainSettings } from "../../../src/app/remote/remote-config.ts";
import { type RemoteTraining, trainRemote } from "../../../src/app/remote/train-remote.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import type { FakeTinker } from "../../support/fake-tinker.ts";
import { makeFolder } from "../../support/folders.ts";
import { chatRow, jsonLines } from "../../support/rows.ts";
import { fakeTinker } from "../../support/tinker.ts";

const base = "builtin/tiny";

interface Given extends Partial<Omit<RemoteTraining, "settings">> {
  inFlight: number;
  settings?: object;
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
}

function place() {
  const cwd = makeFolder();
  const data = join(cwd, "rows.jsonl");
  const rows = Array.from({ length: 20 }, (_, at) => chatRow(`${at}?`, `It is ${at}.`));
  writeFileSync(data, jsonLines(rows));
  const validation = join(cwd, "validation.jsonl");
  writeFileSync(validation, jsonLines(rows.slice(0, 3)));
  return { data, validation, output: join(cwd, "run"), outputDir: cwd };
}

async function run(fake: FakeTinker, where: ReturnType<typeof place>, given: Given) {
  const { settings, signal, onEvent, ...more } = given;
  const events: RunEvent[] = [];
  const { validation, ...there } = where;
  const last = await trainRemote(
    {
      settings: RemoteTrainSettings.parse({
        ...{ baseModel: base, batch: 2, saveEvery: 4, maxSteps: 10, learningRate: 0.5, validation },
        ...settings,
      }),
      parts: { trainUnembed: true, trainMlp: true, trainAttention: true },
      ...{ wire: "protobuf", download: false },
      ...there,
      ...more,
    },
    {
      environment: fake.environment(),
      ...(signal && { signal }),
      onEvent: (event) => {
        events.push(event);
        onEvent?.(event);
      },
    },
  );
  return { last, events };
}

/** What a run reported, without times. */
const told = (events: readonly RunEvent[]): unknown[] =>
  events.flatMap((event): unknown[] => {
    if (event.type === "step-reported")
      return [[event.step, event.trainLoss, event.learningRate, event.tokens]];
    if (event.type === "evaluation-finished") return [["evaluated", event.validationLoss]];
    return event.type === "checkpoint-saved" ? [["saved", event.step]] : [];
  });

const service = (): Promise<FakeTinker> => fakeTinker({ models: [base], vocabulary: 4687 });

/** Results take `milliseconds` each; tells the most steps of the optimizer that had been handed over and had none yet. */
function withSlowResults(fake: FakeTinker, milliseconds: number): () => number {
  let open = 0;
  let most = 0;
  fake.trouble = ({ path, headers }) => {
    if (path.endsWith("/optim_step")) most = Math.max(most, (open += 1));
    if (!path.endsWith("/retrieve_future")) return undefined;
    const isFirst = headers["x-tinker-request-iteration"] === "0";
    if (isFirst && headers["x-tinker-request-type"] === "OptimStep")
      setTimeout(() => (open -= 1), milliseconds);
    return { delay: milliseconds };
  };
  return () => most;
}

test("1, 2 and 3 in flight: the same requests in the same order, the same reports, bit for bit", async () => {
  const found = [];
  for (const inFlight of [1, 2, 3]) {
    const fake = await service();
    const { last, events } = await run(fake, place(), { inFlight });
    expect(last).toMatchObject({ type: "run-completed", totalSteps: 10 });
    const { done, model } = fake.lastRun;
    found.push({ done, steps: model.steps, told: told(events) });
  }
  expect(found[1]).toEqual(found[0]);
  expect(found[2]).toEqual(found[0]);
});

test("as many are under way as may be, and none past a place where weights are kept", async () => {
  for (const [inFlight, most] of [
    [1, 1],
    [2, 2],
    [3, 3],
  ] as const) {
    const fake = await service();
    const found = withSlowResults(fake, 500);
    await run(fake, place(), { inFlight, settings: { maxSteps: 6 } });
    expect(found()).toBe(most);
    const { done } = fake.lastRun;
    const before = (at: number): number =>
      done.slice(0, at).filter(({ kind }) => kind === "optim_step").length;
    const saves = done.flatMap(({ kind }, at) => (kind.endsWith("weights") ? [before(at)] : []));
    expect([...new Set(saves)]).toEqual([4, 6]);
  }
}, 120_000);

test("asked to stop, it waits for what it has handed over: state and service are at the same step", async () => {
  const fake = await service();
  const where = place();
  const stop = new AbortController();
  const { last } = await run(fake, where, {
    inFlight: 3,
    settings: { saveEvery: 100 },
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "step-reported" && event.step === 3) stop.abort();
    },
  });
  if (last.type !== "run-stopped") throw new Error(`the last event is ${last.type}`);
  expect(last.step).toBeGreaterThanOrEqual(3);
  expect(fake.lastRun.model.steps).toBe(last.step);
  const state = readFileSync(join(last.checkpointPath ?? "", "state.json"), "utf8");
  expect(JSON.parse(state)).toMatchObject({ step: last.step, optimizerSteps: last.step });

  const resumed = await run(fake, where, {
    inFlight: 2,
    resume: where.output,
    settings: { saveEvery: 100 },
  });
  const whole = await run(await service(), place(), { inFlight: 1, settings: { saveEvery: 100 } });
  expect(resumed.last).toMatchObject({ type: "run-completed", totalSteps: 10 });
  expect(fake.lastRun.model.steps).toBe(10);
  const steps = (events: readonly RunEvent[]): unknown[] =>
    told(events.filter(({ type }) => type === "step-reported"));
  expect(steps(resumed.events)).toEqual(steps(whole.events).slice(last.step));
});

test("one that fails ends the run with its own error, whatever was handed over after it", async () => {
  const fake = await service();
  let passes = 0;
  fake.trouble = ({ path }) =>
    path.endsWith("/forward_backward") && (passes += 1) === 3
      ? { status: 400, json: { detail: "not these rows" } }
      : undefined;
  const error = await run(fake, place(), { inFlight: 3 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.stringContaining("not these rows") as string });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fake.lastRun.model.steps).toBeLessThan(3);
});
