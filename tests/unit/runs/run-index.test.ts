import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { UsageError } from "../../../src/core/errors.ts";
import {
  listRuns,
  openRun,
  pruneRuns,
  readEvents,
  recordRun,
  type RunFolder,
  showRun,
} from "../../../src/runs/index.ts";
import type { RunFact } from "../../../src/runs/index.ts";
import { acquireLock } from "../../../src/runs/lock.ts";
import { makeFolder } from "../../support/folders.ts";
import { refusal } from "../../support/refusal.ts";
import { completed, evaluated, failed, notice, record, started, stepped } from "./facts.ts";

beforeEach(() => {
  process.env["FT_HOME"] = makeFolder();
});

async function make(runId: string, facts: RunFact[]): Promise<RunFolder> {
  const run = openRun(join(makeFolder(), "run"), { runId });
  await run.writeRecord(record());
  await recordRun({
    runId,
    outputDir: run.path,
    startedAt: record().createdAt,
    model: "builtin/tiny",
    dataset: "rows.jsonl",
    method: "lora",
  });
  for (const fact of facts) run.append(fact);
  return run;
}

describe("the status of a run", () => {
  test.each([
    ["completed", [started(), stepped(10), completed()]],
    ["failed", [started(), failed(), notice("afterwards")]],
    [
      "stopped",
      [started(), { type: "run-stopped", step: 3, checkpointPath: null, outputDir: "o" }],
    ],
    ["crashed", [started(), stepped(3)]],
  ] as [string, RunFact[]][])("%s", async (status, facts) => {
    (await make("a", facts)).close();
    expect(listRuns()[0]?.status).toBe(status);
  });

  test("running while its process holds the folder", async () => {
    const run = await make("a", [started()]);
    expect(listRuns()[0]?.status).toBe("running");
    run.close();
  });

  test("running, not crashed, where it ends or begins while it is looked at", async () => {
    const ends = await make("a", [started()]);
    const seen = listRuns((folder) => {
      const events = readEvents(folder);
      ends.append(completed());
      ends.close();
      return events;
    });
    expect(seen[0]?.status).toBe("running");
    expect(listRuns()[0]?.status).toBe("completed");
    const begins = await make("b", []);
    begins.close();
    const again = listRuns((folder) => {
      if (folder === begins.path) acquireLock(folder);
      return readEvents(folder);
    });
    expect(again.map(({ status }) => status)).toEqual(["running", "completed"]);
  });

  test("missing when its folder is gone, or holds a later run", async () => {
    const run = await make("a", [completed()]);
    run.close();
    rmSync(run.path, { recursive: true });
    expect(listRuns()[0]?.status).toBe("missing");
    const later = openRun(run.path, { runId: "b" });
    await later.writeRecord(record());
    later.close();
    expect(listRuns()[0]?.status).toBe("missing");
  });
});

describe("the step of a run", () => {
  const stop: RunFact = { type: "run-stopped", step: 7, checkpointPath: null, outputDir: "o" };
  test.each([
    ["the one it stopped after, not the last reported", [started(), stepped(5), stop], 7],
    ["the one last evaluated or saved", [started(), stepped(5), evaluated(6, 1)], 6],
    ["the one it goes on from", [stepped(9), { ...started(), resumedFromStep: 4 }], 4],
    ["all of them", [started(), stepped(5), completed()], 10],
    ["none yet", [started()], 0],
  ] as [string, RunFact[], number][])("%s", async (_, facts, step) => {
    const run = await make("a", facts);
    run.close();
    expect(listRuns()[0]?.step).toBe(step);
    expect(showRun(run.path).step).toBe(step);
  });
});

