// The studio's end and its copies with a generation job in hand: the first signal ends it in order, the second at once;
// a copy made while rows are written is of one moment, and the job goes on from it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { openStore, type Store } from "../../src/store/index.ts";
import { FakeProvider } from "../support/fake-provider.ts";
import { makeFolder } from "../support/folders.ts";
import { isAlive, runProgram, startProgram, type Started } from "../support/program.ts";

interface Listening {
  apiUrl: string;
  token: string;
}

const environmentOf = (home: string) => ({
  ...{ FT_HOME: home, FT_KEYCHAIN: "off", OPENAI_API_KEY: "none", LOG_LEVEL: "info" },
});

async function started(home: string): Promise<{ program: Started; line: Listening }> {
  const args = ["studio", "--port", "0", "--api-port", "0", "--no-open", "--json", "--verbose"];
  const program = startProgram(args, { env: environmentOf(home) });
  const line = await program.event(({ type }) => (type as string) === "listening");
  return { program, line: line as unknown as Listening };
}

const words = "apple river stone cloud window garden letter silver market harbour winter candle";

/** An instruction that is like no other. */
function rowOf(key: string): string {
  const order = words.split(" ").toSorted((a, b) => (key + a < b + key ? -1 : 1));
  const own = Array.from(
    key,
    (digit, at) => order[(Number.parseInt(digit, 16) + at) % order.length],
  );
  return JSON.stringify({
    instruction: `Tell of ${own.join(" ")} ${key}`,
    output: `Here is all about ${own.toReversed().join(" ")} in ${key}`,
  });
}

const provider = async (delay: number): Promise<FakeProvider> =>
  await FakeProvider.start(({ key }) => ({ text: rowOf(key), delay }));

async function submit({ apiUrl, token }: Listening, fake: FakeProvider, count: number) {
  const parameters = {
    ...{ domain: "support", subdomain: "billing", format: "instruction", count, concurrency: 2 },
    ...{ provider: "openai", models: ["gpt-4o-mini"], baseUrl: fake.origin },
  };
  const answer = await fetch(`${apiUrl}/api/v1/jobs`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ kind: "generation", parameters }),
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
}

/** What database and file of the one dataset say, and the job. */
async function state(store: Store) {
  const { db } = store;
  const job = await db.selectFrom("jobs").selectAll().executeTakeFirstOrThrow();
  const rows = await db.selectFrom("examples").select("content").execute();
  const [shown] = await db.selectFrom("generation_jobs").selectAll().execute();
  const [set] = await db.selectFrom("datasets").selectAll().execute();
  const leased = await db.selectFrom("units").where("status", "=", "leased").select("id").execute();
  return { job, rows, shown, set, leased };
}

async function looked<T>(file: string, look: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(file);
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

async function rowsReach(home: string, count: number): Promise<void> {
  await looked(join(home, "store", "ft.db"), async ({ db }) => {
    for (const end = Date.now() + 200_000; ;) {
      const rows = await db.selectFrom("examples").select("id").execute();
      if (rows.length >= count) return;
      if (Date.now() > end) throw new Error(`${rows.length} rows, ${count} wanted`);
      await pause(50);
    }
  });
}

test(
  "a copy is made while rows are written; SIGTERM ends in order; the job goes on, and from the copy too",
  { timeout: 600_000 },
  async () => {
    const home = makeFolder();
    const file = join(home, "store", "ft.db");
    const ft = (...args: string[]) => runProgram(args, { env: environmentOf(home) });
    const fake = await provider(150);
    const { program, line } = await started(home);
    await submit(line, fake, 400);
    const stream = await fetch(`${line.apiUrl}/api/v1/events`, {
      headers: { authorization: `Bearer ${line.token}` },
    });
    const streamed = stream.text();
    await rowsReach(home, 4);
    const copy = join(home, "copy.db");
    const backup = await ft("store", "backup", copy);
    expect(backup.stderr + backup.code).toBe("0");
    program.process.kill("SIGTERM");
    const { code, stderr } = await program.ended;
    expect(code, stderr).toBe(0);
    // the stream ended, and was not broken off
    expect(await streamed).toContain("data:");
    const asked = fake.requests.length;
    const left = await looked(file, state);
    expect(left.leased).toEqual([]);
    expect(["pending", "running"]).toContain(left.job.status);
    expect(left.rows.length).toBeLessThan(400);
    expect(left.shown?.examples_generated).toBe(left.rows.length);
    await pause(500);
    expect(fake.requests).toHaveLength(asked);
    const copied = await looked(copy, state);
    expect(copied.rows.length).toBeGreaterThanOrEqual(4);
    expect(copied.rows.length).toBeLessThan(400);
    expect(copied.shown?.examples_generated).toBe(copied.rows.length);
    expect(copied.set?.example_count).toBe(copied.rows.length);

    const restored = await ft("store", "restore", copy);
    expect(restored.code, restored.stderr).toBe(0);
    fake.script = ({ key }) => ({ text: rowOf(key) });
    const again = await started(home);
    await rowsReach(home, 400);
    const end = await looked(file, async (store) => {
      for (const latest = Date.now() + 60_000; Date.now() < latest; await pause(100)) {
        const now = await state(store);
        if (now.job.status === "completed") return now;
      }
      return await state(store);
    });
    again.program.process.kill("SIGTERM");
    expect((await again.program.ended).code).toBe(0);
    expect(end.job.status).toBe("completed");
    // lines that the file has beyond the copy are taken in as if they had been added by hand
    expect(end.rows.length).toBeGreaterThanOrEqual(400);
    expect(end.rows.length).toBeLessThanOrEqual(400 + left.rows.length - copied.rows.length);
    const lines = readFileSync(end.set?.file_path ?? "", "utf8")
      .trimEnd()
      .split("\n");
    expect(lines).toEqual(end.rows.map(({ content }) => content));
    expect(existsSync(copy)).toBe(true);
  },
);

test(
  "a second signal ends it at once, and the process that works with it",
  { timeout: 300_000 },
  async () => {
    const home = makeFolder();
    const fake = await FakeProvider.start(() => ({ hangs: true }));
    const beginning = Date.now();
    const { program, line } = await started(home);
    const took = Date.now() - beginning;
    await submit(line, fake, 5);
    for (let tries = 0; fake.requests.length === 0 && tries < 600; tries++) await pause(100);
    expect(fake.requests.length).toBeGreaterThan(0);
    const pids = await looked(join(home, "store", "ft.db"), async ({ db }) =>
      (await db.selectFrom("workers").select("pid").execute()).map(({ pid }) => pid),
    );
    expect(pids.length).toBeGreaterThan(0);
    // of one signal sent twice, the second may be lost while the first waits
    program.process.kill("SIGTERM");
    program.process.kill("SIGINT");
    const signalled = Date.now();
    const { code } = await program.ended;
    expect(code).toBe(130);
    expect(Date.now() - signalled).toBeLessThan(Math.max(5000, 2 * took));
    for (let tries = 0; pids.some(isAlive) && tries < 300; tries++) await pause(100);
    expect(pids.filter(isAlive)).toEqual([]);
  },
);
