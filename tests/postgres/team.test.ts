// What a store in Postgres is beside what both kinds promise (tests/unit/store): its tables are the file's, its password
// is told nobody, several machines share its limits, and whoever follows events misses none.
import { sql } from "kysely";
import { expect, inject, test } from "vitest";
import { FtError } from "../../src/core/errors.ts";
import { SqliteFile } from "../../src/store/driver.ts";
import {
  backupStore,
  checkStore,
  claimUnits,
  createJob,
  eventsAfter,
  listJobs,
  listUnits,
  logToJob,
  openStore,
  registerWorker,
  restoreStore,
  runWorker,
  setLimit,
  storePath,
  unitKinds,
} from "../../src/store/index.ts";
import { migrate } from "../../src/store/migrate.ts";
import { memoryStore } from "../support/open-stores.ts";
import { refusal, rejection } from "../support/refusal.ts";

const url = (): string => inject("postgresUrl") ?? "";

const units = (count: number) => Array.from({ length: count }, (_, key) => ({ key: `u${key}` }));

test("tables and columns are those of the file", async () => {
  const file = new SqliteFile(":memory:");
  migrate(file, ":memory:");
  const inFile = file
    .execute(
      `select m.name || '.' || c.name as name from sqlite_schema m, pragma_table_info(m.name) c
       where m.type = 'table' and m.name not like 'sqlite_%' and m.name not like '%_search%'`,
    )
    .rows.map(({ name }) => name);
  const store = await memoryStore();
  const { rows } = await sql<{ name: string }>`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = current_schema() and table_name not like '%_search'
      and table_name <> 'store_form'`.execute(store.db);
  expect(rows.map(({ name }) => name).toSorted()).toEqual(inFile.toSorted());
  file.close();
});

test("DATABASE_URL names it, and comes before a file", () => {
  const environment = { DATABASE_URL: "postgres://a@b/c", DATABASE_PATH: "/x.db", FT_HOME: "/h" };
  expect(storePath(environment)).toBe("postgres://a@b/c");
  expect(storePath({ ...environment, DATABASE_URL: "mysql://a@b/c" })).toBe("/x.db");
});

test("its password is in no message", async () => {
  const address = new URL(url());
  address.password = "canary-password";
  const store = await openStore(`${address.href}?schema=with_password`);
  expect(store.path).toContain("with_password");
  expect(store.path).not.toContain("canary");
  await store.close();
  address.port = "1";
  const refused = await rejection(openStore(address.href), FtError);
  expect(refused).toMatchObject({ code: "FT-STORE-007", exitCode: 6 });
  expect(JSON.stringify([refused.message, refused.hint])).not.toContain("canary");
});

test("copies and checks are the server's", async () => {
  expect(refusal(() => checkStore(url()), FtError)).toMatchObject({ code: "FT-STORE-008" });
  for (const asked of [backupStore(url(), "/nowhere"), restoreStore(url(), "/nowhere")]) {
    expect(await rejection(asked, FtError)).toMatchObject({ code: "FT-STORE-008" });
  }
});

test("two that make the tables at once", async () => {
  const address = `${url()}?schema=made_at_once`;
  const stores = await Promise.all([openStore(address), openStore(address), openStore(address)]);
  expect(await listJobs(stores[2]!)).toEqual([]);
  for (const store of stores) await store.close();
});

test("ten who claim at once: each unit once, and never more than the limits", async () => {
  const address = `${url()}?schema=claims`;
  const stores = await Promise.all(Array.from({ length: 10 }, () => openStore(address)));
  const [first] = stores;
  await createJob(first!, { kind: "write", units: units(40) });
  await createJob(first!, { kind: "write", units: units(40) });
  await setLimit(first!.db, "jobs", 2);
  for (const [index, store] of stores.entries()) await registerWorker(store, `w${index}`);
  const claim = async (index: number) => {
    const kinds = new Map([["write", 30]]);
    const request = { worker: `w${index}`, kinds, count: 5, leaseMilliseconds: 60_000 };
    return await claimUnits(stores[index]!, request);
  };
  const claimed = (await Promise.all(stores.map((_, index) => claim(index)))).flat();
  expect(new Set(claimed.map(({ id }) => id)).size).toBe(claimed.length);
  expect(claimed).toHaveLength(30);
  for (const store of stores) await store.close();
});

test("several workers end a job, and its followers see every event in order", async () => {
  const address = `${url()}?schema=events`;
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(address)));
  const [first] = stores;
  const { id } = await createJob(first!, { kind: "write", units: units(60) });
  const kinds = unitKinds({
    write: {
      concurrency: 16,
      run: async ({ key }, context) => {
        await context.log("info", key);
        return { result: key };
      },
    },
  });
  const seen: number[] = [];
  let isOver = false;
  const following = (async () => {
    for (let after = 0; ;) {
      const wasOver = isOver;
      const events = await eventsAfter(first!, { after, jobId: id });
      seen.push(...events.map((event) => event.id));
      after = seen.at(-1) ?? 0;
      if (wasOver && events.length === 0) return;
    }
  })();
  await Promise.all(stores.slice(1).map((store) => runWorker(store, kinds, { untilEnded: id })));
  await logToJob(first!, { jobId: id }, "info", "the last line");
  isOver = true;
  await following;
  const all = await eventsAfter(first!, { jobId: id, limit: 10_000 });
  expect(seen).toEqual(all.map((event) => event.id));
  const done = await listUnits(first!, id, { status: "done" });
  expect(done).toHaveLength(60);
  expect(all.filter(({ type }) => type === "unit-done")).toHaveLength(60);
  for (const store of stores) await store.close();
});
