// Runs without a terminal: one that goes on when its terminal closes, watched by as many as like, stopped in order, and
// told of when whatever ran it was killed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readEvents, type RunEvent } from "../../../src/runs/index.ts";
import { endedWithTheFile, type LongTraining, longTraining } from "../../support/long-training.ts";
import {
  compiledProgram,
  eventsOf,
  isAlive,
  isStep,
  programEnvironment,
  runProgram,
  startProgram,
  trainerOf,
  until,
} from "../../support/program.ts";
import { studioProgram } from "../../support/studio-program.ts";

let toy: LongTraining;
let folder: string;

beforeAll(async () => {
  toy = await longTraining("detached");
  ({ folder } = toy);
});

const argsFor = (output: string, steps = 200_000): string[] =>
  toy.argsFor(output, "--iters", String(steps), "--detach");

/** A trainer whose keeper is gone saves and ends. */
const keepers = endedWithTheFile();

interface Detached {
  runId: string;
  outputDir: string;
  pid: number;
}

async function detached(name: string, steps?: number): Promise<Detached> {
  const { code, stdout, stderr } = await runProgram([
    ...argsFor(join(folder, name), steps),
    "--json",
  ]);
  expect(code, stderr).toBe(0);
  const run = JSON.parse(stdout) as Detached;
  keepers.push(run.pid);
  return run;
}

const lastOf = (output: string): RunEvent | undefined => readEvents(output).at(-1);
function stepOf(output: string): number {
  const last = readEvents(output).findLast(isStep(1));
  return last?.type === "step-reported" ? last.step : 0;
}

async function statusOf(output: string): Promise<string> {
  const { stdout } = await runProgram(["runs", "show", output, "--json"]);
  return (JSON.parse(stdout) as { status: string }).status;
}

const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

test.skipIf(!hasScript)("a run goes on when its terminal is closed", async () => {
  const output = join(folder, "closed");
  const line = [process.execPath, compiledProgram(), ...argsFor(output)].join(" ");
  const terminal = spawn("script", ["-qec", `${line}; sleep 300`, "/dev/null"], {
    env: programEnvironment(),
    stdio: ["pipe", "pipe", "ignore"],
  });
  let shown = "";
  terminal.stdout.on("data", (chunk: Buffer) => void (shown += chunk.toString("utf8")));
  await until(() => shown.includes("goes on in the background"));
  expect(shown).toMatch(
    /ft runs follow \S+ watches it; ft runs stop \S+ ends it with a checkpoint/,
  );
  // its master closes, and the system hangs up on all that are in the terminal's session
  terminal.kill("SIGKILL");
  await new Promise((closed) => terminal.on("close", closed));
  const at = stepOf(output);
  await until(() => stepOf(output) > at + 5);
  expect((await runProgram(["runs", "stop", output])).code).toBe(0);
});

test("followed by two at once, stopped by two at once, and not stopped again", async () => {
  const { runId, outputDir } = await detached("followed");
  const followers = [outputDir, runId].map((name) =>
    startProgram(["runs", "follow", name, "--json"]),
  );
  for (const follower of followers) await follower.event(({ type }) => type === "step-reported");
  expect(await statusOf(outputDir)).toBe("running");
  const stops = await Promise.all(
    [outputDir, runId].map((name) => runProgram(["runs", "stop", name, "--json"])),
  );
  const last = lastOf(outputDir);
  if (last?.type !== "run-stopped") throw new Error(`the last event is ${last?.type}`);
  for (const { code, stdout, stderr } of stops) {
    // the slower may find that it has ended
    if (code !== 0) {
      expect(stderr).toContain("FT-RUN-016");
      continue;
    }
    expect(JSON.parse(stdout)).toEqual({
      ...{ runId, outputDir, status: "stopped", step: last.step },
      checkpointPath: join(outputDir, "checkpoints", `step-${last.step}`),
      resume: `ft train resume ${outputDir}`,
    });
  }
  expect(stops.some(({ code }) => code === 0)).toBe(true);
  const written = readFileSync(join(outputDir, "events.jsonl"), "utf8");
  for (const follower of followers) {
    const { code, stdout } = await follower.ended;
    expect(code).toBe(130);
    expect(eventsOf(stdout).length).toBe(eventsOf(written).length);
    expect(stdout).toBe(written);
  }
  const again = await runProgram(["runs", "stop", outputDir]);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain(
    `FT-RUN-016: The run in ${outputDir} is not running: it is stopped`,
  );
  expect(again.stderr).toContain(`ft train resume ${outputDir}`);
  expect(existsSync(join(outputDir, "run.stop"))).toBe(false);
});

test("a run that was stopped goes on detached; ending the watching does not end it", async () => {
  const { runId, outputDir } = await detached("resumed");
  await runProgram(["runs", "stop", outputDir]);
  const last = lastOf(outputDir);
  if (last?.type !== "run-stopped") throw new Error(`the last event is ${last?.type}`);
  const resumed = await runProgram(["train", "resume", outputDir, "--detach", "--json"]);
  const again = JSON.parse(resumed.stdout) as Detached;
  keepers.push(again.pid);
  expect(again).toMatchObject({ runId, outputDir });
  const follower = startProgram(["runs", "follow", outputDir, "--json"]);
  expect(await follower.event(({ type }) => type === "run-started")).toMatchObject({
    resumedFromStep: last.step,
  });
  expect(await follower.event(({ type }) => type === "step-reported")).toMatchObject({
    step: last.step + 1,
  });
  follower.process.kill("SIGINT");
  const { code, stderr } = await follower.ended;
  expect([code, stderr]).toEqual([130, ""]);
  expect(await statusOf(outputDir)).toBe("running");
  expect((await runProgram(["runs", "stop", outputDir])).code).toBe(0);
});

