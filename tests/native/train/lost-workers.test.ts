// What becomes of several workers when one is killed or stands still, when the line between two is slow, stands still or
// breaks, and when all are asked to stop: one message, soon, a checkpoint to go on from, and no process left.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { workersHere } from "../../../src/app/train/crew/hosts-file.ts";
import { resumeRun, trainRun, type TrainRunOptions } from "../../../src/app/train/train-run.ts";
import { FtError } from "../../../src/core/errors.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { readEvents, readPointer } from "../../../src/runs/index.ts";
import { isAlive } from "../../support/program.ts";
import { Relay } from "../../support/relay.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../support/toy-model.ts";

/** On a quiet machine; a busy one takes longer by what it takes to begin. */
const mostSeconds = 10;

/** Four processes load their program for each of these, also where every core is busy. */
vi.setConfig({ testTimeout: 300_000 });

let folder: string;
let model: string;
let data: string;
let output: string;
let runs = 0;

beforeAll(async () => {
  folder = join(inject("runFolder"), "lost-workers");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 24);
});

beforeEach(() => {
  runs += 1;
  output = join(folder, `run-${runs}`);
});

const config = (iters: number): ReturnType<typeof toyRunConfig> =>
  toyRunConfig({
    ...{ model, data, output },
    options: {
      lora: { dropout: 0 },
      optimization: { iters, batch_size: 4, learning_rate: 1e-4, save_steps: 100_000 },
    },
  });

/** Every process below this one, or below another. */
function childrenOf(pid: number): number[] {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return [];
  return readdirSync(tasks).flatMap((task) => {
    const text = readFileSync(`${tasks}/${task}/children`, "utf8").trim();
    return text === "" ? [] : text.split(" ").map(Number);
  });
}

/** Processes of workers below another, in the order in which they were started. */
function workersOf(pid: number): number[] {
  return childrenOf(pid).filter((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, "utf8").includes("crew/worker-process");
    } catch {
      return false;
    }
  });
}

interface Ended {
  last: RunEvent | undefined;
  error: FtError | undefined;
  events: RunEvent[];
  /** From the moment of `harm` on. */
  seconds: number;
  /** Until some steps were done, the loading of the workers among it: how busy the machine is. */
  secondsBefore: number;
  workers: number[];
}

/** Trains, and does `harm` once some steps are done. */
async function trained(
  plan: { iters?: number; workers: number; reroute?: (at: number, all: string[][]) => string[][] },
  harm: (workers: number[], abort: AbortController) => void,
): Promise<Ended> {
  const { iters = 100_000, workers: count, reroute } = plan;
  const crew = { hosts: workersHere(count), reroute };
  const events: RunEvent[] = [];
  const abort = new AbortController();
  const began = performance.now();
  let harmed = 0;
  let workers: number[] = [];
  const options: TrainRunOptions = {
    crew,
    signal: abort.signal,
    onEvent(event) {
      events.push(event);
      if (harmed > 0 || event.type !== "step-reported" || event.step < 3) return;
      harmed = performance.now();
      workers = workersOf(process.pid);
      harm(workers, abort);
    },
  };
  let last: RunEvent | undefined;
  let error: FtError | undefined;
  try {
    last = await trainRun(config(iters), options);
  } catch (thrown) {
    if (!(thrown instanceof FtError)) throw thrown;
    error = thrown;
  }
  const seconds = (performance.now() - harmed) / 1000;
  return { last, error, events, seconds, secondsBefore: (harmed - began) / 1000, workers };
}

function requireSoon({ seconds, secondsBefore }: Ended): void {
  expect(seconds).toBeLessThan(mostSeconds + secondsBefore);
}

/** No process is left, the run's log ends with what was thrown, and the run goes on from its last step. */
async function requireOrder(ended: Ended): Promise<void> {
  const { error, events, workers } = ended;
  requireSoon(ended);
  expect(workers.filter(isAlive)).toEqual([]);
  const done = events.findLast((event) => event.type === "step-reported")?.step ?? 0;
  const latest = readPointer(output, "latest");
  expect(latest?.step).toBeGreaterThanOrEqual(done);
  const failed = readEvents(output).filter(({ type }) => type === "run-failed");
  expect(failed).toEqual([expect.objectContaining({ code: error?.code, message: error?.message })]);
  expect(error?.hint).toContain(`ft train resume ${output} goes on after step ${latest?.step}`);
  const iters = (latest?.step ?? 0) + 2;
  expect(await resumeRun(output, { isolate: false, length: { iters } })).toMatchObject({
    type: "run-completed",
    totalSteps: iters,
  });
}

