// Files for programs that take a run elsewhere: a person's settings in them, and they run as they are.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { listCheckpoints } from "../../../src/runs/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { compiledProgram, programEnvironment, runProgram } from "../../support/program.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

/** What a shell would read as more than a name, had it not been told that it is one. */
const awkward = `it's "my" $(touch x) \`touch x\` $HOME; rows`;

function place() {
  const top = makeFolder();
  const cwd = join(top, awkward);
  const home = join(top, "home");
  for (const folder of [cwd, home]) mkdirSync(folder);
  writeRows(join(cwd, `${awkward}.jsonl`), 10);
  const ft = join(top, "ft");
  writeFileSync(ft, `#!/bin/sh\nexec '${process.execPath}' '${compiledProgram()}' "$@"\n`);
  chmodSync(ft, 0o755);
  const hosts = {
    cluster: { kind: "slurm", ft, partition: "gpu", gpus: 1, time: "01:00:00" },
    cloud: { kind: "skypilot", ft, accelerators: "L4:1", setup: "true" },
  };
  writeFileSync(join(home, "hosts.yaml"), JSON.stringify(hosts));
  return { cwd, env: { FT_HOME: home } };
}

const args = (host: string, ...more: string[]): string[] => [
  ...["train", "start", "builtin/tiny", `${awkward}.jsonl`, "--iters", "2", "--output", "night"],
  ...["--on", host, ...more],
];

test("a batch file for Slurm asks for what the entry says, and trains when bash reads it", async () => {
  const at = place();
  const ended = await runProgram(args("cluster", "--emit", "job.sh"), at);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain("sbatch '/");
  const text = readFileSync(join(at.cwd, "job.sh"), "utf8");
  for (const line of ["--partition=gpu", "--gpus=1", "--time=01:00:00", "--signal=B:INT@120"])
    expect(text).toContain(`#SBATCH ${line}\n`);
  const env = { ...programEnvironment(), ...at.env };
  const elsewhere = makeFolder();
  const job = join(at.cwd, "job.sh");
  execFileSync("bash", ["-n", job]);
  execFileSync("bash", [job], { cwd: elsewhere, env, stdio: "ignore" });
  expect(existsSync(join(at.cwd, "night/final_model/adapters.safetensors"))).toBe(true);
  expect(existsSync(join(elsewhere, "x"))).toBe(false);
});

test("the batch shell alone is told that its time is nearly over, and a checkpoint is saved", async () => {
  const at = place();
  // no checkpoint but the one that is told
  const long = [
    ...args("cluster", "--emit", "job.sh", "--iters", "100000"),
    ...["--save-steps", "100000"],
  ];
  const ended = await runProgram(long, at);
  expect(ended.code, ended.stderr).toBe(0);
  const env = { ...programEnvironment(), ...at.env };
  // A group of its own: nothing else may hear of it.
  const job = spawn("bash", ["job.sh"], { cwd: at.cwd, env, stdio: "ignore", detached: true });
  const over = once(job, "close");
  const events = join(at.cwd, "night/events.jsonl");
  const stepped = (): boolean =>
    existsSync(events) && readFileSync(events, "utf8").includes(`"type":"step`);
  while (!stepped() && job.exitCode === null) await pause(100);
  job.kill("SIGINT");
  expect(await over).toEqual([130, null]);
  expect(listCheckpoints(join(at.cwd, "night"))).toHaveLength(1);
});

test("a task for SkyPilot mounts rows and model, and trains when its lines are run on such a machine", async () => {
  const at = place();
  await makeToyModel(join(at.cwd, "a model"));
  const given = args("cloud", "--emit", "task.yaml").with(2, "./a model");
  const ended = await runProgram(given, at);
  expect(ended.code, ended.stderr).toBe(0);
  const task = parse(readFileSync(join(at.cwd, "task.yaml"), "utf8")) as {
    name: string;
    resources: object;
    file_mounts: Record<string, string>;
    run: string;
  };
  expect(ended.stdout).toContain(`sky launch -c ${task.name} '/`);
  expect(task.resources).toEqual({ accelerators: "L4:1" });
  const HOME = makeFolder();
  expect(Object.keys(task.file_mounts)).toHaveLength(2);
  for (const [there, here] of Object.entries(task.file_mounts)) {
    expect(there).toMatch(/^~\/[\w./-]+$/);
    const to = there.replace("~", HOME);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(here, to, { recursive: true });
  }
  const env = { ...programEnvironment(), FT_HOME: join(HOME, "ft"), HOME };
  execFileSync("bash", ["-c", task.run], { cwd: HOME, env, stdio: "ignore" });
  const result = join(HOME, "ft-runs", task.name.replace("ft-", ""), "final_model");
  expect(existsSync(join(result, "adapters.safetensors"))).toBe(true);
  expect(existsSync(join(HOME, "x"))).toBe(false);
});

test("a file is written over only where it was written so: data that --emit names stay", async () => {
  const at = place();
  const rows = join(at.cwd, `${awkward}.jsonl`);
  const before = readFileSync(rows);
  const refused = await runProgram(args("cluster", "--emit", `${awkward}.jsonl`), at);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("FT-HOST-020");
  expect(readFileSync(rows)).toEqual(before);
  for (const host of ["cluster", "cloud"]) {
    const again = await runProgram(args(host, "--emit", "file"), at);
    expect(again.code, again.stderr).toBe(0);
  }
});

test("such a host is not started from here, and ssh has no file; names like options are refused", async () => {
  const at = place();
  const started = await runProgram(args("cluster"), at);
  expect(started.code).toBe(2);
  expect(started.stderr).toMatch(/FT-HOST-014[\s\S]*--emit FILE/);
  const emitted = await runProgram(args("local", "--emit", "job.sh"), at);
  expect(emitted.code).toBe(2);
  expect(emitted.stderr).toContain("FT-HOST-015");
  const unknown = await runProgram(["remote", "check", "clustre"], at);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/FT-HOST-001.*did you mean cluster/);
  const option = await runProgram(["remote", "check", "--", "-oProxyCommand=touch x"], at);
  expect(option.code).toBe(2);
  expect(option.stderr).toContain("FT-HOST-003");
  expect(existsSync(join(at.cwd, "x"))).toBe(false);
});

test("what is wrong in hosts.yaml is told with its line", async () => {
  const at = place();
  const text = `a:
  kind: ssh
  address: -oProxyCommand=x
b:
  prot: 22
c:
  kind: sssh
d:
  kind: slurm
  partition: gpu --wrap=x
e:
  kind: skypilot
`;
  writeFileSync(join(at.env.FT_HOME, "hosts.yaml"), text);
  const ended = await runProgram(["remote", "hosts"], at);
  expect(ended.code).toBe(3);
  expect(ended.stderr).toContain("FT-HOST-002");
  expect(ended.stderr).toMatch(/hosts\.yaml:3: a\.address/);
  expect(ended.stderr).toMatch(/hosts\.yaml:5: unknown key b\.prot/);
  expect(ended.stderr).toMatch(/hosts\.yaml:7: c\.kind: sssh is none of ssh/);
  expect(ended.stderr).toMatch(/hosts\.yaml:10: d\.partition: is one word/);
  expect(ended.stderr).toMatch(/hosts\.yaml:11: e\.setup/);
});
