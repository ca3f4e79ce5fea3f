// Several machines that train together: this one and a real sshd on the loopback address. The same numbers as one worker
// alone, and what becomes of the rest when the line to one breaks.
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPointer } from "../../../src/runs/index.ts";
import { makeFolder } from "../../support/folders.ts";
import {
  childrenOf,
  eventsOf,
  isAlive,
  killHard,
  runProgram,
  startProgram,
  until,
} from "../../support/program.ts";
import { type FakeFarMachine, hasSshd, startSshd } from "../../support/sshd.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

/** Two machines of one worker each. */
async function place(): Promise<{
  machine: FakeFarMachine;
  at: { cwd: string; env: Record<string, string> };
  model: string;
}> {
  const machine = await startSshd();
  const cwd = makeFolder();
  writeRows(join(cwd, "rows.jsonl"), 10);
  const entries = [
    { ssh: "localhost", ips: ["127.0.0.1"] },
    { ssh: "far", ips: ["127.0.0.1"] },
  ];
  writeFileSync(join(cwd, "machines.json"), JSON.stringify(entries));
  const model = await makeToyModel(join(cwd, "toy"));
  return { machine, at: { cwd, env: { FT_HOME: machine.home } }, model };
}

const train = (model: string, steps: number, output: string, ...more: string[]): string[] => [
  ...["train", "start", model, "rows.jsonl", "--template", "chatml", "--iters", String(steps)],
  ...["--output", output, "--json", "--report-every", "1", "--lora-dropout", "0", ...more],
];

const losses = (stdout: string): number[] =>
  eventsOf(stdout).flatMap((event) =>
    event.type === "step-reported" ? [event.trainLoss ?? Number.NaN] : [],
  );

/** Processes at the far side: those below the connections that sshd serves. */
function farProcesses({ connections }: FakeFarMachine): number[] {
  const below = (pid: number): number[] =>
    childrenOf(pid).flatMap((each) => [each, ...below(each)]);
  return connections().flatMap(below);
}

test.skipIf(!hasSshd)("two machines train what one trains; files are copied once", async () => {
  const { machine, at, model } = await place();
  const together = await runProgram(train(model, 5, "both", "--hosts", "machines.json"), at);
  expect(together.code, together.stderr).toBe(0);
  const files = join(machine.folder, "files");
  const copied = statSync(files).mtimeMs;
  expect(eventsOf(together.stdout)[0]).toMatchObject({ type: "run-started", workers: 2 });
  const alone = await runProgram(train(model, 5, "alone"), at);
  losses(together.stdout).forEach((loss, step) => {
    expect(Math.abs(loss / (losses(alone.stdout)[step] ?? 0) - 1)).toBeLessThan(1e-5);
  });
  expect(losses(together.stdout)).toHaveLength(5);
  const again = ["train", "resume", "both", "--iters", "7", "--hosts", "machines.json", "--json"];
  const resumed = await runProgram(again, at);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(statSync(files).mtimeMs).toBe(copied);
  expect(eventsOf(resumed.stdout).at(-1)).toMatchObject({ type: "run-completed", totalSteps: 7 });
});

test.skipIf(!hasSshd)(
  "a line that breaks: all stop, nobody is left, the last step is kept",
  async () => {
    const { machine, at, model } = await place();
    const started = startProgram(train(model, 100_000, "both", "--hosts", "machines.json"), at);
    await started.event((event) => event.type === "step-reported" && event.step >= 3);
    const far = farProcesses(machine);
    expect(far.length).toBeGreaterThan(0);
    for (const pid of machine.connections()) killHard(pid);
    const ended = await started.ended;
    expect(ended.code).toBe(1);
    const [failed] = eventsOf(ended.stdout).filter(({ type }) => type === "run-failed");
    expect(failed).toMatchObject({ message: expect.stringMatching(/far/) });
    // by the line that broke, not by the seconds for which nobody there was heard of
    expect(failed).not.toMatchObject({ message: expect.stringMatching(/not heard of/) });
    expect(readPointer(join(at.cwd, "both"), "latest")?.step).toBeGreaterThanOrEqual(3);
    await until(() => !far.some(isAlive));
  },
);

test.skipIf(!hasSshd)("who started them is killed: nobody is left there", async () => {
  const { machine, at, model } = await place();
  const started = startProgram(train(model, 100_000, "both", "--hosts", "machines.json"), at);
  await started.event((event) => event.type === "step-reported" && event.step >= 3);
  const far = farProcesses(machine);
  started.process.kill("SIGKILL");
  // by the line that broke: silence alone would take fifteen seconds
  await until(() => !far.some(isAlive), 14);
  await until(() => (readPointer(join(at.cwd, "both"), "latest")?.step ?? 0) >= 3);
});

test.each([
  ["{}", "list"],
  ['[{"ssh": "localhost", "ips": ["127.0.0.1"]}]', "single machine"],
  ['[{"ssh": "far", "ips": ["127.0.0.1"]}, {"ssh": "localhost", "ips": ["127.0.0.1"]}]', "entry 1"],
  ['[{"ssh": "localhost", "ips": []}, {"ssh": "far", "ips": ["127.0.0.1"]}]', "entry 1, ips"],
  [
    '[{"ssh": "localhost", "ips": ["127.0.0.1"]}, {"ssh": "-oProxyCommand=x", "ips": ["127.0.0.1"]}]',
    "entry 2, ssh",
  ],
])("a file of machines that is none: %s", async (text, said) => {
  const cwd = makeFolder();
  writeRows(join(cwd, "rows.jsonl"), 4);
  writeFileSync(join(cwd, "machines.json"), text);
  const ended = await runProgram(train("builtin/tiny", 2, "out", "--hosts", "machines.json"), {
    cwd,
  });
  expect(ended.code).toBe(3);
  expect(ended.stdout + ended.stderr).toContain("FT-RING-007");
  expect(ended.stdout + ended.stderr).toContain(said);
  expect(existsSync(join(cwd, "out"))).toBe(false);
});
