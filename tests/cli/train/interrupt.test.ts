// How a run ends when someone or something ends it: Ctrl-C once and twice, a parent that is killed, a trainer that is.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { readEvents } from "../../../src/runs/index.ts";
import { type LongTraining, longTraining } from "../../support/long-training.ts";
import {
  eventsOf,
  isAlive,
  isStep,
  isStopped,
  runProgram,
  startProgram,
  trainerOf,
  until,
} from "../../support/program.ts";

let toy: LongTraining;
let folder: string;

beforeAll(async () => {
  toy = await longTraining("interrupt");
  ({ folder } = toy);
});

/** A run of many more steps than a test waits for, in its own folder. */
function startLongRun(
  name: string,
  how: readonly string[] = ["--json"],
): { output: string } & ReturnType<typeof startProgram> {
  const output = join(folder, name);
  return { output, ...startProgram(toy.argsFor(output, ...how)) };
}

async function statusOf(output: string): Promise<string | undefined> {
  const { stdout } = await runProgram(["runs", "list", "--json"]);
  const { runs } = JSON.parse(stdout) as { runs: { outputDir: string; status: string }[] };
  return runs.find((run) => run.outputDir === output)?.status;
}

test("Ctrl-C: the step is finished, a checkpoint written, and the run goes on later", async () => {
  const run = startLongRun("once");
  await run.event(isStep(3));
  run.process.kill("SIGINT");
  const { code, stdout } = await run.ended;
  expect(code).toBe(130);
  const last = eventsOf(stdout).at(-1);
  if (last?.type !== "run-stopped") throw new Error(`the last event is ${last?.type}`);
  expect(last.checkpointPath).toBe(join(run.output, "checkpoints", `step-${last.step}`));
  expect(existsSync(join(run.output, "checkpoints", `step-${last.step}`, "manifest.json"))).toBe(
    true,
  );
  expect(existsSync(join(run.output, "run.lock"))).toBe(false);
  expect(await statusOf(run.output)).toBe("stopped");
  const shown = await runProgram(["runs", "show", run.output, "--json"]);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    status: "stopped",
    latest: { step: last.step },
  });

  const resumed = startProgram(["train", "resume", run.output, "--json"]);
  expect(await resumed.event(isStep(1))).toMatchObject({ step: last.step + 1 });
  resumed.process.kill("SIGINT");
  const again = await resumed.ended;
  expect(again.code, `${again.stdout.slice(-600)}\n${again.stderr}`).toBe(130);
});

test("Ctrl-C before the first step also leaves a run that can be continued", async () => {
  const run = startLongRun("early");
  await run.event((event) => event.type === "run-started");
  run.process.kill("SIGINT");
  const { code, stdout } = await run.ended;
  expect(code).toBe(130);
  expect(eventsOf(stdout).at(-1)?.type).toBe("run-stopped");
});

test("Ctrl-C twice: everything ends at once", async () => {
  const run = startLongRun("twice", []);
  await until(() => readEvents(run.output).some(isStep(3)));
  const trainer = trainerOf(run.output);
  // Stopped, the trainer cannot finish its step: only the second Ctrl-C can end this.
  process.kill(trainer, "SIGSTOP");
  run.process.kill("SIGINT");
  // A second one that comes before the first was heard would be the same as the first.
  await run.said("press Ctrl-C again to stop at once");
  expect(run.process.exitCode).toBeNull();
  run.process.kill("SIGINT");
  expect(await run.ended).toMatchObject({ code: 130 });
  await until(() => !isAlive(trainer));
});

test("a parent that is killed: the trainer saves and ends by itself", async () => {
  const run = startLongRun("orphan");
  await run.event(isStep(3));
  const trainer = trainerOf(run.output);
  run.process.kill("SIGKILL");
  await run.ended;
  await until(() => !isAlive(trainer));
  const last = readEvents(run.output).at(-1);
  if (last?.type !== "run-stopped") throw new Error(`the last event is ${last?.type}`);
  expect(existsSync(join(run.output, "checkpoints", `step-${last.step}`))).toBe(true);
  expect(existsSync(join(run.output, "run.lock"))).toBe(false);
});

