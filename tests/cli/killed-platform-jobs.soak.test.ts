// The server, or the process that works for it, is killed with -9 at random moments of a generation and a quality job:
// twice, or a hundred times with FT_SOAK=1. No row is lost or there twice, nothing is paid again but what was in flight,
// and database and files say the same.
import { expect, test } from "vitest";
import { withStore } from "../../src/app/store/with-store.ts";
import { Random } from "../../src/core/random.ts";
import { spendingOf } from "../../src/store/index.ts";
import { fileInStep, readDataset } from "../../src/store/platform/index.ts";
import { childrenOf, killHard } from "../support/program.ts";
import { linesOf, qualitySet, requireWhole, rowsOf } from "../support/quality-set.ts";
import { rounds } from "../support/soak.ts";
import { followed, messagesAsked, rowWriter, studioProgram } from "../support/studio-program.ts";

/** Rows of the generation and of the quality job. */
const count = 30;
const kills = 2;
/** Rows in hand at a kill: five of the generation, ten of the quality job. */
const inHand = 15;

async function round(random: Random): Promise<void> {
  const set = await qualitySet(count);
  const [judge, write] = [set.fake.script, rowWriter(0)];
  set.fake.script = (request) => {
    const script = messagesAsked(request) === undefined ? judge : write;
    return { ...script(request), delay: 150 };
  };
  const env = { ...set.environment, MAX_CONCURRENT_JOBS: "2" };
  let studio = await studioProgram(env);
  const generation = await studio.client.call("postGeneratorStart", {
    body: { domain: "support", subdomain: "Technical Support", num_examples: count },
  });
  const quality = await studio.client.call("postQualityStart", {
    body: { dataset_id: set.id, auto_remove: true },
  });
  expect([generation.status, quality.status]).toEqual([200, 200]);
  const before = set.fake.bill.paid;
  for (let kill = 0; kill < kills; kill++) {
    await expect.poll(() => set.fake.bill.paid, { timeout: 60_000 }).toBeGreaterThan(before);
    await new Promise((resolve) => setTimeout(resolve, random.next() * 1500));
    const { pid = 0 } = studio.program.process;
    if (random.next() < 0.5) {
      for (const child of childrenOf(pid)) killHard(child);
    } else {
      studio.program.process.kill("SIGKILL");
      await studio.program.ended;
      studio = await studioProgram(env);
    }
  }
  for (const { body } of [generation, quality]) {
    const params = { id: body.job_id as number };
    const ask = async () =>
      (await studio.client.call("getTasksId", { params })).body as { status: string };
    const seen = await followed(ask, ({ status }) => !["pending", "running"].includes(status), 120);
    expect(seen.at(-1)).toMatchObject({ status: "completed", errors: [] });
  }
  studio.program.process.kill("SIGTERM");
  expect((await studio.program.ended).code).toBe(0);
  await withStore(env, async (store) => {
    await requireWhole(store, set, count);
    const id = generation.body.dataset_id as number;
    await fileInStep(store, id);
    const rows = await rowsOf(store, id);
    expect([rows.length, new Set(rows).size]).toEqual([count, count]);
    expect(linesOf((await readDataset(store, id)).filePath)).toEqual(rows);
    const one = await spendingOf(store, generation.body.queue_id as string);
    const other = await spendingOf(store, quality.body.queue_id as string);
    const lost = one.calls.lost + other.calls.lost;
    const answered = one.calls.answered + other.calls.answered;
    expect(set.fake.bill.paid - answered).toBeLessThanOrEqual(lost);
    expect(lost).toBeLessThanOrEqual(kills * inHand);
  });
}

test(
  "generation and quality jobs outlast kill -9 of server and worker: nothing lost, doubled or paid again",
  { timeout: 7_200_000 },
  async () => {
    const random = Random.fromSeed(11);
    for (let at = 0; at < rounds({ slice: 1, soak: 50 }); at++) await round(random);
  },
);
