// Saved settings by kind and name, every form that they had.
import { inTransaction, type Store } from "../store.ts";
import { unknownConfiguration } from "./dataset-errors.ts";

export interface Configuration {
  kind: string;
  name: string;
  /** From 1, one higher with each change. */
  number: number;
  value: unknown;
  createdAt: number;
}

interface Row {
  kind: string;
  name: string;
  number: number;
  value: string;
  created_at: number;
}

const configurationOf = ({ created_at, value, ...row }: Row): Configuration => ({
  ...row,
  value: JSON.parse(value) as unknown,
  createdAt: created_at,
});

/** Every form of a configuration, newest first. */
export async function configurationHistory(
  { db }: Pick<Store, "db">,
  kind: string,
  name: string,
): Promise<Configuration[]> {
  const rows = await db
    .selectFrom("configurations")
    .selectAll()
    .where("kind", "=", kind)
    .where("name", "=", name)
    .orderBy("number", "desc")
    .execute();
  return rows.map(configurationOf);
}

/** Saves JSON under a name; nothing is made when it is what is there. */
export async function saveConfiguration(
  store: Store,
  kind: string,
  name: string,
  value: unknown,
): Promise<Configuration> {
  return await inTransaction(store.db, async (db) => {
    const [newest] = await configurationHistory({ db }, kind, name);
    const text = JSON.stringify(value);
    if (newest !== undefined && JSON.stringify(newest.value) === text) return newest;
    const row = await db
      .insertInto("configurations")
      .values({
        kind,
        name,
        number: (newest?.number ?? 0) + 1,
        value: text,
        created_at: store.now(),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return configurationOf(row);
  });
}

/** The newest form, or that of a number. Throws FT-DATASET-011 when there is none. */
export async function readConfiguration(
  store: Store,
  kind: string,
  name: string,
  number?: number,
): Promise<Configuration> {
  const forms = await configurationHistory(store, kind, name);
  const found = number === undefined ? forms[0] : forms.find((form) => form.number === number);
  if (found === undefined) throw unknownConfiguration(kind, name);
  return found;
}

/** The newest form of every configuration, or of those of a kind, by kind and name. */
export async function listConfigurations({ db }: Store, kind?: string): Promise<Configuration[]> {
  const rows = await db
    .selectFrom("configurations")
    .selectAll()
    .$if(kind !== undefined, (query) => query.where("kind", "=", kind as string))
    .orderBy("kind")
    .orderBy("name")
    .orderBy("number", "desc")
    .execute();
  const isNewest = (row: Row, before: Row | undefined): boolean =>
    before?.name !== row.name || before.kind !== row.kind;
  return rows.filter((row, index) => isNewest(row, rows[index - 1])).map(configurationOf);
}
