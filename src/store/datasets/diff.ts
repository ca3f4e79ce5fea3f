// What differs between two versions, row by row. Only chunks that they do not share are looked at, on the disk rather
// than in memory, so that versions of any size are compared.
// A row is the same one in both by its `id` field; rows without one are the same by their text alone.
import { sql } from "kysely";
import { flavourOf } from "../flavours/flavour-of.ts";
import type { Database, Store } from "../store.ts";
import { type FieldDifference, fieldDifferences } from "./field-differences.ts";
import { chunksOf } from "./pieces.ts";

export interface RowDifference {
  kind: "removed" | "changed" | "added";
  /** Its `id` field; null when it has none. */
  key: string | null;
  before?: { position: number; recordId: number; text: string };
  after?: { position: number; recordId: number; text: string };
}

export interface DiffCounts {
  removed: number;
  changed: number;
  added: number;
  /** The same rows in another order. */
  isReordered: boolean;
}

/** Of a changed row: its fields. Empty where only the spelling of the JSON differs. */
export const fieldsOf = ({ before, after }: RowDifference): FieldDifference[] =>
  fieldDifferences(JSON.parse(before?.text ?? "null"), JSON.parse(after?.text ?? "null"));

/** First positions of the chunks that `a` has and `b` has not, as many times as it has them more often. */
function onlyIn(
  a: readonly { id: number; first: number }[],
  b: readonly { id: number }[],
): number[] {
  const left = new Map<number, number>();
  for (const { id } of b) left.set(id, (left.get(id) ?? 0) + 1);
  return a.flatMap(({ id, first }) => {
    const others = left.get(id) ?? 0;
    left.set(id, others - 1);
    return others > 0 ? [] : [first];
  });
}

async function fill(
  db: Database,
  table: string,
  versionId: number,
  chunks: readonly number[],
): Promise<void> {
  const { each, tableEnd, temporary } = flavourOf(db);
  await sql`
    create temp table ${sql.table(table)} (name text, nth bigint, record_id bigint,
      position bigint, primary key (name, nth)) ${tableEnd}`.execute(db);
  await sql`
    insert into ${sql.table(table)}
    select name, row_number() over (partition by name order by position), record_id, position
    from (
      select coalesce('i' || r.key, 'h' || hex(r.hash)) as name, r.id as record_id,
        vc.first + cr.place as position
      from ${each(JSON.stringify(chunks))} wanted
      join version_chunks vc on vc.version_id = ${versionId}
        and vc.first = cast(cast(wanted.value as text) as bigint)
      join chunk_records cr on cr.chunk_id = vc.chunk_id
      join records r on r.id = cr.record_id
    ) as placed`.execute(db);
  const index = sql.ref(`${table}_places`);
  await sql`create index ${temporary}${index} on ${sql.ref(table)} (position)`.execute(db);
}

let made = 0;

/** A comparison under way; its tables are the connection's own and go with `end`. */
export class Comparison {
  readonly counts: DiffCounts;
  readonly #db: Database;
  readonly #before: string;
  readonly #after: string;

  private constructor(db: Database, before: string, after: string, counts: DiffCounts) {
    this.#db = db;
    this.#before = before;
    this.#after = after;
    this.counts = counts;
  }

  /** Compares two versions by their ids. */
  static async of({ db }: Store, beforeId: number, afterId: number): Promise<Comparison> {
    const number = ++made;
    const [before, after] = [`before_${number}`, `after_${number}`];
    const [a, b] = [await chunksOf(db, beforeId), await chunksOf(db, afterId)];
    await fill(db, before, beforeId, onlyIn(a, b));
    await fill(db, after, afterId, onlyIn(b, a));
    const { rows } = await sql<Omit<DiffCounts, "isReordered">>`
      select
        (select count(*) from ${sql.table(before)} b where not exists
          (select 1 from ${sql.table(after)} a where a.name = b.name and a.nth = b.nth)) as removed,
        (select count(*) from ${sql.table(after)} a where not exists
          (select 1 from ${sql.table(before)} b where a.name = b.name and a.nth = b.nth)) as added,
        (select count(*) from ${sql.table(after)} a join ${sql.table(before)} b
          on a.name = b.name and a.nth = b.nth where a.record_id <> b.record_id) as changed
      `.execute(db);
    const { removed = 0, changed = 0, added = 0 } = rows[0] ?? {};
    const isEqual = a.length === b.length && a.every(({ id }, index) => id === b[index]?.id);
    const isReordered = !isEqual && removed + changed + added === 0;
    return new Comparison(db, before, after, { removed, changed, added, isReordered });
  }

  /** Differences: what was removed, what changed, what was added, each in order. */
  async *rows(): AsyncGenerator<RowDifference> {
    yield* this.#lonely("removed", this.#before, this.#after);
    yield* this.#changed();
    yield* this.#lonely("added", this.#after, this.#before);
  }

  async *#lonely(
    kind: "removed" | "added",
    mine: string,
    other: string,
  ): AsyncGenerator<RowDifference> {
    const side = kind === "removed" ? "before" : "after";
    for (let after: number | undefined = -1; after !== undefined;) {
      const { rows }: { rows: SideRow[] } = await sql<SideRow>`
        select m.position, m.record_id as "recordId", r.key, r.text
        from ${sql.table(mine)} m join records r on r.id = m.record_id
        where m.position > ${after} and not exists (select 1 from ${sql.table(other)} o
          where o.name = m.name and o.nth = m.nth)
        order by m.position limit ${rowsAtOnce}`.execute(this.#db);
      for (const { key, ...place } of rows) yield { kind, key, [side]: place };
      after = rows.length < rowsAtOnce ? undefined : rows.at(-1)?.position;
    }
  }

  async *#changed(): AsyncGenerator<RowDifference> {
    for (let after: number | undefined = -1; after !== undefined;) {
      const { rows }: { rows: PairRow[] } = await sql<PairRow>`
        select a.position, a.record_id as "recordId", s.key, s.text,
          b.position as "oldPosition", b.record_id as "oldId", r.text as "oldText"
        from ${sql.table(this.#after)} a
        join ${sql.table(this.#before)} b on b.name = a.name and b.nth = a.nth
        join records s on s.id = a.record_id
        join records r on r.id = b.record_id
        where a.position > ${after} and a.record_id <> b.record_id
        order by a.position limit ${rowsAtOnce}`.execute(this.#db);
      for (const { key, oldPosition, oldId, oldText, ...place } of rows) {
        const before = { position: oldPosition, recordId: oldId, text: oldText };
        yield { kind: "changed", key, before, after: place };
      }
      after = rows.length < rowsAtOnce ? undefined : rows.at(-1)?.position;
    }
  }

  async end(): Promise<void> {
    for (const table of [this.#before, this.#after]) {
      await sql`drop table ${sql.table(table)}`.execute(this.#db);
    }
  }
}

const rowsAtOnce = 1000;

interface SideRow {
  position: number;
  recordId: number;
  key: string | null;
  text: string;
}

interface PairRow extends SideRow {
  oldPosition: number;
  oldId: number;
  oldText: string;
}
