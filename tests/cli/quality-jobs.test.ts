// A quality job over a dataset whose worker is killed with -9: whoever works next goes on, no row is lost or judged into
// the set twice, and nothing beyond what was in flight is paid again.
import { expect, test } from "vitest";
import { submitJob } from "../../src/app/jobs/submit.ts";
import { withStore } from "../../src/app/store/with-store.ts";
import { spendingOf } from "../../src/store/index.ts";
import { runProgram, startProgram, until } from "../support/program.ts";
import { qualitySet, requireWhole } from "../support/quality-set.ts";

test(
  "killed with -9 twice, a quality job goes on to a whole set",
  { timeout: 300_000 },
  async () => {
    const set = await qualitySet(60, 40);
    const { environment: env, fake, id } = set;
    const parameters = { source: { dataset: id }, settings: { autoRemove: true, batchSize: 4 } };
    const job = await withStore(env, (store) =>
      submitJob(store, "quality", parameters, { environment: env }),
    );
    for (const paid of [10, 50]) {
      const worker = startProgram(["jobs", "work", "--until-empty"], { env });
      await until(() => fake.bill.paid >= paid);
      worker.process.kill("SIGKILL");
      await worker.ended;
    }
    const last = await runProgram(["jobs", "work", "--until-empty"], { env });
    expect([last.code, last.stderr]).toEqual([0, expect.not.stringContaining("FT-")]);
    await withStore(env, async (store) => {
      await requireWhole(store, set, 60);
      const { calls } = await spendingOf(store, job.id);
      expect(fake.bill.paid - calls.answered).toBeLessThanOrEqual(calls.lost);
      expect(calls.lost).toBeLessThanOrEqual(2 * 4);
    });
  },
);