test("following ends as the run did, and of one that has ended shows what it did", async () => {
  const { runId, outputDir } = await detached("short", 30);
  const { code, stdout, stderr } = await runProgram(["runs", "follow", runId]);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("Total Steps:");
  expect(stderr).toContain("step 30/30");
  expect(await runProgram(["runs", "follow", outputDir])).toEqual({ code, stdout, stderr });
  const stopped = await runProgram(["runs", "stop", runId, "--json"]);
  expect(JSON.parse(stopped.stdout).error.message).toContain("is not running: it is completed");
});

test("a trainer that is killed while it is followed: its keeper writes why, and the follower says it", async () => {
  const { outputDir } = await detached("killed");
  const follower = startProgram(["runs", "follow", outputDir, "--json"]);
  await follower.event(({ type }) => type === "step-reported");
  process.kill(trainerOf(outputDir), "SIGKILL");
  const { code, stdout, stderr } = await follower.ended;
  expect(code).toBe(1);
  expect(stderr).toContain("FT-RUN-006: the training process ended by SIGKILL");
  expect(eventsOf(stdout).at(-1)).toMatchObject({ type: "run-failed", exitCode: 1 });
  expect(await statusOf(outputDir)).toBe("failed");
});

test("everything killed while it is followed: the follower says that nothing tells how it ended", async () => {
  const { outputDir, pid } = await detached("all-killed");
  const follower = startProgram(["runs", "follow", outputDir]);
  await until(() => stepOf(outputDir) > 3);
  const trainer = trainerOf(outputDir);
  // Stopped, it cannot save and end in order once its keeper is gone.
  process.kill(trainer, "SIGSTOP");
  process.kill(pid, "SIGKILL");
  process.kill(trainer, "SIGKILL");
  const { code, stderr } = await follower.ended;
  expect(code).toBe(1);
  expect(stderr).toContain("FT-RUN-017");
  expect(stderr).toContain(`ft train resume ${outputDir}`);
  expect(await statusOf(outputDir)).toBe("crashed");
});

test("the keeper killed: the trainer saves and ends by itself", async () => {
  const { outputDir, pid } = await detached("keeper");
  await until(() => stepOf(outputDir) > 3);
  const trainer = trainerOf(outputDir);
  process.kill(pid, "SIGKILL");
  await until(() => !isAlive(trainer));
  expect(lastOf(outputDir)?.type).toBe("run-stopped");
});

test("a run of another machine is not stopped from here", async () => {
  const { outputDir } = await detached("elsewhere", 5);
  await until(() => lastOf(outputDir)?.type === "run-completed");
  const lock = { pid: process.pid, started: null, host: "another-machine" };
  await until(() => !existsSync(join(outputDir, "run.lock")));
  writeFileSync(join(outputDir, "run.lock"), JSON.stringify(lock));
  const { code, stderr } = await runProgram(["runs", "stop", outputDir]);
  expect(code).toBe(2);
  expect(stderr).toContain("FT-RUN-018");
  expect(stderr).toContain("on another-machine: ft runs stop");
});

test("what keeps a run from beginning is told at once, and what cannot be together", async () => {
  const output = join(folder, "occupied");
  await detached("occupied", 5);
  await until(() => lastOf(output)?.type === "run-completed");
  await until(() => !existsSync(join(output, "run.lock")));
  const occupied = await runProgram([...argsFor(output), "--json"]);
  expect([occupied.code, JSON.parse(occupied.stdout).error.code]).toEqual([3, "FT-RUN-001"]);
  expect(lastOf(output)?.type).toBe("run-completed");
  for (const other of [["--queue"], ["--on", "local"], ["--dry-run"], ["--no-isolate"]]) {
    const { code, stderr } = await runProgram([...argsFor(join(folder, "none")), ...other]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("FT-USAGE-008") as string]);
  }
  const unknown = await runProgram(["runs", "follow", "20990101-nothing"]);
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    expect.stringContaining("FT-RUN-007") as string,
  ]);
});

test("the studio shows a run that was detached, live", async () => {
  const { runId, outputDir } = await detached("shown");
  const { program, client } = await studioProgram({});
  const shown = async (): Promise<{ status: string; step: number } | undefined> => {
    const { body } = await client.call("getV1Runs");
    const runs = body.runs as { id: string; status: string; step: number }[];
    return runs.find(({ id }) => id === runId);
  };
  const first = await shown();
  expect(first?.status).toBe("running");
  await until(() => stepOf(outputDir) > (first?.step ?? 0) + 3);
  expect((await shown())?.step).toBeGreaterThan(first?.step ?? 0);
  expect((await runProgram(["runs", "stop", outputDir])).code).toBe(0);
  expect((await shown())?.status).toBe("stopped");
  program.process.kill("SIGTERM");
  await program.ended;
});
