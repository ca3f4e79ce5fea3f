// SQLite's words: JSON functions, FTS5, and a writer's turn that `begin immediate` takes (dialect.ts).
import { CompiledQuery, type RawBuilder, sql } from "kysely";
import type { Comparison, FilterValue } from "../datasets/filters.ts";
import type { SearchToken } from "../datasets/search-words.ts";
import type { FieldPath, Flavour } from "./flavour.ts";

type Sql = RawBuilder<unknown>;

const asValue = (value: FilterValue): string | number | null =>
  typeof value === "boolean" ? Number(value) : (value ?? null);

const comparisons: Readonly<Record<Comparison, (field: Sql, value: FilterValue) => Sql>> = {
  equal: (field, value) => sql`${field} = ${asValue(value)}`,
  unequal: (field, value) => sql`${field} is not ${asValue(value)}`,
  less: (field, value) => sql`${field} < ${asValue(value)}`,
  greater: (field, value) => sql`${field} > ${asValue(value)}`,
  contains: (field, value) => sql`instr(lower(${field}), lower(${asValue(value)})) > 0`,
  present: (field) => sql`${field} is not null`,
  absent: (field) => sql`${field} is null`,
};

/** Keys are quoted, so that any name is a name. */
const jsonPath = (path: FieldPath): string =>
  path.map((step) => (typeof step === "number" ? `[${step}]` : `."${step}"`)).join("");

function matchOf(tokens: readonly SearchToken[], scope: string | undefined): string {
  const words = tokens.map((token) =>
    token.kind === "operator" ? token.text : `"${token.text}"${token.isPrefix ? "*" : ""}`,
  );
  const said = words.join(" ");
  return scope === undefined ? said : `scope : ${scope} AND text : (${said})`;
}

export const sqliteFlavour: Flavour = {
  name: "sqlite",
  numbered: (statement) => statement,
  each: (json) => sql`json_each(${json})`,
  compare: (text, path, is, value) =>
    comparisons[is](sql`json_extract(${text}, ${`$${jsonPath(path)}`})`, value),
  tableEnd: sql`without rowid`,
  temporary: sql`temp.`,
  vacuum: sql`vacuum`,
  search: {
    add: async (db, { table, scope }, id, words) => {
      const [columns, values] = scope === undefined ? ["", []] : [", scope", [scope]];
      const marks = scope === undefined ? "?, ?" : "?, ?, ?";
      const insert = `insert into ${table} (rowid, text${columns}) values (${marks})`;
      await db.executeQuery(CompiledQuery.raw(insert, [id, words, ...values]));
    },
    matches: ({ table, scope }, tokens) => sql`${sql.table(table)} match ${matchOf(tokens, scope)}`,
  },
  passingOver: (query) => query,
  takeTurn: async () => {},
  durably: async (db, run) =>
    await db.connection().execute(async (connection) => {
      await sql`pragma synchronous = full`.execute(connection);
      try {
        return await run(connection);
      } finally {
        await sql`pragma synchronous = normal`.execute(connection);
      }
    }),
};
