// Failures as a user meets them: what is said, with which exit code, what is kept, and that the command which is named mends
// it. Memory is memory.test.ts's, processes that die are interrupt.test.ts's, changed inputs resume.test.ts's.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { bytesOf } from "../../support/left-of-a-run.ts";
import {
  compiledProgram,
  programEnvironment,
  runProgram,
  startProgram,
} from "../../support/program.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

let folder: string;
let whole: string;

const training = (output: string, ...more: string[]): string[] => [
  ...["train", "start", join(folder, "model"), join(folder, "rows.jsonl"), "--output", output],
  ...["--iters", "6", "--batch-size", "2", "--save-steps", "2", "--keep-checkpoints", "9"],
  ...["--template", "chatml", "--report-every", "1", "--warmup-steps", "0", "--no-isolate"],
  ...["--val-split", "0", ...more],
];

const resuming = (run: string): string[] => ["train", "resume", run, "--no-isolate"];

beforeAll(async () => {
  folder = join(inject("runFolder"), "when-it-fails");
  await makeToyModel(join(folder, "model"));
  writeRows(join(folder, "rows.jsonl"), 10);
  whole = join(folder, "whole");
  expect(await runProgram(training(whole))).toMatchObject({ code: 0 });
});

test("steps without a finite loss: told one by one, three end it, the last good checkpoint stays", async () => {
  const run = join(folder, "blown-up");
  const rate = ["--lr", "1e15", "--save-steps", "1", "--keep-checkpoints", "2"];
  const { code, stderr } = await runProgram(training(run, ...rate));
  expect(code).toBe(1);
  const told = [...stderr.matchAll(/^warning: step (\d+): skipped, the loss was infinite.*$/gm)];
  expect(told).toHaveLength(3);
  const first = Number(told[0]?.[1]);
  // Of the weights that gave the first infinite loss nothing was learned any more.
  const good = join(run, "checkpoints", `step-${first - 2}`);
  expect(stderr).toMatch(/FT-TRAIN-001: .* in 3 steps in a row, after step \d+ \(learning rate/);
  expect(stderr).toContain(`hint: the last good checkpoint is ${good}; train again with a tenth`);
  expect(existsSync(join(good, "trained", "adapters.safetensors"))).toBe(true);
});

/** Files of the checkpoint after step 4 find no room. */
const full = `import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  const open = fs.promises.open;
  fs.promises.open = async (path, ...rest) => {
    if (/step-4.*state/.test(path))
      throw Object.assign(new Error("full"), { code: "ENOSPC", path, syscall: "open" });
    return await open.call(fs.promises, path, ...rest);
  };
  syncBuiltinESMExports();`;

test("a disk that is full while a checkpoint is saved: the one before stays, and is gone on from", async () => {
  const run = join(folder, "full");
  const extension = join(folder, "full.mjs");
  writeFileSync(extension, full);
  const { code, stderr } = await runProgram([...training(run), "--extension", extension]);
  expect(code).toBe(1);
  const place = join(run, "checkpoints", "step-4", "state.json");
  expect(stderr).toContain(`error FT-FILE-ENOSPC: No space left on the disk: ${place}\n`);
  expect(stderr).toContain(
    `hint: make room and permission in ${run}; then ft train resume ${run} goes on after step 2\n`,
  );
  expect(readdirSync(join(run, "checkpoints")).sort()).toEqual(["latest", "step-2"]);
  expect(await runProgram(resuming(run))).toMatchObject({ code: 0 });
  expect(bytesOf(run)).toEqual(bytesOf(whole));
});

/** A file system of its own, which only some systems let a user make. */
const ownMount = ["--user", "--map-root-user", "--mount", "sh", "-ec"];
const canMount =
  process.platform === "linux" &&
  spawnSync("unshare", [...ownMount, "mount -t tmpfs tmpfs /mnt"]).status === 0;

test.runIf(canMount)("a disk that is really full, or may only be read", () => {
  const script = `mount -t tmpfs -o size=600k tmpfs /mnt
    ft() { "$NODE" "$MAIN" "$@" 2>&1 >/dev/null | grep -E "^(error|hint)" || true; }
    ft "$@" --output /mnt/run --iters 90 --keep-checkpoints 99 --no-isolate
    mount -o remount,size=9m /mnt
    ft train resume /mnt/run --no-isolate
    test -f /mnt/run/final_model/adapters.safetensors
    mount -o remount,ro /mnt
    ft "$@" --output /mnt/other`;
  const args = training("").filter((arg) => arg !== "--output" && arg !== "");
  const env = { ...programEnvironment(), NODE: process.execPath, MAIN: compiledProgram() };
  const ended = spawnSync("unshare", [...ownMount, script, "sh", ...args], { env });
  const said = ended.stdout.toString();
  expect(ended.status, said + ended.stderr.toString()).toBe(0);
  expect(said).toMatch(
    /^error FT-(FILE-ENOSPC: No space left on the disk|WEIGHTS-021: .*is the disk full\?)/,
  );
  expect(said).toMatch(/^hint: .*; then ft train resume \/mnt\/run goes on after step \d+\n/m);
  expect(said).toMatch(
    /\nerror FT-FILE-EROFS: The file system is read-only: \/mnt\nhint: .*--output/,
  );
  expect(said.match(/^error/gm)).toHaveLength(2);
});

/** Another state, with a manifest that says so. */
function rewriteState(checkpoint: string, change: (state: object) => unknown): void {
  const [stateFile, manifestFile] = ["state.json", "manifest.json"].map((name) =>
    join(checkpoint, name),
  ) as [string, string];
  const text = JSON.stringify(change(JSON.parse(readFileSync(stateFile, "utf8")) as object));
  const manifest = JSON.parse(readFileSync(manifestFile, "utf8")) as { files: object };
  const sha256 = createHash("sha256").update(text).digest("hex");
  const files = { ...manifest.files, "state.json": { bytes: text.length, sha256 } };
  writeFileSync(stateFile, text);
  writeFileSync(manifestFile, JSON.stringify({ ...manifest, files }));
}

describe("a checkpoint that is damaged", () => {
  test.each([
    [
      "half of the weights",
      "trained/adapters.safetensors: 1000 bytes, expected ",
      (at) => truncateSync(join(at, "trained/adapters.safetensors"), 1000),
    ],
    [
      "no JSON",
      "state.json: 2 bytes, expected ",
      (at) => writeFileSync(join(at, "state.json"), "{\n"),
    ],
    [
      "no optimizer",
      "optimizer.safetensors: missing",
      (at) => rmSync(join(at, "optimizer.safetensors")),
    ],
    [
      "the state of another step",
      "state.json: the state of step 4",
      (at) => rewriteState(at, (state) => ({ ...state, step: 4 })),
    ],
    ["no state of a run", "state.json: no state of a run", (at) => rewriteState(at, () => [1])],
    [
      "no manifest",
      "manifest.json: missing or not readable",
      (at) => writeFileSync(join(at, "manifest.json"), "{"),
    ],
  ] as [string, string, (at: string) => void][])(
    "%s: the file is named",
    async (name, problem, harm) => {
      const run = join(folder, name.replaceAll(" ", "-"));
      cpSync(whole, run, { recursive: true });
      const checkpoint = join(run, "checkpoints", "step-6");
      harm(checkpoint);
      const { code, stderr } = await runProgram(resuming(run));
      expect(code).toBe(4);
      expect(stderr).toContain(
        `error FT-TRAIN-003: ${checkpoint}: the checkpoint is damaged\n  - ${problem}`,
      );
      expect(stderr).toContain(`hint: rm -r ${checkpoint}, then resume: it goes on after step 4\n`);
    },
  );

  test("taken away as is said, the one before is used; without any, the run begins again", async () => {
    const run = join(folder, "mended");
    cpSync(whole, run, { recursive: true });
    rmSync(join(run, "checkpoints", "step-6"), { recursive: true });
    const mended = await runProgram(resuming(run));
    expect(mended.stderr).toContain("6 steps, continuing after step 4\n");
    expect(bytesOf(run)).toEqual(bytesOf(whole));
    for (const step of [2, 4])
      rmSync(join(run, "checkpoints", `step-${step}`), { recursive: true });
    writeFileSync(join(run, "checkpoints", "step-6", "state.json"), "");
    const none = await runProgram(resuming(run));
    expect(none.stderr).toMatch(/hint: rm -r .*step-6, then resume: the run begins again\n/);
  });
});

test("two that resume one run at once: one goes on, the other is told which process does", async () => {
  const run = join(folder, "twice");
  cpSync(whole, run, { recursive: true });
  const long = [...resuming(run), "--iters", "200000"];
  const both = [startProgram(long), startProgram(long)];
  const refused = await Promise.race(both.map(({ ended }) => ended));
  expect(refused.code).toBe(75);
  expect(refused.stderr).toMatch(/FT-RUN-003: Another run is writing to .*twice \(process \d+\)/);
  expect(refused.stderr).toContain(
    `hint: Wait for it to end; ft runs show ${run} shows its progress`,
  );
  const other = both.find(({ process: { exitCode } }) => exitCode === null);
  other?.process.kill("SIGINT");
  expect((await other?.ended)?.code).toBe(130);
});

test("a run's own file is damaged: it is named", async () => {
  const run = join(folder, "no-record");
  cpSync(whole, run, { recursive: true });
  const record = join(run, "config.json");
  writeFileSync(record, readFileSync(record, "utf8").slice(0, 1000));
  const { code, stderr } = await runProgram(resuming(run));
  expect(code).toBe(3);
  expect(stderr).toContain(`FT-RUN-005: ${record}: The run's configuration cannot be read: `);
});
