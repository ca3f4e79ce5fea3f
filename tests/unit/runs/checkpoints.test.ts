import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  listCheckpoints,
  pruneCheckpoints,
  readPointer,
  setPointer,
} from "../../../src/runs/checkpoints.ts";
import { makeFolder } from "../../support/folders.ts";

function runWith(...steps: number[]): string {
  const files = steps.map((step) => [`checkpoints/step-${step}/manifest.json`, "{}"]);
  return makeFolder(Object.fromEntries(files));
}

const stepsOf = (run: string): number[] => listCheckpoints(run).map(({ step }) => step);

describe("listing", () => {
  test("by step, not by name; unfinished and foreign folders do not count", () => {
    const run = makeFolder({
      "checkpoints/step-1000/a": "",
      "checkpoints/step-200/a": "",
      "checkpoints/.step-300.tmp-1-ab/a": "",
      "checkpoints/step-x/a": "",
      "checkpoints/step-5": "a file",
    });
    expect(stepsOf(run)).toEqual([200, 1000]);
  });

  test("a run without checkpoints has none", () => {
    expect(listCheckpoints(makeFolder())).toEqual([]);
  });
});

describe("pointers", () => {
  test("are small text files that name a checkpoint, and can be moved with the folder", async () => {
    const run = runWith(10, 20);
    await setPointer(run, "best", 10);
    expect(readFileSync(join(run, "checkpoints", "best"), "utf8")).toBe("step-10\n");
    expect(readPointer(run, "best")).toEqual({ step: 10, path: join(run, "checkpoints/step-10") });
    expect(readPointer(run, "latest")).toBeUndefined();
  });

  test("one that names nothing that is there counts as none", async () => {
    const run = runWith(10);
    await setPointer(run, "latest", 30);
    expect(readPointer(run, "latest")).toBeUndefined();
    const odd = makeFolder({ "checkpoints/best": "../../etc" });
    expect(readPointer(odd, "best")).toBeUndefined();
    mkdirSync(join(odd, "checkpoints", "latest"));
    expect(readPointer(odd, "latest")).toBeUndefined();
  });
});

describe("pruning", () => {
  test("keeps the newest, the best and the latest", async () => {
    const run = runWith(10, 20, 30, 40, 50, 60);
    await setPointer(run, "best", 20);
    await setPointer(run, "latest", 60);
    const removed = await pruneCheckpoints(run, 3);
    expect(removed.map(({ step }) => step)).toEqual([10, 30]);
    expect(stepsOf(run)).toEqual([20, 40, 50, 60]);
  });

  test("does nothing while there are few", async () => {
    const run = runWith(1, 2, 3);
    expect(await pruneCheckpoints(run, 3)).toEqual([]);
    expect(stepsOf(run)).toEqual([1, 2, 3]);
  });
});