describe("killed", () => {
  test.each([1, 2])("worker %i of three, counted from 0", async (rank) => {
    const ended = await trained({ workers: 3 }, (workers) => {
      process.kill(workers[rank] as number, "SIGKILL");
    });
    expect(ended.error?.message).toBe(
      `worker ${rank + 1} of 3 ended by SIGKILL (often: out of memory)`,
    );
    await requireOrder(ended);
  });

  test("the first, which writes: the last checkpoint is where it goes on", async () => {
    const ended = await trained({ workers: 3 }, (workers) => {
      process.kill(workers[0] as number, "SIGKILL");
    });
    expect(ended.error).toMatchObject({
      code: "FT-RUN-006",
      message: "worker 1 of 3 ended by SIGKILL (often: out of memory)",
      hint: expect.stringMatching(
        /begins again; what was learned, up to step \d+ at least, is lost/,
      ) as string,
    });
    requireSoon(ended);
    expect(ended.workers.filter(isAlive)).toEqual([]);
    expect(await resumeRun(output, { isolate: false, length: { iters: 2 } })).toMatchObject({
      type: "run-completed",
    });
  });
});

test("a worker that stands still", async () => {
  const ended = await trained({ workers: 3 }, (workers) => {
    process.kill(workers[2] as number, "SIGSTOP");
  });
  expect(ended.error?.message).toBe("no message from worker 3 of 3 for 8 s");
  await requireOrder(ended);
});

describe("a line between two workers", () => {
  /** Of the second worker's neighbour, the first. */
  async function throughRelay(
    iters: number,
    harm: (relay: Relay) => void,
  ): Promise<{ ended: Ended; relay: Relay }> {
    const relay = new Relay();
    const at = await relay.listen();
    const reroute = (rank: number, all: string[][]): string[][] => {
      relay.target = all[2]?.[0] ?? "";
      return rank === 1 ? all.with(2, [at]) : all;
    };
    try {
      return { ended: await trained({ iters, workers: 3, reroute }, () => harm(relay)), relay };
    } finally {
      relay.close();
    }
  }

  test("that takes 50 ms: the same losses", async () => {
    const { ended, relay } = await throughRelay(8, (line) =>
      line.become({ delayMilliseconds: 50 }),
    );
    expect(ended.error).toBeUndefined();
    expect(ended.last).toMatchObject({ type: "run-completed" });
    expect(relay.bytes).toBeGreaterThan(10_000);
    output = `${output}-alone`;
    const alone: RunEvent[] = [];
    await trainRun(config(8), { isolate: false, onEvent: (event) => alone.push(event) });
    const losses = (events: RunEvent[]): number[] =>
      events.flatMap((event) => (event.type === "step-reported" ? [event.trainLoss ?? 0] : []));
    losses(ended.events).forEach((loss, at) =>
      expect(Math.abs(loss / (losses(alone)[at] ?? 0) - 1)).toBeLessThan(1e-5),
    );
    expect(losses(ended.events)).toHaveLength(8);
  });

  test("that stands still", async () => {
    const { ended } = await throughRelay(100_000, (line) => line.become("still"));
    expect(ended.error).toMatchObject({ message: expect.stringMatching(/^no data has passed/) });
    await requireOrder(ended);
  });

  test("that breaks", async () => {
    const { ended } = await throughRelay(100_000, (line) => line.become("cut"));
    expect(ended.error?.message).toBe("the connection between workers was lost");
    await requireOrder(ended);
  });
});

test("asked to stop, all stop after the same step", async () => {
  const ended = await trained({ workers: 3 }, (_, abort) => abort.abort());
  expect(ended.last).toMatchObject({ type: "run-stopped" });
  requireSoon(ended);
  expect(ended.workers.filter(isAlive)).toEqual([]);
  const step = readPointer(output, "latest")?.step;
  expect(ended.last).toMatchObject({ step });
});
