// Runs on another machine, which is a real sshd on the loopback address: what comes back, and what is said where the line
// breaks, the disk there is full, ft there is another, or its key is not known.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { childrenOf, eventsOf, runProgram, startProgram, until } from "../../support/program.ts";
import { type FakeFarMachine, hasSshd, startSshd } from "../../support/sshd.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

function place(machine: FakeFarMachine, rows = 10) {
  const cwd = makeFolder();
  writeRows(join(cwd, "rows.jsonl"), rows);
  return { cwd, env: { FT_HOME: machine.home } };
}

const train = (model: string, steps: number, ...more: string[]): string[] => [
  ...["train", "start", model, "rows.jsonl", "--template", "chatml", "--iters", String(steps)],
  ...["--output", "night", "--on", "far", "--json", "--report-every", "1", ...more],
];

const farRuns = ({ folder }: FakeFarMachine): string[] => readdirSync(join(folder, "runs"));

test.skipIf(!hasSshd)(
  "a run there leaves here what a run here leaves: events, curves, a result that answers",
  async () => {
    const machine = await startSshd();
    const at = place(machine);
    const model = await makeToyModel(join(at.cwd, "toy"));
    const ended = await runProgram(train(model, 4), at);
    expect(ended.code, ended.stderr).toBe(0);
    const events = eventsOf(ended.stdout);
    expect(events.at(-1)).toMatchObject({ type: "run-completed", totalSteps: 4 });
    const output = join(at.cwd, "night");
    const kept = eventsOf(readFileSync(join(output, "events.jsonl"), "utf8"));
    expect(kept).toEqual(events);
    // nothing tells of places there
    const texts = ["config.json", "events.jsonl", "final_model/adapter_config.json"];
    for (const name of texts) {
      const text = readFileSync(join(output, name), "utf8");
      expect(text, name).not.toContain(machine.folder);
    }
    const checked = await runProgram(["verify", "night/final_model"], at);
    expect(checked.code, checked.stderr).toBe(0);
    const answer = await runProgram(
      ["generate", model, "Hello", "--adapter", "night/final_model", "--max-tokens", "3"],
      at,
    );
    expect(answer.code, answer.stderr).toBe(0);
    const listed = await runProgram(["runs", "list", "--json"], at);
    expect(JSON.parse(listed.stdout)).toMatchObject({ runs: [{ status: "completed", step: 4 }] });
  },
);

test.skipIf(!hasSshd)("here it goes on as any run; the same files are not sent twice", async () => {
  const machine = await startSshd();
  const at = place(machine);
  const model = await makeToyModel(join(at.cwd, "toy"));
  const ended = await runProgram(train(model, 4), at);
  expect(ended.code, ended.stderr).toBe(0);
  const on = await runProgram(["train", "resume", "night", "--iters", "6", "--json"], at);
  expect(on.code, on.stderr).toBe(0);
  expect(eventsOf(on.stdout).at(-1)).toMatchObject({ type: "run-completed", totalSteps: 6 });
  const before = statSync(join(machine.folder, "files")).mtimeMs;
  const again = await runProgram(train(model, 1, "--output", "again"), at);
  expect(again.code, again.stderr).toBe(0);
  expect(statSync(join(machine.folder, "files")).mtimeMs).toBe(before);
});

test.skipIf(!hasSshd)(
  "a line that breaks ends nothing: the run is followed from where it was, no event twice",
  async () => {
    const machine = await startSshd();
    const at = place(machine);
    const args = train("builtin/tiny", 60).filter((arg) => arg !== "--json");
    const started = startProgram(args, at);
    const log = join(at.cwd, "night/events.jsonl");
    await until(() => existsSync(log) && readFileSync(log, "utf8").includes('"step":3,'));
    // held, so that it is not over before its line breaks
    const [run = ""] = farRuns(machine);
    const trainer = Number(readFileSync(join(machine.folder, "runs", run, "pid"), "utf8"));
    process.kill(trainer, "SIGSTOP");
    const lines = childrenOf(started.process.pid ?? 0);
    expect(lines).toHaveLength(1);
    process.kill(lines[0] ?? 0, "SIGKILL");
    process.kill(trainer, "SIGCONT");
    const ended = await started.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain("the line to far broke");
    expect(ended.stderr).toContain("far answers again");
    const steps = eventsOf(readFileSync(log, "utf8")).flatMap((event) =>
      event.type === "step-reported" ? [event.step] : [],
    );
    expect(steps).toEqual(Array.from({ length: 60 }, (_, step) => step + 1));
    expect(farRuns(machine)).toHaveLength(1);
  },
);

