import { fillingOf, rowsPerTable } from "../sql/filling.ts";
// Whether an answer in SQL finds what the reference finds: both are run on the tables that the row describes (execution
// match, as Spider and WikiSQL count it). Where the row gives no rows, several fillings are made up.
import { Sqlite, type SqlOutcome, type SqlValue } from "../sql/sqlite.ts";
import { outermost, tablesIn } from "../sql/tables.ts";
import { type Answer, fieldText, type Metric } from "./metric.ts";

const fields = ["schema", "context", "sql_context", "input"];
const fillings = 4;

let shared: Sqlite | undefined;
const run = (setup: readonly string[], statement: string): SqlOutcome => {
  shared ??= new Sqlite();
  return shared.run({ setup, statement });
};

/** The statement of an answer: of a fenced block, where there is one. */
function sqlOf(text: string): string {
  const [, block] = /```(?:sql)?[^\S\n]*\n([^]*?)```/i.exec(text) ?? [];
  return (block ?? text).trim();
}

const columnsQuery =
  "SELECT m.name, p.name, p.type FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'";

/** Setups of databases to try queries on; none where the row describes no tables that can be made. */
function databases(answer: Answer, queries: readonly string[]): string[][] {
  const places = [...fields.map((name) => fieldText(answer, name)), answer.prompt ?? ""];
  const found = places.map(tablesIn).find(({ statements }) => statements.length > 0);
  if (found === undefined) return [];
  const { statements, hasRows } = found;
  const made = run(statements, columnsQuery);
  if ("problem" in made || made.rows.length === 0) return [];
  if (hasRows) return [statements];
  const columns = made.rows.map(([table, column, type]) => ({
    ...{ table: String(table), column: String(column) },
    isNumber: /int|num|real|doub|floa|dec/i.test(String(type)),
  }));
  return Array.from({ length: fillings }, (_, seed) => [
    ...statements,
    ...fillingOf(columns, queries, seed),
  ]);
}

/** Sums of the same numbers in another order end in other digits. */
function written(value: SqlValue): string {
  if (typeof value === "number") return `n${Number(value.toPrecision(12))}`;
  if (value === null) return "null";
  return typeof value === "string" ? `s${JSON.stringify(value)}` : `b${value.join(",")}`;
}

function isSame(said: SqlOutcome, wanted: SqlOutcome, isOrdered: boolean): boolean {
  if ("problem" in said || "problem" in wanted || said.isQuery !== wanted.isQuery) return false;
  const [one, other] = [said, wanted].map(({ rows }) => rows.map((row) => row.map(written).join()));
  const inOrder = (rows: string[] | undefined): string =>
    ((isOrdered ? rows : rows?.toSorted()) ?? []).join("\n");
  return inOrder(one) === inOrder(other);
}

const spaced = (sql: string): string => sql.replace(/\s+|;\s*$/g, " ").trim();

/** Undefined where the reference itself does not run. */
function matches(answer: Answer, reference: string): boolean | undefined {
  const [said, wanted] = [sqlOf(answer.prediction), sqlOf(reference)];
  const isOrdered = /\border\s+by\b/i.test(outermost(wanted));
  const setups = databases(answer, [wanted, said]);
  const outcomes = setups.map((setup) => ({ setup, right: run(setup, wanted) }));
  if (outcomes.length === 0 || outcomes.some(({ right }) => "problem" in right)) return undefined;
  return outcomes.every(({ setup, right }) => isSame(run(setup, said), right, isOrdered));
}

interface Tried {
  isRight: boolean;
  isTried: boolean;
}

/** Answers are scored more than once: alone, all together, and when models are compared. */
const known = new WeakMap<Answer, Tried>();

function tried(answer: Answer): Tried {
  const found = known.get(answer);
  if (found !== undefined) return found;
  const all = answer.references.map((reference) => ({ reference, is: matches(answer, reference) }));
  const isText = (reference: string): boolean =>
    spaced(sqlOf(reference)) === spaced(sqlOf(answer.prediction));
  const result = {
    isRight: all.some(({ reference, is }) => is ?? isText(reference)),
    isTried: all.every(({ is }) => is !== undefined),
  };
  known.set(answer, result);
  return result;
}

export const sqlMatch: Metric = {
  about: "identical result rows when run in SQLite",
  ...{ looksAt: "prediction", scale: 1, better: "higher", fields },
  signature: (answers) => {
    const untried = answers.filter((answer) => !tried(answer).isTried).length;
    return `sqlite|filled:${fillings}x${rowsPerTable}|untried:${untried}`;
  },
  statistics: (answer) => [tried(answer).isRight ? 1 : 0, 1],
  score: ([sum = 0, count = 0]) => (count === 0 ? 0 : sum / count),
};
