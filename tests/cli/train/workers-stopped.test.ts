// Several workers whose run is suspended, goes on without a terminal, or loses the one that writes: as a run of one, with
// one message and nobody left.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, test, vi } from "vitest";
import { readEvents, readPointer } from "../../../src/runs/index.ts";
import { endedWithTheFile, type LongTraining, longTraining } from "../../support/long-training.ts";
import {
  childrenOf,
  eventsOf,
  isAlive,
  isStep,
  isStopped,
  runProgram,
  startProgram,
  trainerOf,
  until,
} from "../../support/program.ts";

/** Processes load their program for each of these, also where every core is busy. */
vi.setConfig({ testTimeout: 300_000 });

let toy: LongTraining;
let folder: string;

beforeAll(async () => {
  toy = await longTraining("workers-stopped", 24);
  ({ folder } = toy);
});

const argsFor = (output: string, more: readonly string[]): string[] =>
  toy.argsFor(output, "--workers", "2", "--batch-size", "4", "--json", ...more);

const keepers = endedWithTheFile();

async function started(
  name: string,
  more: readonly string[] = [],
): Promise<{ output: string; workers: number[] } & ReturnType<typeof startProgram>> {
  const output = join(folder, name);
  const run = startProgram(argsFor(output, more));
  await run.event(isStep(3));
  return { ...run, output, workers: childrenOf(run.process.pid ?? 0) };
}

test.runIf(process.platform !== "win32")(
  "Ctrl-Z stops all, for longer than a worker may be silent, and fg continues all",
  async () => {
    const { output, workers, ...run } = await started("suspended");
    run.process.kill("SIGTSTP");
    const all = [...workers, run.process.pid ?? 0];
    await until(() => all.every(isStopped));
    const before = readEvents(output).length;
    await pause(12_000);
    expect(readEvents(output)).toHaveLength(before);
    run.process.kill("SIGCONT");
    await until(() => readEvents(output).length > before + 5);
    run.process.kill("SIGINT");
    const { code, stdout } = await run.ended;
    expect([code, eventsOf(stdout).at(-1)?.type]).toEqual([130, "run-stopped"]);
    expect(workers.filter(isAlive)).toEqual([]);
  },
);

test.runIf(process.platform !== "win32")(
  "killed while all are stopped: the workers go on, save and end",
  async () => {
    const { output, workers, ...run } = await started("killed-while-suspended");
    run.process.kill("SIGTSTP");
    await until(() => [...workers, run.process.pid ?? 0].every(isStopped));
    run.process.kill("SIGKILL");
    await run.ended;
    await until(() => !workers.some(isAlive));
    expect(readEvents(output).at(-1)?.type).toBe("run-stopped");
  },
);

test("the first worker killed: one message, which says from where it goes on and what is lost", async () => {
  const { output, workers, ...run } = await started("first", ["--save-steps", "50"]);
  await run.event(isStep(60));
  process.kill(trainerOf(output), "SIGKILL");
  const { code, stdout, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(stderr.match(/^error /gm)).toHaveLength(1);
  expect(stderr).toContain("FT-RUN-006: worker 1 of 2 ended by SIGKILL");
  const saved = readPointer(output, "latest")?.step ?? 0;
  const done = eventsOf(stdout).findLast(isStep(1));
  expect(saved).toBeGreaterThanOrEqual(50);
  expect(stderr).toContain(
    `ft train resume ${output} goes on from the checkpoint of step ${saved}`,
  );
  if (done?.type === "step-reported" && done.step > saved)
    expect(stderr).toMatch(/what was learned after it, up to step \d+ at least, is lost/);
  expect(workers.filter(isAlive)).toEqual([]);
  const iters = ["--iters", String(saved + 2)];
  const resumed = await runProgram([
    "train",
    "resume",
    output,
    "--workers",
    "2",
    ...iters,
    "--json",
  ]);
  expect(resumed.code, resumed.stderr).toBe(0);
  const events = eventsOf(resumed.stdout);
  expect(events[0]).toMatchObject({ type: "run-started", resumedFromStep: saved, workers: 2 });
});

test("--detach: followed, stopped, and gone on with by three", async () => {
  const output = join(folder, "detached");
  const begun = await runProgram(argsFor(output, ["--detach"]));
  expect(begun.code, begun.stderr).toBe(0);
  const { runId, pid } = JSON.parse(begun.stdout) as { runId: string; pid: number };
  keepers.push(pid);
  const follower = startProgram(["runs", "follow", runId, "--json"]);
  expect(await follower.event(({ type }) => type === "run-started")).toMatchObject({ workers: 2 });
  await follower.event(isStep(3));
  const workers = childrenOf(pid);
  expect(workers.length).toBeGreaterThanOrEqual(2);
  const stopped = await runProgram(["runs", "stop", output, "--json"]);
  expect(stopped.code, stopped.stderr).toBe(0);
  const { step, status } = JSON.parse(stopped.stdout) as { step: number; status: string };
  expect(status).toBe("stopped");
  expect((await follower.ended).code).toBe(130);
  await until(() => ![...workers, pid].some(isAlive));

  const how = ["--detach", "--workers", "3", "--iters", String(step + 5), "--json"];
  const again = await runProgram(["train", "resume", output, ...how]);
  expect(again.code, again.stderr).toBe(0);
  keepers.push((JSON.parse(again.stdout) as { pid: number }).pid);
  const { code, stdout } = await runProgram(["runs", "follow", output, "--json"]);
  expect(code).toBe(0);
  expect(eventsOf(stdout).findLast(({ type }) => type === "run-started")).toMatchObject({
    ...{ resumedFromStep: step, workers: 3 },
  });
  expect(eventsOf(stdout).at(-1)).toMatchObject({ type: "run-completed", totalSteps: step + 5 });
});
