// Turns WikiSQL's own files, when a user has them, into text-to-SQL rows.
// Format: Zhong, Xiong and Socher 2017, github.com/salesforce/WikiSQL: a questions file (question,
// table_id, sql {sel, agg, conds}) and a tables file (id, header, types). Downloads nothing.
import { readJsonLines } from "../../src/core/json-lines.ts";
import { MalformedDataError } from "../../src/data/errors.ts";
import { isObject, type JsonObject } from "../../src/data/formats/format.ts";
import { type SqlExample, type SqlTable, wikisqlRow } from "./text-to-sql-rows.ts";

const aggregates = ["", "MAX", "MIN", "COUNT", "SUM", "AVG"];
/** WikiSQL lists a fourth operator, OP, which no question uses. */
const operators = ["=", ">", "<"];

const keywords = new Set(
  (
    "all and as asc between by case check column default desc distinct else end exists for from " +
    "group having in index into is join key like limit not null of on or order primary " +
    "references select set table then to union unique update values when where with"
  ).split(" "),
);

/** A name as SQL writes it: plain when it can be, else in double quotes. */
export function sqlIdentifier(name: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !keywords.has(name.toLowerCase());
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A number when the column holds numbers and the value is one, else a string in single quotes. */
function sqlLiteral(value: unknown, type: string): string {
  const isNumber =
    type === "number" && String(value).trim() !== "" && Number.isFinite(Number(value));
  return isNumber ? String(Number(value)) : `'${String(value).replaceAll("'", "''")}'`;
}

interface Query {
  sel: number;
  agg: number;
  conds: readonly (readonly [column: number, operator: number, value: unknown])[];
}

function isQuery(value: unknown): value is Query & JsonObject {
  if (!isObject(value)) return false;
  const { sel, agg, conds } = value;
  const isCondition = (one: unknown): boolean =>
    Array.isArray(one) && one.length === 3 && Number.isInteger(one[0]) && Number.isInteger(one[1]);
  const numbers = Number.isInteger(sel) && Number.isInteger(agg);
  return numbers && Array.isArray(conds) && conds.every(isCondition);
}

/** The SQL of a WikiSQL query over `table`, or undefined when an index in it points nowhere. */
export function wikisqlQuery(table: SqlTable, query: Query): string | undefined {
  const selected = table.columns[query.sel]?.name;
  const aggregate = aggregates[query.agg];
  if (selected === undefined || aggregate === undefined) return undefined;
  const conditions: string[] = [];
  for (const [index, operatorIndex, value] of query.conds) {
    const column = table.columns[index];
    const operator = operators[operatorIndex];
    if (column === undefined || operator === undefined) return undefined;
    conditions.push(`${column.name} ${operator} ${sqlLiteral(value, column.type)}`);
  }
  const what = aggregate === "" ? selected : `${aggregate}(${selected})`;
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  return `SELECT ${what} FROM ${table.name}${where}`;
}

/** A table of the tables file, with names as SQL writes them; undefined when fields are missing. */
function parseTable(value: JsonObject): SqlTable | undefined {
  const { id, name, header, types } = value;
  if (typeof id !== "string" || !Array.isArray(header) || !Array.isArray(types)) return undefined;
  const columns = header.map((title, index) => ({
    name: sqlIdentifier(String(title)),
    type: types[index] === "real" ? "number" : String(types[index] ?? "text"),
  }));
  const tableName = typeof name === "string" ? name : `table_${id.replaceAll(/\W/g, "_")}`;
  return { name: sqlIdentifier(tableName), columns };
}

async function* objectsOf(file: string): AsyncGenerator<[value: JsonObject, line: number]> {
  for await (const item of readJsonLines(file)) {
    const problem = "value" in item ? "a row must be an object" : item.problem;
    if (!("value" in item) || !isObject(item.value)) throw notWikiSql(file, item.line, problem);
    yield [item.value, item.line];
  }
}

function notWikiSql(file: string, line: number, message: string): MalformedDataError {
  const hint = "Give a questions file (dev.jsonl) and its tables file (dev.tables.jsonl)";
  return new MalformedDataError({ at: { file, line }, message, hint });
}

async function readTables(file: string): Promise<Map<string, SqlTable>> {
  const tables = new Map<string, SqlTable>();
  for await (const [value, line] of objectsOf(file)) {
    const table = parseTable(value);
    if (table === undefined) throw notWikiSql(file, line, "a table needs id, header and types");
    tables.set(String(value["id"]), table);
  }
  return tables;
}

/**
 * The examples of a WikiSQL split, in order. All tables are held in memory, questions are streamed.
 * Throws MalformedDataError, with the line, for a row that is not WikiSQL's.
 */
export async function* readWikiSql(
  questionsFile: string,
  tablesFile: string,
): AsyncGenerator<SqlExample> {
  const tables = await readTables(tablesFile);
  for await (const [row, line] of objectsOf(questionsFile)) {
    const { question, table_id: id, sql } = row;
    if (typeof question !== "string" || typeof id !== "string" || !isQuery(sql)) {
      throw notWikiSql(questionsFile, line, "a question needs question, table_id and sql");
    }
    const table = tables.get(id);
    if (table === undefined) throw notWikiSql(questionsFile, line, `there is no table ${id}`);
    const query = wikisqlQuery(table, sql);
    if (query === undefined) {
      throw notWikiSql(
        questionsFile,
        line,
        "the query names a column or operator there is none of",
      );
    }
    yield wikisqlRow(question, table, query);
  }
}
