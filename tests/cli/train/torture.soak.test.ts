// A trainer killed with -9, at random moments and before each thing that it does with files while it saves: resumed, it
// ends in the bytes of a run that was never touched.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, inject, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { readEvents } from "../../../src/runs/index.ts";
import { LOCK_FILE } from "../../../src/runs/lock.ts";
import { bytesOf } from "../../support/left-of-a-run.ts";
import { runProgram, startProgram, trainerOf, until } from "../../support/program.ts";
import { rounds } from "../../support/soak.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

const dying = fileURLToPath(new URL("../../fixtures/train/dies-at.mjs", import.meta.url));

let folder: string;
let points: string;
let expected: Record<string, string>;
/** What an untouched run does with files, in order. */
let done: string[];
/** Milliseconds in which it has the run's folder. */
let lived: number;
let runs = 0;

const options = [
  ...["--iters", "8", "--batch-size", "2", "--save-steps", "3", "--eval-steps", "4"],
  ...[
    "--report-every",
    "1",
    "--template",
    "chatml",
    "--warmup-steps",
    "2",
    "--lora-dropout",
    "0.1",
  ],
  ...["--final-model", "best", "--report-to", "tensorboard", "--json"],
];

const training = (output: string): string[] => {
  const [model, rows] = [join(folder, "model"), join(folder, "rows.jsonl")];
  return ["train", "start", model, rows, ...options, "--output", output];
};

beforeAll(async () => {
  folder = join(inject("runFolder"), "torture");
  await makeToyModel(join(folder, "model"));
  writeRows(join(folder, "rows.jsonl"), 14);
  points = join(folder, "points.txt");
  writeFileSync(points, "");
  const whole = join(folder, "whole");
  const env = { FT_TEST_POINTS: points };
  const ended = await runProgram([...training(whole), "--extension", dying], { env });
  expect(ended).toMatchObject({ code: 0 });
  done = readFileSync(points, "utf8").trim().split("\n");
  expected = bytesOf(whole);
  const times = readEvents(whole).map(({ time }) => Date.parse(time));
  lived = (times.at(-1) ?? 0) - (times[0] ?? 0);
});

/** Resumes what has begun, starts what has not. */
const goingOn = (run: string): string[] =>
  existsSync(join(run, "config.json")) ? ["train", "resume", run, "--json"] : training(run);

test("killed before each thing that is done with files", { timeout: 3_600_000 }, async () => {
  expect(done.length).toBeGreaterThan(60);
  expect(done).toEqual(
    expect.arrayContaining(["rename step-3 (temporary)", "rename latest (temporary)"]),
  );
  const count = rounds({ slice: 5, soak: done.length });
  for (let which = 0; which < count; which++) {
    const at = Math.floor(((which + 0.5) * done.length) / count);
    const run = join(folder, `point-${at}`);
    const env = { FT_TEST_POINTS: points, FT_TEST_DIE_AT: String(at) };
    const killed = await runProgram([...training(run), "--extension", dying], { env });
    expect(killed.code, done[at]).toBe(1);
    const resumed = await runProgram(goingOn(run));
    expect(resumed, done[at]).toMatchObject({ code: 0 });
    expect(bytesOf(run), done[at]).toEqual(expected);
    rmSync(run, { recursive: true });
  }
});

/** Kills the trainer some time after it has taken the run's folder, if it is still there then; whether it was. */
async function isKilled(
  args: readonly string[],
  run: string,
  milliseconds: number,
): Promise<boolean> {
  const started = startProgram(args);
  let hasEnded = false;
  const ended = started.ended.finally(() => (hasEnded = true));
  await until(() => hasEnded || existsSync(join(run, LOCK_FILE)));
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  try {
    process.kill(trainerOf(run), "SIGKILL");
  } catch {
    // It has ended.
  }
  return (await ended).code !== 0;
}

/** So that a slow machine comes to an end. */
const mostKillsOfARun = 8;

test("killed at random moments, again and again", { timeout: 3_600_000 }, async () => {
  const random = Random.fromSeed(7);
  const wanted = rounds({ slice: 3, soak: 60 });
  for (let kills = 0; kills < wanted;) {
    const run = join(folder, `random-${runs++}`);
    for (let times = 0; times < mostKillsOfARun; times++) {
      if (!(await isKilled(goingOn(run), run, 1.2 * lived * random.next()))) break;
      kills += 1;
    }
    const last = await runProgram(goingOn(run));
    expect(last).toMatchObject({ code: 0 });
    expect(bytesOf(run)).toEqual(expected);
    rmSync(run, { recursive: true });
  }
});
