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

/** The newest form. Throws FT-DATASET-011 when there is none. */
export async function readConfiguration(
  store: Store,
  kind: string,
  name: string,
): Promise<Configuration> {
  const [newest] = await configurationHistory(store, kind, name);
  if (newest === undefined) throw unknownConfiguration(kind, name);
  return newest;
}

/** The newest form of every configuration of a kind, by name. */
export async function listConfigurations({ db }: Store, kind: string): Promise<Configuration[]> {
  const rows = await db
    .selectFrom("configurations")
    .selectAll()
    .where("kind", "=", kind)
    .orderBy("name")
    .orderBy("number", "desc")
    .execute();
  return rows.filter((row, index) => rows[index - 1]?.name !== row.name).map(configurationOf);
}
