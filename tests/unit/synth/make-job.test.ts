// Rows made by a service that answers well and badly: exact counts, an exact bill, and nothing asked that was answered.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { inTransaction, listJobs, type Store } from "../../../src/store/index.ts";
import { makeJob, type MakeOutcome } from "../../../src/synth/make/make-job.ts";
import { badWays, FakeProvider, goodRow } from "../../support/fake-provider.ts";
import { makeFolder } from "../../support/folders.ts";
import { type Making, makingOf } from "../../support/making.ts";
import { fileStore } from "../../support/open-stores.ts";

async function made(fake: FakeProvider, making: Making, store?: Store): Promise<MakeOutcome> {
  const own = store ?? (await fileStore());
  return await makeJob(own, await makingOf(fake.origin, making), { every: 10 });
}

async function rowsOf(outcome: MakeOutcome): Promise<string[]> {
  const rows: string[] = [];
  for await (const row of outcome.rows()) rows.push(row.key);
  return rows;
}

test("as many rows as asked for, each once, at the price that the service asks", async () => {
  const fake = await FakeProvider.start(({ key }) => ({ text: goodRow(key), delay: 5 }));
  const outcome = await made(fake, { count: 23 });
  const rows = await rowsOf(outcome);
  expect(new Set(rows).size).toBe(23);
  expect(outcome).toMatchObject({ job: { status: "completed" }, stoppedBy: undefined });
  expect(outcome.spending.calls.answered).toBe(23);
  expect(outcome.spending.spent).toBe(fake.bill.cost);
  expect(fake.bill).toMatchObject({ requests: 23, paid: 23 });
  expect(fake.bill.mostAtOnce).toBeLessThanOrEqual(5);
  expect(fake.bill.mostAtOnce).toBeGreaterThan(1);
  // every passage is used as often as the others
  const used = fake.requests.map(
    ({ body }) => /about (tea|bread|rain)\./.exec(JSON.stringify(body))?.[1],
  );
  expect(
    ["tea", "bread", "rain"].map((word) => used.filter((one) => one === word).length).sort(),
  ).toEqual([7, 8, 8]);
});

test.each(Object.entries(badWays))(
  "answers %o among good ones",
  { timeout: 120_000 },
  async (way, { brings, answer }) => {
    let bad = 0;
    const fake = await FakeProvider.start(({ key, number }) => {
      if (number % 3 !== 2) return { text: goodRow(key) };
      bad++;
      return answer(key);
    });
    const count = 6;
    const outcome = await made(fake, { count, timeout: isSlow(way) ? 1500 : 60_000 });
    const rows = await rowsOf(outcome);
    expect(rows).toHaveLength(count);
    expect(new Set(rows).size).toBe(count);
    expect(bad).toBeGreaterThan(0);
    expect(fake.bill.mostAtOnce).toBeLessThanOrEqual(5);
    expect(outcome.spending.spent).toBe(fake.bill.cost);
    const { answered, failed, lost, in_flight } = outcome.spending.calls;
    expect(answered + failed + lost).toBe(fake.bill.requests);
    expect(in_flight).toBe(0);
    expect(Math.max(...fake.bill.byKey.values())).toBe(1);
    if (!brings) expect(fake.bill.requests).toBeGreaterThan(count);
  },
);

const isSlow = (way: string): boolean => ["silence", "one byte at a time"].includes(way);

/** Those that say when to ask again are waited for, and fare as others then. */
const hopeless = Object.entries(badWays).filter(
  ([way, { brings }]) => !brings && !/429 with [sa]/.test(way),
);

test.each(hopeless)(
  "nothing but %o: no row, and the reason",
  { timeout: 120_000 },
  async (way, { answer }) => {
    const fake = await FakeProvider.start(({ key }) => answer(key));
    const timeout = isSlow(way) ? 80 : 5000;
    const work = { count: 2, timeout, retries: 1, own: { tries: 2 } };
    // failed units wait for their next try; the clock of this store does not
    let now = 1_000_000;
    const store = { ...(await fileStore()), now: () => (now += 2000) };
    const outcome = await made(fake, work, store);
    expect(await rowsOf(outcome)).toEqual([]);
    expect(outcome.gathered.reasons()).not.toEqual([]);
    expect(outcome.spending.spent).toBe(fake.bill.cost);
  },
);

test("a budget is kept to; with a higher one the same command goes on and pays nothing twice", async () => {
  const fake = await FakeProvider.start(({ key }) => ({ text: goodRow(key) }));
  const store = await fileStore();
  // one call may cost 0.0006 $ here, and costs 0.0001 $
  const first = await made(fake, { count: 30, budget: 2_000_000 }, store);
  expect(first).toMatchObject({ stoppedBy: "budget", job: { status: "paused" } });
  expect(first.spending.spent).toBeLessThanOrEqual(2_000_000);
  expect(first.gathered.rows).toBeGreaterThan(0);
  expect(first.gathered.rows).toBeLessThan(30);
  const second = await made(fake, { count: 30, budget: 1_000_000_000 }, store);
  expect(second.job.id).toBe(first.job.id);
  expect(await rowsOf(second)).toHaveLength(30);
  expect(second.spending.spent).toBe(fake.bill.cost);
  expect(fake.bill.paid).toBe(30);
});

