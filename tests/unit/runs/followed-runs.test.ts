// The list of runs for whoever asks again and again says what the folders say, also after they have changed.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { ByStamp } from "../../../src/runs/by-stamp.ts";
import {
  followedNotes,
  followedRun,
  followedRuns,
  listRuns,
  openRun,
  recordRun,
  reopenRun,
  type RunFolder,
  writeNotes,
} from "../../../src/runs/index.ts";
import { forgetRun } from "../../../src/runs/run-index.ts";
import { makeFolder } from "../../support/folders.ts";
import { completed, record, started, stepped } from "./facts.ts";

beforeEach(() => {
  process.env["FT_HOME"] = makeFolder();
});

const entry = (runId: string, outputDir: string) => ({
  ...{ runId, outputDir, startedAt: record().createdAt },
  ...{ model: "builtin/tiny", dataset: "rows.jsonl", method: "lora" },
});

async function make(runId: string): Promise<RunFolder> {
  const run = openRun(join(makeFolder(), "run"), { runId });
  await run.writeRecord(record());
  await recordRun(entry(runId, run.path));
  run.append(started());
  return run;
}

const expectSame = (): void => {
  expect(followedRuns()).toEqual(listRuns());
  expect(followedRuns()).toEqual(listRuns());
};

test("the same as read anew: while a run goes on, after it, gone on with, moved, without its folder, forgotten", async () => {
  const [first, second] = [await make("a"), await make("b")];
  expectSame();
  second.append(stepped(3));
  expectSame();
  expect(followedRun("b").step).toBe(3);
  second.append(completed());
  second.close();
  expectSame();
  expect(followedRuns().map(({ status }) => status)).toEqual(["completed", "running"]);
  first.close();
  expectSame();
  const again = reopenRun(second.path);
  again.append(started(20));
  expectSame();
  again.close();
  await recordRun(entry("a", second.path));
  expectSame();
  rmSync(second.path, { recursive: true });
  expectSame();
  expect(followedRuns()[0]?.status).toBe("missing");
  forgetRun("b");
  expectSame();
  expect(followedRuns()).toHaveLength(1);
});

test("notes are read again when they were written anew, and are none when they are gone", async () => {
  const run = await make("a");
  run.close();
  expect(followedNotes(run.path)).toEqual({ note: "", tags: [] });
  await writeNotes(run.path, { note: "one", tags: [] });
  expect(followedNotes(run.path).note).toBe("one");
  await writeNotes(run.path, { note: "two", tags: [] });
  expect(followedNotes(run.path).note).toBe("two");
  rmSync(join(run.path, "notes.json"));
  expect(followedNotes(run.path).note).toBe("");
});

test("what did not change is read once; of more than are kept, those asked for last are", () => {
  const folder = makeFolder();
  const file = (name: string): string => join(folder, name);
  const kept = new ByStamp<number>(2);
  let reads = 0;
  const get = (name: string): number => kept.get(name, [file(name)], () => ++reads);
  for (const name of ["a", "b", "c"]) writeFileSync(file(name), name);
  expect([get("a"), get("a"), get("b"), get("a")]).toEqual([1, 1, 2, 1]);
  expect([get("c"), get("a"), get("b")]).toEqual([3, 1, 4]);
  writeFileSync(file("a"), "longer");
  expect(get("a")).toBe(5);
});