test.each(["stdout", "stderr"] as const)(
  "a reader of %s that goes away: the run saves and ends in order",
  async (stream) => {
    const { output, ...run } = startLongRun(
      `unread-${stream}`,
      stream === "stdout" ? ["--json"] : [],
    );
    await until(() => readEvents(output).some(isStep(3)));
    run.process[stream]?.destroy();
    expect((await run.ended).code).toBe(130);
    const last = readEvents(output).at(-1);
    if (last?.type !== "run-stopped") throw new Error(`the last event is ${last?.type}`);
    expect(existsSync(join(output, "checkpoints", `step-${last.step}`))).toBe(true);
    expect(existsSync(join(output, "run.lock"))).toBe(false);
  },
);

test("a trainer that is killed: its death is told, and the list of runs says crashed", async () => {
  const run = startLongRun("killed");
  await run.event(isStep(3));
  const busy = await runProgram(["train", "resume", run.output, "--json"]);
  expect(busy.code).toBe(75);
  expect(busy.stderr).toContain("FT-RUN-003");
  process.kill(trainerOf(run.output), "SIGKILL");
  const { code, stdout, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(stderr).toContain("FT-RUN-006: the training process ended by SIGKILL");
  expect(stderr).toContain(`ft train resume ${run.output}`);
  expect(eventsOf(stdout).at(-1)).toMatchObject({ type: "run-failed", code: "FT-RUN-006" });
  expect(await statusOf(run.output)).toBe("crashed");
});

test("a trainer that dies of itself: its last words are told", async () => {
  const output = join(folder, "last-words");
  const extension = fileURLToPath(new URL("../../fixtures/train/dies.mjs", import.meta.url));
  const { code, stderr } = await runProgram(toy.argsFor(output, "--extension", extension));
  expect(code).toBe(1);
  expect(stderr).toContain("ended with exit code 9");
  expect(stderr).toContain("these are my last words");
});

test.runIf(process.platform !== "win32")(
  "Ctrl-Z stops the trainer too, and fg continues both; a terminal that closes meanwhile leaves it to save",
  async () => {
    const run = startLongRun("suspended");
    await run.event(isStep(3));
    const trainer = trainerOf(run.output);
    run.process.kill("SIGTSTP");
    await until(() => isStopped(trainer) && isStopped(run.process.pid ?? 0));
    const seen = readEvents(run.output).length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(readEvents(run.output)).toHaveLength(seen);

    run.process.kill("SIGCONT");
    await until(() => readEvents(run.output).length > seen);

    run.process.kill("SIGTSTP");
    // Both: a SIGCONT that comes while the parent is about to stop itself would be lost.
    await until(() => isStopped(trainer) && isStopped(run.process.pid ?? 0));
    run.process.kill("SIGHUP");
    run.process.kill("SIGCONT");
    await run.ended;
    await until(() => !isAlive(trainer));
    expect(readEvents(run.output).at(-1)?.type).toBe("run-stopped");
  },
);

test.runIf(process.platform !== "win32")(
  "a parent that is killed while both are stopped: the trainer goes on, saves and ends",
  async () => {
    const run = startLongRun("killed-while-suspended");
    await run.event(isStep(3));
    const trainer = trainerOf(run.output);
    run.process.kill("SIGTSTP");
    await until(() => isStopped(trainer) && isStopped(run.process.pid ?? 0));
    run.process.kill("SIGKILL");
    await run.ended;
    await until(() => !isAlive(trainer));
    expect(readEvents(run.output).at(-1)?.type).toBe("run-stopped");
    expect(existsSync(join(run.output, "run.lock"))).toBe(false);
  },
);
