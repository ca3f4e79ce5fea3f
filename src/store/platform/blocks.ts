// Counters over examples of 1,024 indexes in a row: how many are active, and how many bytes their lines have. So any
// place of a list and of a file is found by reading a few hundred numbers, whatever the number of rows.
import { sql } from "kysely";
import { written } from "../flavours/written.ts";
import type { Database } from "../store.ts";
import type { ExampleStatus } from "../tables.ts";

const BLOCK = 1024;

export const blockOf = (index: number): number => Math.floor(index / BLOCK);

/** The first index of a block. */
export const firstOf = (block: number): number => block * BLOCK;

export interface BlockChange {
  index: number;
  active: number;
  removed: number;
  bytes: number;
}

/** Adds to the counters, in the transaction that changes the examples. */
export async function countInBlocks(
  db: Database,
  datasetId: number,
  changes: readonly BlockChange[],
): Promise<void> {
  const sums = new Map<number, Omit<BlockChange, "index">>();
  for (const { index, ...change } of changes) {
    const block = blockOf(index);
    const sum = sums.get(block) ?? { active: 0, removed: 0, bytes: 0 };
    sums.set(block, {
      active: sum.active + change.active,
      removed: sum.removed + change.removed,
      bytes: sum.bytes + change.bytes,
    });
  }
  const text = `insert into example_blocks (dataset_id, block, active, removed, bytes) values (?, ?, ?, ?, ?)
    on conflict (dataset_id, block) do update set
      active = example_blocks.active + excluded.active,
      removed = example_blocks.removed + excluded.removed,
      bytes = example_blocks.bytes + excluded.bytes`;
  for (const [block, { active, removed, bytes }] of sums) {
    await db.executeQuery(written(db, text, [datasetId, block, active, removed, bytes]));
  }
}

/** Counts again from the examples, where indexes have moved. */
export async function countBlocksAgain(db: Database, datasetId: number): Promise<void> {
  await db.deleteFrom("example_blocks").where("dataset_id", "=", datasetId).execute();
  await sql`
    insert into example_blocks (dataset_id, block, active, removed, bytes)
    select dataset_id, example_index / ${sql.lit(BLOCK)}, 
      sum(case when status = 'active' then 1 else 0 end),
      sum(case when status = 'removed' then 1 else 0 end),
      sum(case when status = 'active' then octet_length(content) + 1 else 0 end)
    from examples where dataset_id = ${datasetId} group by 1, 2`.execute(db);
}

/** Lines of a file: their bytes together. */
export async function bytesOfFile(db: Database, datasetId: number): Promise<number> {
  const { bytes } = await db
    .selectFrom("example_blocks")
    .select(sql<number>`coalesce(sum(bytes), 0)`.as("bytes"))
    .where("dataset_id", "=", datasetId)
    .executeTakeFirstOrThrow();
  return bytes;
}

/** `bytesOfFile` of all datasets at once, by their numbers; one without rows is not among them. */
export async function bytesOfFiles(db: Database): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom("example_blocks")
    .select(["dataset_id", sql<number>`sum(bytes)`.as("bytes")])
    .groupBy("dataset_id")
    .execute();
  return new Map(rows.map(({ dataset_id: id, bytes }) => [id, bytes]));
}

/** Where the line of the example at `index` begins in the file, or would. */
export async function offsetOfLine(
  db: Database,
  datasetId: number,
  index: number,
): Promise<number> {
  const block = blockOf(index);
  const { rows } = await sql<{ offset: number }>`
    select coalesce((select sum(bytes) from example_blocks
        where dataset_id = ${datasetId} and block < ${block}), 0)
      + coalesce((select sum(octet_length(content) + 1) from examples
        where dataset_id = ${datasetId} and status = 'active'
        and example_index >= ${firstOf(block)} and example_index < ${index}), 0) as "offset"`.execute(
    db,
  );
  return rows[0]?.offset ?? 0;
}

/** Examples of each status. */
export async function countsOf(
  db: Database,
  datasetId: number,
): Promise<Record<ExampleStatus, number>> {
  return await db
    .selectFrom("example_blocks")
    .select([
      sql<number>`coalesce(sum(active), 0)`.as("active"),
      sql<number>`coalesce(sum(removed), 0)`.as("removed"),
    ])
    .where("dataset_id", "=", datasetId)
    .executeTakeFirstOrThrow();
}

/** The index from which on to look for the example at `offset` of those counted, and how many to pass over there. */
export async function placeOf(
  db: Database,
  datasetId: number,
  status: ExampleStatus | "all",
  offset: number,
): Promise<{ from: number; pass: number }> {
  const { rows } = await db.executeQuery<{ block: number; active: number; removed: number }>(
    written(
      db,
      "select block, active, removed from example_blocks where dataset_id = ? order by block",
      [datasetId],
    ),
  );
  let pass = offset;
  for (const { block, active, removed } of rows) {
    const count = status === "all" ? active + removed : status === "active" ? active : removed;
    if (pass < count) return { from: firstOf(block), pass };
    pass -= count;
  }
  return { from: Number.MAX_SAFE_INTEGER, pass: 0 };
}