test.skipIf(!hasSshd)(
  "who started it may be gone: the run ends there, and is found again",
  async () => {
    const machine = await startSshd();
    const at = place(machine);
    const started = startProgram(train("builtin/tiny", 60), at);
    await started.event((event) => event.type === "step-reported");
    started.process.kill("SIGKILL");
    await started.ended;
    const [id = ""] = farRuns(machine);
    await until(() => existsSync(join(machine.folder, "runs", id, "exit")));
    const ended = await runProgram(["remote", "follow", "night", "--json"], at);
    expect(ended.code, ended.stderr).toBe(0);
    const kept = eventsOf(readFileSync(join(at.cwd, "night/events.jsonl"), "utf8"));
    expect(kept.filter(({ type }) => type === "step-reported")).toHaveLength(60);
    expect(existsSync(join(at.cwd, "night/final_model/adapters.safetensors"))).toBe(true);
  },
);

test.skipIf(!hasSshd)("Ctrl-C stops it there, saved, and what was learned comes here", async () => {
  const machine = await startSshd();
  const at = place(machine);
  const started = startProgram(train("builtin/tiny", 100_000), at);
  await started.event((event) => event.type === "step-reported" && event.step >= 3);
  started.process.kill("SIGINT");
  const ended = await started.ended;
  expect(ended.code, ended.stderr).toBe(130);
  const last = eventsOf(ended.stdout).at(-1);
  expect(last?.type).toBe("run-stopped");
  const { step = 0 } = last as { step?: number };
  expect(existsSync(join(at.cwd, `night/checkpoints/step-${step}`))).toBe(true);
});

/** A small disk, where this user may make one. */
function smallDisk(kilobytes: number): string | undefined {
  const folder = makeFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder], {
      stdio: "ignore",
    });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return folder;
}

test.skipIf(!hasSshd)(
  "a disk that is full there is told before a byte is sent, and while it trains",
  async (context) => {
    const folder = smallDisk(512);
    if (folder === undefined) return context.skip();
    const machine = await startSshd(folder);
    const at = place(machine, 6000);
    const ended = await runProgram(train("builtin/tiny", 2), at);
    expect(ended.code, ended.stdout).toBe(1);
    expect(ended.stderr + ended.stdout).toContain("FT-HOST-010");
    expect(ended.stderr).toMatch(/the disk of far is full: .* are to be copied, .* are free/);
    expect(existsSync(join(at.cwd, "night"))).toBe(false);
    // rows that fit, and checkpoints that do not
    writeRows(join(at.cwd, "rows.jsonl"), 10);
    const later = await runProgram(train("builtin/tiny", 4, "--lora-rank", "64"), at);
    expect(later.code).toBe(1);
    expect(later.stderr).toMatch(/FT-HOST-010: the disk of far is full: .*adapters.safetensors/);
    expect(later.stderr).toContain("hint: Make room there");
  },
);

test.skipIf(!hasSshd)(
  "another version there is refused, with what mends it; none at all as well",
  async () => {
    const machine = await startSshd();
    const at = place(machine);
    const other = join(makeFolder(), "ft");
    const info = { backend: "cpu", backendReason: "", device: null, memoryBytes: 1, platform: "x" };
    const text = JSON.stringify({ ...info, node: "20.0.0", version: "0.0.9" });
    writeFileSync(other, `#!/bin/sh\necho '${text}'\n`);
    chmodSync(other, 0o755);
    machine.configure({ ft: other });
    const ended = await runProgram(["remote", "check", "far"], at);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/FT-HOST-008.* far has ft 0\.0\.9, and this machine has ft /);
    expect(ended.stderr).toContain("hint: Set ft");
    const sent = await runProgram(train("builtin/tiny", 2), at);
    expect(sent.stderr).toContain("FT-HOST-008");
    expect(existsSync(join(machine.folder, "runs"))).toBe(false);
    machine.configure({ ft: "ft-that-is-nowhere" });
    const none = await runProgram(["remote", "check", "far"], at);
    expect(none.stderr).toMatch(/FT-HOST-007.*not found/);
  },
);

test.skipIf(!hasSshd)(
  "a key that is not known is refused, with what to compare and to run",
  async () => {
    const machine = await startSshd();
    writeFileSync(machine.knownHosts, "");
    const ended = await runProgram(["remote", "check", "far"], place(machine));
    expect(ended.code).toBe(6);
    expect(ended.stderr).toContain("FT-HOST-005");
    expect(ended.stderr).toMatch(/hint: Compare its fingerprint .* ssh far true/);
    expect(readFileSync(machine.knownHosts, "utf8")).toBe("");
  },
);

test.skipIf(!hasSshd)(
  "a check tells what is there; nobody who listens is told as that",
  async () => {
    const machine = await startSshd();
    const at = place(machine);
    const ended = await runProgram(["remote", "check", "far", "--json"], at);
    expect(ended.code, ended.stderr).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ name: "far", kind: "ssh", backend: "cpu" });
    machine.server.kill();
    await new Promise((resolve) => machine.server.once("exit", resolve));
    const gone = await runProgram(["remote", "check", "far"], at);
    expect(gone.code).toBe(6);
    expect(gone.stderr).toContain("FT-HOST-004");
  },
);