test("a key that does not count stops the job at once; mended, it goes on", async () => {
  const fake = await FakeProvider.start(() => ({
    status: 401,
    raw: '{"error":{"message":"no such key"}}',
  }));
  const store = await fileStore();
  const first = await made(fake, { count: 30 }, store);
  expect(first.stoppedBy).toMatchObject({ kind: "forbidden" });
  expect(fake.bill.requests).toBeLessThanOrEqual(10);
  fake.script = ({ key }) => ({ text: goodRow(key) });
  const second = await made(fake, { count: 30 }, store);
  expect(await rowsOf(second)).toHaveLength(30);
  expect(second.job.id).toBe(first.job.id);
});

test("nobody waits for an hour: the job stops and says what the service wants", async () => {
  const headers = { "retry-after": "3600" };
  const fake = await FakeProvider.start(() => ({ status: 429, raw: "{}", headers }));
  const outcome = await made(fake, { count: 10 });
  expect(outcome.stoppedBy).toMatchObject({ kind: "limited", retryAfter: 3_600_000 });
  expect(fake.bill.requests).toBeLessThanOrEqual(10);
});

test("the same command again after its end asks nobody", async () => {
  const fake = await FakeProvider.start(({ key }) => ({ text: goodRow(key) }));
  const store = await fileStore();
  const first = await made(fake, { count: 5 }, store);
  const second = await made(fake, { count: 5 }, store);
  expect(await rowsOf(second)).toEqual(await rowsOf(first));
  expect(fake.bill.requests).toBe(5);
  // more rows are another job, which finds the answers that are there
  expect(await rowsOf(await made(fake, { count: 8 }, store))).toHaveLength(8);
  expect(fake.bill.paid).toBe(8);
});

test("a model that fails is followed by the next of the chain, in order", async () => {
  const fake = await FakeProvider.start(({ model, key }) => {
    if (model === "a") return { status: 500, raw: "no" };
    return model === "b" ? { status: 404, raw: "{}" } : { text: goodRow(key) };
  });
  const outcome = await made(fake, {
    count: 2,
    models: ["a", "b", "c"],
    concurrency: 1,
    retries: 1,
  });
  const models: string[] = [];
  for await (const row of outcome.rows()) models.push(row.model);
  expect(models).toEqual(["c", "c"]);
  expect(fake.requests.map(({ model }) => model)).toEqual(["a", "a", "b", "c", "a", "a", "b", "c"]);
});

test("several rows a call, the last one fewer", async () => {
  const fake = await FakeProvider.start(({ key, body }) => {
    const several = /"rows"/.test(JSON.stringify(body["response_format"]));
    const rows = Array.from({ length: several ? 4 : 1 }, (_, at) => goodRow(`${key} ${at}`));
    return { text: several ? `{"rows":[${rows.join(",")}]}` : rows.join("") };
  });
  const outcome = await made(fake, { count: 10, own: { rowsPerCall: 4 } });
  expect(await rowsOf(outcome)).toHaveLength(10);
  expect(fake.bill.requests).toBe(3);
});

test("rows that were found, and what is nearly one of them, are not made again", async () => {
  const said =
    "The lock shows a green light when the bicycle is yours, and a red one while it is being repaired";
  const row = (answer: string) => ({
    messages: [
      { role: "user", content: "What do the lights of the lock mean?" },
      { role: "assistant", content: answer },
    ],
  });
  const answers = [
    `${said}.`,
    said.toUpperCase(),
    said.replace("shows", "has"),
    `${said} by 2 people.`,
  ];
  const fake = await FakeProvider.start(({ number, key }) => {
    const answer = answers[number - 1];
    return { text: answer === undefined ? goodRow(key) : JSON.stringify(row(answer)) };
  });
  const making = { count: 4, concurrency: 1, found: [row(said)] };
  const outcome = await made(fake, making);
  expect(await rowsOf(outcome)).toHaveLength(4);
  expect(Object.fromEntries(outcome.gathered.rejected)).toEqual({
    repeated: 2,
    nearly_repeated: 1,
  });
});

test("two who begin the same in one moment make one job, and ask nothing twice", async () => {
  const fake = await FakeProvider.start(({ key }) => ({ text: goodRow(key), delay: 20 }));
  const path = join(makeFolder(), "ft.db");
  const [store, other] = [await fileStore(path), await fileStore(path)];
  const work = await makingOf(fake.origin, { count: 12 });
  // neither can make a job before both have looked for one
  const begun = await inTransaction((await fileStore(path)).db, async () => {
    const making = [store, other].map((own) => makeJob(own, work, { every: 10 }));
    await pause(200);
    return { making };
  });
  const both = await Promise.all(begun.making);
  const [first, second] = both.map(({ job }) => job.id);
  expect(first).toBe(second);
  expect(await listJobs(store)).toHaveLength(1);
  expect(fake.bill).toMatchObject({ requests: 12, paid: 12 });
  for (const { gathered } of both) expect(gathered.rows).toBe(12);
  expect(fake.bill.mostAtOnce).toBeLessThanOrEqual(5);
});
