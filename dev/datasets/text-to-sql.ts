// Generates the default training set: questions about an invented table, answered by one SQL query.
// Deterministic. The rows' text form is src/data/text-to-sql.ts's; files are written by build.ts.
import { Random } from "../../src/core/random.ts";
import { type SqlExample, wikisqlRow } from "../../src/data/text-to-sql.ts";
import { type QuestionForm, questionForms, sayQuestion } from "./questions.ts";
import { drawConditions, sqlOf } from "./sql.ts";
import { columnType, drawTable, isNumeric, pick, type Table } from "./tables.ts";
import { tableNames } from "./words.ts";

export const textToSqlSeed = 11;
export const splitSizes = { train: 5000, valid: 500, test: 500, test_new_schemas: 500 } as const;
export type Split = keyof typeof splitSizes;

export interface TextToSqlRow extends SqlExample {
  /** Name of the question form. */
  form: string;
  table: Table;
}

const knownSchemaCount = 400;
const newSchemaCount = 250;
const newNameShare = 0.15;

interface Schemas {
  known: Table[];
  fresh: Table[];
}

/** Known schemas have a table name each; the names of the new ones occur in no known schema. */
function drawSchemas(random: Random): Schemas {
  const names = random.shuffled(tableNames);
  const newNames = names.slice(0, Math.round(names.length * newNameShare));
  const knownNames = names.slice(newNames.length, newNames.length + knownSchemaCount);
  return {
    known: knownNames.map((name) => drawTable(random, [name])),
    fresh: Array.from({ length: newSchemaCount }, () => drawTable(random, newNames)),
  };
}

const totalWeight = questionForms.reduce((sum, { weight }) => sum + weight, 0);

function drawForm(random: Random): QuestionForm {
  let left = random.integer(totalWeight);
  return questionForms.find(({ weight }) => (left -= weight) < 0) as QuestionForm;
}

function drawRow(random: Random, table: Table): TextToSqlRow {
  const form = drawForm(random);
  const asked = pick(random, form.asks);
  const takesText = asked === "column" || asked === "COUNT";
  const column = pick(random, takesText ? table.columns : table.columns.filter(isNumeric));
  const conditions = drawConditions(random, table, column, pick(random, form.conditionCounts));
  const question = { table: table.name, column: column.name, asked, conditions };
  const aggregate = asked === "column" ? undefined : asked;
  const columns = table.columns.map((each) => ({ name: each.name, type: columnType(each) }));
  const row = wikisqlRow(
    sayQuestion(random, form, question),
    { name: table.name, columns },
    sqlOf({ table, column, aggregate, conditions }),
  );
  return { ...row, form: form.name, table };
}

/** `count` rows whose prompts are not in `seen`, which grows by them. */
function drawRows(random: Random, schemas: readonly Table[], count: number, seen: Set<string>) {
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
  const { known, fresh } = drawSchemas(root.split("schemas"));
  const seen = new Set<string>();
  const draw = (split: Split, schemas: readonly Table[]): TextToSqlRow[] =>
    drawRows(root.split(split), schemas, splitSizes[split], seen);
  return {
    train: draw("train", known),
    valid: draw("valid", known),
    test: draw("test", known),
    test_new_schemas: draw("test_new_schemas", fresh),
  };
}
