// The file itself: made, moved up from every earlier form, refused where it is another's, copied and brought back.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { SqliteFile } from "../../../src/store/driver.ts";
import {
  backupStore,
  checkStore,
  createJob,
  inTransaction,
  listJobs,
  openStore,
  restoreStore,
  type Store,
  storePath,
} from "../../../src/store/index.ts";
import { migrate, newestForm } from "../../../src/store/migrate.ts";
import { makeFolder } from "../../support/folders.ts";
import { fileStore, memoryStore } from "../../support/open-stores.ts";
import { rejection } from "../../support/refusal.ts";

const newPath = (): string => join(makeFolder(), "ft.db");

const schemaOf = (path: string): unknown[] => {
  const file = new SqliteFile(path);
  const { rows } = file.execute("select type, name, sql from sqlite_schema order by type, name");
  file.close();
  return rows.map((row) => ({ ...row }));
};

const forms = Array.from({ length: newestForm - 1 }, (_, index) => index + 1);

test.each(forms)("a store of form %i is moved up with what is in it, and kept", async (form) => {
  const path = newPath();
  const old = new SqliteFile(path);
  migrate(old, path, form);
  old.execute(
    `insert into jobs (id, kind, title, status, priority, parameters, created_at, updated_at)
     values ('old-1', 'write', 'kept', 'pending', 0, '{}', 1, 1)`,
  );
  old.close();
  const store = await fileStore(path);
  expect(await listJobs(store)).toMatchObject([{ id: "old-1", title: "kept" }]);
  const fresh = newPath();
  await (await openStore(fresh)).close();
  expect(schemaOf(path)).toEqual(schemaOf(fresh));
  const kept = new SqliteFile(`${path}.form-${form}`);
  expect(kept.value("pragma user_version")).toBe(form);
  expect(kept.value("select title from jobs")).toBe("kept");
  kept.close();
});

test("a migration that fails leaves the form before it", () => {
  const path = newPath();
  const file = new SqliteFile(path);
  migrate(file, path, 1);
  file.script("create table calls (other text)");
  expect(() => migrate(file, path)).toThrow(/calls already exists/);
  expect(file.value("pragma user_version")).toBe(1);
  expect(file.value("select count(*) from sqlite_schema where name = 'answers'")).toBe(0);
  file.close();
});

test("a store of a newer ft is refused and left alone", async () => {
  const path = newPath();
  await (await openStore(path)).close();
  const file = new SqliteFile(path);
  file.script(`pragma user_version = ${newestForm + 1}`);
  file.close();
  const error = await rejection(openStore(path), FtError);
  expect(error).toMatchObject({ code: "FT-STORE-001", exitCode: 3 });
  expect(error.message).toContain(`format version ${newestForm + 1}`);
});

test("a file of another program is refused and left alone", async () => {
  const text = makeFolder({ "ft.db": "no database, but a text that is long enough".repeat(50) });
  const before = readFileSync(join(text, "ft.db"));
  const refused = await rejection(openStore(join(text, "ft.db")), FtError);
  expect(refused).toMatchObject({ code: "FT-STORE-002" });
  expect(readFileSync(join(text, "ft.db"))).toEqual(before);
  const path = newPath();
  const other = new SqliteFile(path);
  other.script("create table songs (title text)");
  other.close();
  expect(await rejection(openStore(path), FtError)).toMatchObject({ code: "FT-STORE-002" });
});

test("it is the owner's alone, and lies where FT_HOME says", async () => {
  const path = join(makeFolder(), "deep", "er", "ft.db");
  const store = await fileStore(path);
  await createJob(store, { kind: "write", units: [] });
  for (const end of ["", "-wal", "-shm"]) expect(statSync(path + end).mode & 0o077).toBe(0);
  expect(storePath({ FT_HOME: "/somewhere" })).toBe("/somewhere/store/ft.db");
  expect(storePath({ FT_HOME: "/somewhere", DATABASE_PATH: "/else/x.db" })).toBe("/else/x.db");
});

test("stores opened at once by many are made once", async () => {
  const path = newPath();
  const stores = await Promise.all(Array.from({ length: 8 }, () => fileStore(path)));
  await Promise.all(stores.map((store) => createJob(store, { kind: "write", units: [] })));
  expect(await listJobs(stores[0]!)).toHaveLength(8);
});

