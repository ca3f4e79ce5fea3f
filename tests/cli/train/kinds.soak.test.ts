// Every way to train, killed with -9 at each named point of saving: resumed, it ends in the bytes and the numbers of a run
// that was never touched. Also of each: it is evaluated before the first step, its evaluations tell the same of the same
// weights, and the best checkpoint is what it gives.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { readEvents, readPointer } from "../../../src/runs/index.ts";
import { bytesOf, factsOf, hashesOf } from "../../support/left-of-a-run.ts";
import { runProgram } from "../../support/program.ts";
import { rounds } from "../../support/soak.ts";
import { kinds, makeTortureInputs, trainingOf } from "../../support/torture-kinds.ts";

const dying = fileURLToPath(new URL("../../fixtures/train/dies-at.mjs", import.meta.url));
const isWhole = rounds({ slice: 0, soak: 1 }) === 1;
/** So that a run comes to an end. */
const mostKillsOfARun = 3;

/** Those of a plain test run: of each thing that a checkpoint may hold, one. */
const sliced = [
  ...["lora, packed, prefix kept", "lora, as mlx-lm, accumulated", "dpo, prefix kept"],
  ...["full, half precision over float32", "lora loaded in 4 bits, prefix kept"],
];
const chosen = isWhole ? Object.keys(kinds) : sliced;

let folder: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "kinds");
  await makeTortureInputs(folder);
});

interface Whole {
  run: string;
  bytes: Record<string, string>;
  facts: Record<string, unknown>;
  /** What it does with files and events, in order and without steps, and how often. */
  points: Map<string, number>;
}

const seedOf = (name: string): number => Object.keys(kinds).indexOf(name);

const placeOf = (name: string, what: string): string => join(folder, what, String(seedOf(name)));

/** What a new run does with files and events, by names that every such run has. */
async function recorded(name: string, run: string): Promise<Map<string, number>> {
  const log = join(folder, "points.txt");
  writeFileSync(log, "");
  const env = { FT_TEST_POINTS: log };
  const ended = await runProgram([...trainingOf(name, folder, run), "--extension", dying], { env });
  expect(ended, name).toMatchObject({ code: 0 });
  const points = new Map<string, number>();
  for (const line of readFileSync(log, "utf8").trim().split("\n")) {
    const step = line.replace(/step-\d+/, "step-N");
    const point = step.replace(/\d{8}-\d{6}-[0-9a-f]{6}/, "RUN");
    points.set(point, (points.get(point) ?? 0) + 1);
  }
  return points;
}

async function untouched(name: string): Promise<Whole> {
  const run = placeOf(name, "whole");
  const first = await recorded(name, run);
  // Only the first run fills this machine's caches.
  const points = isWhole ? await recorded(name, placeOf(name, "again")) : first;
  return { run, bytes: bytesOf(run), facts: factsOf(run), points };
}

/** Starts the run, or goes on with it, until the point; whether it died there. */
async function diesAt(name: string, run: string, point: string): Promise<boolean> {
  const begun = existsSync(join(run, "config.json"));
  const resume = ["train", "resume", run, "--no-isolate", "--json"];
  const args = begun ? resume : trainingOf(name, folder, run);
  const env = { FT_TEST_POINTS: "/dev/null", FT_TEST_DIE_AT: point };
  const ended = await runProgram([...args, "--extension", dying], { env });
  if (ended.code !== null) expect(ended, `${name}, ${point}`).toMatchObject({ code: 0 });
  return ended.code === null;
}

/** Dies at one point after another, then comes to its end; at how many it died. */
async function torture(name: string, whole: Whole, points: readonly string[]): Promise<number> {
  const run = placeOf(name, "broken");
  const died: string[] = [];
  for (const point of points.slice(0, mostKillsOfARun)) {
    if (!(await diesAt(name, run, point))) break;
    died.push(point);
  }
  await diesAt(name, run, "-1");
  expect(bytesOf(run), `${name}, killed before ${died.join(", ")}`).toEqual(whole.bytes);
  expect(factsOf(run), `${name}, killed before ${died.join(", ")}`).toEqual(whole.facts);
  rmSync(run, { recursive: true });
  return died.length;
}

/** Each point once, in an order of its own, where a life comes there for the first or the second time. */
function planned({ points }: Whole, random: Random): string[] {
  const all = [...points];
  // A few of those that a resumed life comes to as well, where it is not all.
  const some = isWhole ? all : all.filter(([, times]) => times > 3);
  const order = [...random.shuffle(some.length)].flatMap((at) => some.slice(at, at + 1));
  const named = order.map(([point, times]) => {
    return `${times > 3 && random.next() < 0.5 ? 1 : 0} ${point}`;
  });
  return named.slice(0, rounds({ slice: 2, soak: named.length }));
}

interface Told {
  step: number;
  validationLoss: number;
}

const evaluationsOf = (run: string): Told[] =>
  readEvents(run).flatMap((event) => (event.type === "evaluation-finished" ? [event] : []));

describe.each(chosen)("%s", (name) => {
  let whole: Whole;

  beforeAll(async () => {
    whole = await untouched(name);
  });

  test("killed, resumed, the same", { timeout: 1_800_000 }, async () => {
    expect(whole.points.get("rename step-N (temporary)")).toBeGreaterThan(3);
    expect(whole.points.get("rename latest (temporary)")).toBeGreaterThan(3);
    const random = Random.fromSeed(11).split(name);
    let left = planned(whole, random);
    while (left.length > 0) {
      const died = await torture(name, whole, left);
      // A point that a resumed run did not come to is the next new run's first.
      expect(died, left[0]).toBeGreaterThan(0);
      left = left.slice(died);
    }
  });

  test("evaluated before the first step; the best checkpoint is its result", () => {
    const types = readEvents(whole.run).map(({ type }) => type);
    expect(types.indexOf("evaluation-finished")).toBeLessThan(types.indexOf("step-reported"));
    const [first, ...later] = evaluationsOf(whole.run);
    expect(first).toMatchObject({ step: 0, validationLoss: expect.any(Number) });
    const best = later.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
    const kept = readPointer(whole.run, "best");
    expect(kept?.step).toBe(best.step);
    const { "ft-manifest.json": manifest, ...result } = hashesOf(join(whole.run, "final_model"));
    expect(manifest).toBeDefined();
    expect(result).toEqual(hashesOf(join(kept?.path ?? "", "trained")));
  });

  test("an evaluation tells the same of the same weights", async () => {
    const run = placeOf(name, "still");
    // A rate so small that no weight can move by it.
    const ended = await runProgram(trainingOf(name, folder, run, ["--lr", "1e-30"]));
    expect(ended).toMatchObject({ code: 0 });
    const losses = evaluationsOf(run).map(({ validationLoss }) => validationLoss);
    expect(losses.length).toBeGreaterThan(2);
    expect(new Set(losses).size).toBe(1);
    rmSync(run, { recursive: true });
  });
});
