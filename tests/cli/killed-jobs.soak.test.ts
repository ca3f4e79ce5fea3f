// The worker of a training is killed with -9 at random moments, twice, or 25 times with FT_SOAK=1: whoever works next goes on,
// and the weights are those of a training that nobody killed.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import type { JobList } from "../../src/app/jobs/overview.ts";
import { Random } from "../../src/core/random.ts";
import { EVENTS_FILE } from "../../src/runs/event-log.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram, shortTraining, startProgram, until } from "../support/program.ts";
import { rounds } from "../support/soak.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

const weights = (folder: string): Buffer =>
  readFileSync(join(folder, "final_model", "adapters.safetensors"));

/** Bytes of the events of a run; none before it has begun. */
const written = (output: string): number =>
  statSync(join(output, EVENTS_FILE), { throwIfNoEntry: false })?.size ?? 0;

test(
  "a training whose worker is killed goes on to the same weights",
  { timeout: 1_200_000 },
  async () => {
    const folder = join(inject("runFolder"), "killed-jobs");
    const model = await makeToyModel(join(folder, "model"));
    const rows = writeRows(join(folder, "rows.jsonl"), 12);
    const random = Random.fromSeed(5);
    const home = makeFolder();
    const ft = (...args: string[]) => runProgram(args, { env: { FT_HOME: home } });
    const steps = 150;
    const training = (output: string): string[] => [
      ...shortTraining({ model, rows, output, steps }),
      ...["--report-every", "1"],
    ];
    const plain = join(home, "plain");
    expect((await ft(...training(plain))).code).toBe(0);
    const output = join(home, "queued");
    expect((await ft(...training(output), "--queue")).code).toBe(0);
    let kills = 0;
    for (let round = 0; round < rounds({ slice: 2, soak: 25 }); round++) {
      const worker = startProgram(["jobs", "work", "--until-empty"], { env: { FT_HOME: home } });
      let isOver = false;
      void worker.ended.then(() => (isOver = true));
      // By what it has written, since a quick machine is through before any given second; far from the end of it.
      const most = written(output) + (random.next() * written(plain)) / 3;
      await until(() => isOver || written(output) >= most, 120);
      if (worker.process.kill("SIGKILL")) kills += 1;
      await worker.ended;
    }
    expect(kills).toBeGreaterThan(0);
    const last = await ft("jobs", "work", "--until-empty", "--json");
    expect(last.code).toBe(0);
    const listed = JSON.parse((await ft("jobs", "list", "--json")).stdout) as JobList;
    const [job] = listed.jobs;
    expect(job).toMatchObject({ status: "completed", units: { total: 1, done: 1, failed: 0 } });
    expect(weights(output).equals(weights(plain))).toBe(true);
  },
);
