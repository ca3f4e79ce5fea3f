// The four tables have the columns and types of the dataset creator's document, and refuse what it does not allow.
import { sql } from "kysely";
import { expect, test } from "vitest";
import { appendExample, createDataset } from "../../../../src/store/platform/index.ts";
import { makeFolder } from "../../../support/folders.ts";
import { memoryStore } from "../../../support/open-stores.ts";

const common = [
  "id INTEGER",
  "dataset_id INTEGER",
  "status TEXT",
  "parameters JSON",
  "started_at TIMESTAMP",
  "completed_at TIMESTAMP",
];

const documented: Record<string, string[]> = {
  datasets: [
    "id INTEGER",
    "name TEXT NOT NULL",
    "description TEXT",
    "domain TEXT NOT NULL",
    "subdomain TEXT",
    "format TEXT NOT NULL",
    "example_count INTEGER",
    "created_at TIMESTAMP",
    "updated_at TIMESTAMP",
    "file_path TEXT",
    "metadata JSON",
  ],
  generation_jobs: [
    ...common,
    "examples_generated INTEGER",
    "examples_requested INTEGER",
    "errors JSON",
  ],
  quality_jobs: [
    ...common,
    "examples_processed INTEGER",
    "examples_kept INTEGER",
    "examples_fixed INTEGER",
    "examples_removed INTEGER",
    "avg_quality_score REAL",
    "result_file_path TEXT",
    "errors JSON",
  ],
  examples: [
    "id INTEGER",
    "dataset_id INTEGER",
    "example_index INTEGER",
    "content JSON",
    "quality_score REAL",
    "status TEXT",
    "metadata JSON",
    "created_at TIMESTAMP",
    "updated_at TIMESTAMP",
  ],
};

interface Column {
  name: string;
  type: string;
  notnull: number;
  pk: number;
}

test.each(Object.keys(documented))("%s has the document's columns", async (table) => {
  const { db } = await memoryStore();
  const { rows } = await sql<Column>`select * from pragma_table_info(${table})`.execute(db);
  const told = rows.map(
    ({ name, type, notnull }) => `${name} ${type.toUpperCase()}${notnull === 1 ? " NOT NULL" : ""}`,
  );
  expect(told).toEqual(documented[table]);
  expect(rows.filter(({ pk }) => pk === 1).map(({ name }) => name)).toEqual(["id"]);
  const [{ sql: schema } = { sql: "" }] = (
    await sql<{ sql: string }>`select sql from sqlite_schema where name = ${table}`.execute(db)
  ).rows;
  expect(schema).toContain("id integer primary key autoincrement");
});

test.each([
  ["datasets", "format = 'text'"],
  ["datasets", "example_count = -1"],
  ["datasets", "example_count = null"],
  ["datasets", "name = ''"],
  ["datasets", "metadata = '{'"],
  ["examples", "status = 'gone'"],
  ["examples", "status = null"],
  ["examples", "content = '{'"],
  ["examples", "content = null"],
  ["examples", "quality_score = 10.1"],
  ["examples", "example_index = -1"],
  ["generation_jobs", "status = 'paused'"],
  ["generation_jobs", "status = null"],
  ["generation_jobs", "errors = 'x'"],
  ["generation_jobs", "examples_generated = -1"],
  ["quality_jobs", "status = 'done'"],
  ["quality_jobs", "avg_quality_score = 11"],
  ["quality_jobs", "examples_kept = null"],
])("%s refuses %s", async (table, change) => {
  const store = await memoryStore();
  const { id } = await createDataset(store, { format: "chat", folder: makeFolder() });
  await appendExample(store.db, id, { content: { messages: [] } });
  await sql`insert into generation_jobs (dataset_id) values (${id})`.execute(store.db);
  await sql`insert into quality_jobs (dataset_id) values (${id})`.execute(store.db);
  const set = sql`update ${sql.table(table)} set ${sql.raw(change)}`.execute(store.db);
  await expect(set).rejects.toThrow(/CHECK constraint failed/);
});

test.each(["pending", "running", "completed", "failed", "cancelled"])(
  "a job may be %s",
  async (status) => {
    const { db } = await memoryStore();
    for (const table of ["generation_jobs", "quality_jobs"]) {
      await sql`insert into ${sql.table(table)} (status) values (${status})`.execute(db);
    }
    const { rows } = await sql`select status from quality_jobs`.execute(db);
    expect(rows).toEqual([{ status }]);
  },
);