describe("pruning", () => {
  async function withCheckpoints(runId: string, facts: RunFact[]): Promise<RunFolder> {
    const run = await make(runId, facts);
    for (const step of [1, 2, 3, 4]) {
      mkdirSync(run.checkpointPath(step));
      writeFileSync(join(run.checkpointPath(step), "x"), "12345");
    }
    await run.setPointer("best", 2);
    await run.setPointer("latest", 4);
    return run;
  }
  const steps = (run: RunFolder): number[] => run.checkpoints().map(({ step }) => step);

  test("runs whose folders are gone are forgotten; nothing else goes unasked", async () => {
    const gone = await make("gone", [completed()]);
    gone.close();
    rmSync(gone.path, { recursive: true });
    const run = await withCheckpoints("there", [completed()]);
    run.close();
    expect(pruneRuns({ checkpoints: false, dryRun: true }).forgotten).toHaveLength(1);
    expect(listRuns()).toHaveLength(2);
    expect(pruneRuns({ checkpoints: false, dryRun: false })).toEqual({
      forgotten: [{ runId: "gone", outputDir: gone.path }],
      checkpoints: [],
      bytes: 0,
    });
    expect(listRuns().map(({ runId }) => runId)).toEqual(["there"]);
    expect(steps(run)).toEqual([1, 2, 3, 4]);
  });

  test("checkpoints of completed runs go, but the best and the latest; others' stay", async () => {
    const [done, stopped] = [
      await withCheckpoints("done", [completed()]),
      await withCheckpoints("stopped", [stepped(4)]),
    ];
    const running = await withCheckpoints("running", [completed()]);
    done.close();
    stopped.close();
    const planned = pruneRuns({ checkpoints: true, dryRun: true });
    expect(steps(done)).toEqual([1, 2, 3, 4]);
    const pruned = pruneRuns({ checkpoints: true, dryRun: false });
    expect(pruned).toEqual(planned);
    expect(pruned.checkpoints.map(({ path }) => path)).toEqual([
      done.checkpointPath(1),
      done.checkpointPath(3),
    ]);
    expect(pruned.bytes).toBe(10);
    expect([steps(done), steps(stopped), steps(running)]).toEqual([
      [2, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    running.close();
  });
});

describe("listing and showing", () => {
  test("newest first, with the last figures", async () => {
    (await make("20260101-000000-aaaaaa", [started(), stepped(4, 2.5)])).close();
    (
      await make("20260102-000000-bbbbbb", [started(), stepped(9), evaluated(9, 0.7), completed()])
    ).close();
    expect(listRuns()).toMatchObject([
      {
        runId: "20260102-000000-bbbbbb",
        step: 10,
        totalSteps: 10,
        trainLoss: 0.51234,
        validationLoss: 0.7,
      },
      { runId: "20260101-000000-aaaaaa", step: 4, trainLoss: 2.5, validationLoss: null },
    ]);
  });

  test("by id, by the start of an id, and by folder, known or not", async () => {
    const run = await make("20260102-000000-bbbbbb", [started(), completed()]);
    run.close();
    for (const name of ["20260102-000000-bbbbbb", "20260102", run.path]) {
      expect(showRun(name)).toMatchObject({ runId: run.runId, status: "completed" });
    }
    process.env["FT_HOME"] = makeFolder();
    expect(showRun(run.path)).toMatchObject({
      model: "builtin/tiny",
      lastEvent: { type: "run-completed" },
    });
  });

  test("a run whose folder another has taken is not shown with the other's settings", async () => {
    const run = await make("a", [completed()]);
    run.close();
    rmSync(run.path, { recursive: true });
    const later = openRun(run.path, { runId: "b" });
    await later.writeRecord(record());
    later.close();
    expect(() => showRun("a")).toThrow(`The run a is gone: ${run.path} holds b now`);
  });

  test("unknown and ambiguous names are errors", async () => {
    (await make("20260101-a", [])).close();
    (await make("20260101-b", [])).close();
    const several = refusal(() => showRun("20260101"), UsageError);
    expect(several.message).toBe("2 runs begin with '20260101'");
    expect(several.problems.toSorted()).toEqual(["20260101-a", "20260101-b"]);
    expect(() => showRun("20260101-c")).toThrow("did you mean 20260101-");
  });
});
