// ft jobs as its user sees it: a sweep into the queue, worked on, followed, removed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { JobList } from "../../src/app/jobs/overview.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

let model: string;
let rows: string;
beforeAll(async () => {
  const folder = join(inject("runFolder"), "jobs-program");
  model = await makeToyModel(join(folder, "model"));
  rows = writeRows(join(folder, "rows.jsonl"), 12);
});

const ft = (home: string, ...args: string[]) => runProgram(args, { env: { FT_HOME: home } });

async function listed(home: string, ...args: string[]): Promise<JobList> {
  return JSON.parse((await ft(home, "jobs", "list", ...args, "--json")).stdout) as JobList;
}

describe("ft jobs", () => {
  test("says what to do where nothing is", async () => {
    const home = makeFolder();
    expect((await ft(home, "jobs", "list")).stdout).toContain("ft train start MODEL DATA --queue");
    expect(await listed(home)).toEqual({ jobs: [], workers: 0 });
    const unknown = await ft(home, "jobs", "show", "nothing");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("FT-JOB-001");
    expect((await ft(home, "jobs", "work", "--until-empty")).code).toBe(0);
  });

  test("a sweep in the queue: one run after the other, on after an error", async () => {
    const home = makeFolder();
    const file = join(home, "sweep.yaml");
    const base = `base: {model: {name: ${model}}, data: {train_file: ${rows}, template: chatml}, optimization: {iters: 3}}`;
    // the model of the second is not there
    const list = `list: [{optimization.learning_rate: 0.01}, {model.name: ${join(home, "gone")}}, {optimization.learning_rate: 0.02}]`;
    writeFileSync(file, `${base}\n${list}\noutput_dir: ${join(home, "runs")}\n`);
    const queued = await ft(home, "train", "sweep", file, "--queue", "--json");
    expect(queued.stderr + queued.code).toBe("0");
    const { jobs } = await listed(home);
    expect(jobs.map(({ status }) => status)).toEqual(["pending", "pending", "pending"]);
    const worked = await ft(home, "jobs", "work", "--until-empty");
    expect(worked.code).toBe(1);
    const after = await listed(home, "--kind", "training");
    expect(after.jobs.map(({ status }) => status)).toEqual(["completed", "failed", "completed"]);
    const [, failed] = after.jobs;
    const shown = await ft(home, "jobs", "show", failed!.id, "--log");
    expect(shown.stdout).toMatch(/hint: /);
    expect((await ft(home, "jobs", "follow", failed!.id)).code).toBe(1);
    expect((await ft(home, "jobs", "follow", after.jobs[0]!.id)).code).toBe(0);
    expect((await ft(home, "jobs", "remove", failed!.id)).code).toBe(0);
    expect((await listed(home)).jobs).toHaveLength(2);
  });

  test("wrong settings are refused at once", async () => {
    const home = makeFolder();
    const wrong = await ft(home, "train", "start", model, join(home, "gone.jsonl"), "--queue");
    expect(wrong.code).toBe(4);
    expect((await listed(home)).jobs).toEqual([]);
  });
});
