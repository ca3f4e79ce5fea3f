// Postgres's words: JSON operators, text search over words that we cut ourselves, and turns taken by advisory locks.
import { CompiledQuery, type RawBuilder, sql } from "kysely";
import type { Comparison, FilterValue } from "../datasets/filters.ts";
import type { SearchToken } from "../datasets/search-words.ts";
import type { FieldPath, Flavour, Turn } from "./flavour.ts";

type Sql = RawBuilder<unknown>;

/** A place within JSON: its text, and the type that JSON gives it. */
interface Field {
  text: Sql;
  type: Sql;
}

/** How a value of a filter is compared: as a number with numbers, as a text with texts. */
function typed({ text, type }: Field, value: FilterValue, operator: Sql): Sql {
  if (typeof value === "number") {
    const number = sql`case when ${type} = 'number' then cast(${text} as numeric) end`;
    return sql`${number} ${operator} cast(${value} as numeric)`;
  }
  const said = typeof value === "boolean" ? "boolean" : "string";
  const same = sql`case when ${type} = ${said} then ${text} end`;
  return sql`${same} collate "C" ${operator} cast(${String(value)} as text)`;
}

/** Of different types, numbers come before texts, as in SQLite. */
const isBefore = ({ type }: Field, value: FilterValue): Sql =>
  typeof value === "string" ? sql`${type} = 'number'` : sql`false`;

const isAfter = ({ type }: Field, value: FilterValue): Sql =>
  typeof value === "number" ? sql`${type} = 'string'` : sql`false`;

const comparisons: Readonly<Record<Comparison, (field: Field, value: FilterValue) => Sql>> = {
  equal: (field, value) => typed(field, value, sql`=`),
  unequal: (field, value) => sql`(${typed(field, value, sql`=`)}) is not true`,
  less: (field, value) => sql`(${typed(field, value, sql`<`)} or ${isBefore(field, value)})`,
  greater: (field, value) => sql`(${typed(field, value, sql`>`)} or ${isAfter(field, value)})`,
  contains: ({ text }, value) =>
    sql`strpos(lower(${text}), lower(cast(${String(value)} as text))) > 0`,
  present: ({ text }) => sql`${text} is not null`,
  absent: ({ text }) => sql`${text} is null`,
};

/** As Postgres writes a list of texts; keys may hold anything. */
const pathText = (path: FieldPath): string =>
  `{${path.map((step) => `"${String(step).replaceAll(/["\\]/g, String.raw`\$&`)}"`).join()}}`;

const wordPattern = /[\p{L}\p{N}]+/gu;

/** Words in small letters without accents, as SQLite's tokenizer has them. */
const wordsIn = (text: string): string[] =>
  text
    .normalize("NFD")
    .replaceAll(/\p{M}+/gu, "")
    .toLowerCase()
    .match(wordPattern) ?? [];

/** Postgres indexes a megabyte of words of one row; what is beyond is not found. */
const mostIndexed = 400_000;

/** Words of rows have weight D, so that none is taken for a scope, which has A. */
function matchOf(tokens: readonly SearchToken[]): string {
  const parts: string[] = [];
  let isOpen = false;
  const signs = { AND: "&", OR: "|", NOT: "& !" };
  for (const token of tokens) {
    if (token.kind === "operator") {
      parts.push(signs[token.text]);
      isOpen = false;
      continue;
    }
    const words = wordsIn(token.text).map((word) => `'${word}':D`);
    if (words.length === 0) continue;
    const last = `${words.pop()}${token.isPrefix ? "*" : ""}`;
    if (isOpen) parts.push("&");
    parts.push(`(${[...words, last].join(" <-> ")})`);
    isOpen = true;
  }
  return parts.join(" ");
}

/** Numbers of the advisory locks, in the space of one schema. */
const turns: Readonly<Record<Turn, number>> = { writers: 1, claims: 2 };

export const postgresFlavour: Flavour = {
  name: "postgres",
  numbered: (statement) => {
    let number = 0;
    return statement.replaceAll("?", () => `$${++number}`);
  },
  each: (json) => sql`json_array_elements(cast(${json} as json))`,
  compare: (text, path, is, value) => {
    const place = sql`cast(${pathText(path)} as text[])`;
    const json = sql`cast(${text} as json)`;
    const field = {
      text: sql`(${json} #>> ${place})`,
      type: sql`json_typeof(${json} #> ${place})`,
    };
    return comparisons[is](field, value);
  },
  tableEnd: sql``,
  temporary: sql``,
  vacuum: sql`vacuum`,
  search: {
    add: async (db, { table, scope = "" }, id, words) => {
      const text = wordsIn(words).join(" ").slice(0, mostIndexed);
      const lexemes = "setweight(to_tsvector('simple', $2), 'A') || to_tsvector('simple', $3)";
      const insert = `insert into ${table} (rowid, words) values ($1, ${lexemes})`;
      await db.executeQuery(CompiledQuery.raw(insert, [id, scope, text]));
    },
    matches: ({ table, scope }, tokens) => {
      const said = matchOf(tokens);
      const match = scope === undefined ? said : `${scope}:A & (${said})`;
      return sql`${sql.table(table)}.words @@ to_tsquery('simple', ${match})`;
    },
  },
  passingOver: (query) => query.forUpdate().skipLocked() as typeof query,
  takeTurn: async (transaction, turn) => {
    await sql`select pg_advisory_xact_lock(hashtext(current_schema()), ${turns[turn]})`.execute(
      transaction,
    );
  },
  durably: async (db, run) => await run(db),
};