test("a writer waits for another connection's transaction", async () => {
  const path = newPath();
  const [a, b] = [await fileStore(path), await fileStore(path)];
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const first = inTransaction(a.db, async (db) => {
    await db.insertInto("limits").values({ scope: "a", at_most: 1 }).execute();
    await held;
  });
  const second = createJob(b, { kind: "write", units: [] });
  setTimeout(release, 150);
  await Promise.all([first, second]);
  expect(await listJobs(a)).toHaveLength(1);
});

test("what must not be lost by a power cut is synced before it counts", async () => {
  const store = await fileStore(newPath());
  const level = async (db: Store["db"]) =>
    (await sql<{ synchronous: number }>`pragma synchronous`.execute(db)).rows[0]?.synchronous;
  expect(await level(store.db)).toBe(1);
  expect(await inTransaction(store.db, level, { durable: true })).toBe(2);
  expect(await level(store.db)).toBe(1);
});

test("a transaction that throws leaves nothing, and the store goes on", async () => {
  const store = await memoryStore();
  const failing = inTransaction(store.db, async (db) => {
    await db.insertInto("limits").values({ scope: "a", at_most: 1 }).execute();
    throw new Error("stop");
  });
  await expect(failing).rejects.toThrow("stop");
  expect(await store.db.selectFrom("limits").selectAll().execute()).toEqual([]);
});

test("a copy is made while others write, and is brought back as one change", async () => {
  const path = newPath();
  const store = await fileStore(path);
  for (let index = 0; index < 200; index++) {
    const units = Array.from({ length: 20 }, (_, unit) => ({
      key: `u${unit}`,
      input: "x".repeat(500),
    }));
    await createJob(store, { kind: "write", title: `before ${index}`, units });
  }
  const copy = `${path}.copy`;
  let isCopied = false;
  const copying = backupStore(path, copy).then(() => (isCopied = true));
  let written = 0;
  while (!isCopied) {
    await createJob(store, { kind: "write", title: "meanwhile", units: [] });
    written++;
  }
  await copying;
  expect(written).toBeGreaterThan(0);
  expect(checkStore(copy)).toEqual([]);
  const kept = await restoreStore(path, copy);
  const titles = (await listJobs(store, { limit: 1000 })).map(({ title }) => title);
  expect(titles.filter((title) => title.startsWith("before"))).toHaveLength(200);
  expect(titles.length).toBeLessThan(200 + written);
  const before = await fileStore(kept!);
  expect(await listJobs(before, { limit: 10_000 })).toHaveLength(200 + written);
});

test("no copy is written over a file, none is made of nothing, and what is no store is not brought back", async () => {
  const path = newPath();
  await fileStore(path);
  const there = join(makeFolder({ "there.db": "mine" }), "there.db");
  expect(await rejection(backupStore(path, there), FtError)).toMatchObject({
    code: "FT-STORE-005",
  });
  expect(readFileSync(there, "utf8")).toBe("mine");
  const none = join(makeFolder(), "none.db");
  expect(await rejection(backupStore(none, `${none}.copy`), FtError)).toMatchObject({
    code: "FT-STORE-006",
  });
  expect(await rejection(restoreStore(path, there), FtError)).toMatchObject({
    code: "FT-STORE-002",
  });
});

test("a damaged store is told by its check, set aside, and replaced by a copy", async () => {
  const path = newPath();
  const store = await openStore(path);
  const units = Array.from({ length: 3000 }, (_, index) => ({ key: `unit ${index}` }));
  await createJob(store, { kind: "write", title: "kept", units });
  await backupStore(path, `${path}.copy`);
  await store.close();
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 3 * 4096, 40 * 4096);
  writeFileSync(path, bytes);
  expect(checkStore(path).length).toBeGreaterThan(0);
  const kept = await restoreStore(path, `${path}.copy`);
  expect(readFileSync(kept!)).toEqual(bytes);
  expect(checkStore(path)).toEqual([]);
  expect(await listJobs(await fileStore(path))).toMatchObject([{ title: "kept" }]);
});

test("no room and no file are told in words, and what was written before is whole", async () => {
  const store = await openStore(newPath());
  await createJob(store, { kind: "k", units: [{ key: "a" }] });
  await sql`pragma max_page_count = 1`.execute(store.db);
  const units = [{ key: "b", input: "x".repeat(400_000) }];
  const full = await rejection(createJob(store, { kind: "k", units }), FtError);
  expect(full).toMatchObject({ code: "FT-STORE-009" });
  expect(await listJobs(store)).toHaveLength(1);
  await store.close();
  const folder = await rejection(openStore(makeFolder()), FtError);
  expect(folder).toMatchObject({ code: "FT-STORE-011" });
});
