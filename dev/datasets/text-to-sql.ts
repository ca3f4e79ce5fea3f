// Generates the default training set: questions about an invented table, answered by one SQL query.
// Deterministic. The rows' text form is src/data/text-to-sql.ts's; files are written by build.ts.
import { Random } from "../../src/core/random.ts";
import { type QuestionForm, questionForms, sayCondition } from "./questions.ts";
import { type Condition, sqlOf } from "./sql.ts";
import { columnType, isNumeric, pick, pickSome } from "./tables.ts";
import { type SqlExample, wikisqlRow } from "./text-to-sql-rows.ts";
import { type Theme, type ThemeColumn, themes } from "./themes.ts";

export const textToSqlSeed = 11;
export const splitSizes = { train: 5000, valid: 500, test: 500, test_new_schemas: 500 } as const;
export type Split = keyof typeof splitSizes;

export interface Schema {
  name: string;
  columns: ThemeColumn[];
}

export interface TextToSqlRow extends SqlExample {
  form: string;
  table: string;
  columns: string[];
}

/** Every fourth table name and column name is kept for the new schemas. */
const heldOutEvery = 4;
const isHeldOut = (sorted: readonly string[], name: string): boolean =>
  sorted.indexOf(name) % heldOutEvery === 0;

const sortedNames = (names: readonly string[]): string[] => [...new Set(names)].sort();
const allTables = sortedNames(themes.flatMap(({ tables }) => tables));
const allColumns = sortedNames(themes.flatMap(({ columns }) => columns.map(({ name }) => name)));
const isNewTable = (name: string): boolean => isHeldOut(allTables, name);
const isNewColumn = ({ name }: ThemeColumn): boolean => isHeldOut(allColumns, name);

/** Three to five columns with at least two of numbers and one of text, in random order. */
function drawColumns(random: Random, columns: readonly ThemeColumn[]): ThemeColumn[] {
  const numeric = pickSome(random, columns.filter(isNumeric), 2);
  const [text] = pickSome(
    random,
    columns.filter((column) => !isNumeric(column)),
    1,
  );
  const chosen = text === undefined ? numeric : [...numeric, text];
  const others = columns.filter((column) => !chosen.includes(column));
  return random.shuffled([...chosen, ...pickSome(random, others, random.integer(3))]);
}

/** Two schemas for every table that is not held out, of columns that are not held out. */
function knownSchemas(random: Random): Schema[] {
  return themes.flatMap(({ tables, columns }) => {
    const known = columns.filter((column) => !isNewColumn(column));
    const names = tables.filter((name) => !isNewTable(name));
    return [...names, ...names].map((name) => ({ name, columns: drawColumns(random, known) }));
  });
}

/** Three schemas for every held-out table; held-out columns and known ones are mixed in them. */
function newSchemas(random: Random): Schema[] {
  const draw = ({ columns }: Theme, name: string): Schema => {
    const fresh = columns.filter(isNewColumn);
    let drawn = drawColumns(random, columns);
    while (fresh.length > 0 && !drawn.some(isNewColumn)) drawn = drawColumns(random, columns);
    return { name, columns: drawn };
  };
  return themes.flatMap((theme) => {
    const names = theme.tables.filter(isNewTable);
    return [...names, ...names, ...names].map((name) => draw(theme, name));
  });
}

function drawForm(random: Random): QuestionForm {
  let left = random.integer(questionForms.reduce((sum, { weight }) => sum + weight, 0));
  return questionForms.find(({ weight }) => (left -= weight) < 0) as QuestionForm;
}

function drawCondition(random: Random, column: ThemeColumn): Condition {
  const operator = isNumeric(column) ? pick(random, ["=", ">", "<"] as const) : "=";
  return { column, operator, value: column.value(random) };
}

function drawRow(random: Random, schema: Schema): TextToSqlRow {
  const form = drawForm(random);
  const { aggregate, conditionCount } = form;
  const needsNumber = aggregate !== undefined && aggregate !== "COUNT";
  const column = pick(
    random,
    schema.columns.filter((candidate) => !needsNumber || isNumeric(candidate)),
  );
  const others = schema.columns.filter((candidate) => candidate !== column);
  const conditions = pickSome(random, others, conditionCount).map((other) =>
    drawCondition(random, other),
  );
  const [first = "", second = ""] = conditions.map((condition) => sayCondition(random, condition));
  const question = pick(random, form.wordings)
    .replace("{column}", column.name)
    .replace("{table}", schema.name)
    .replace("{first}", first)
    .replace("{second}", second);
  const columns = schema.columns.map((each) => ({ name: each.name, type: columnType(each) }));
  return {
    ...wikisqlRow(
      question,
      { name: schema.name, columns },
      sqlOf({ table: schema, column, aggregate, conditions }),
    ),
    form: form.name,
    table: schema.name,
    columns: columns.map(({ name }) => name),
  };
}

/** `count` rows whose prompts are not in `seen`, which grows by them. */
function drawRows(random: Random, schemas: readonly Schema[], count: number, seen: Set<string>) {
  const rows: TextToSqlRow[] = [];
  while (rows.length < count) {
    const row = drawRow(random, pick(random, schemas));
    if (seen.has(row.prompt)) continue;
    seen.add(row.prompt);
    rows.push(row);
  }
  return rows;
}

/** All splits; no prompt occurs twice, and `test_new_schemas` shares no table with the others. */
export function textToSqlRows(seed = textToSqlSeed): Record<Split, TextToSqlRow[]> {
  const root = Random.fromSeed(seed);
  const known = knownSchemas(root.split("known schemas"));
  const fresh = newSchemas(root.split("new schemas"));
  const seen = new Set<string>();
  const draw = (split: Split, schemas: readonly Schema[]): TextToSqlRow[] =>
    drawRows(root.split(split), schemas, splitSizes[split], seen);
  return {
    train: draw("train", known),
    valid: draw("valid", known),
    test: draw("test", known),
    test_new_schemas: draw("test_new_schemas", fresh),
  };
}
