// The pre-training text of builtin/tiny: an endless seeded stream of short documents about invented tables.
// What matters is copying names from the context. Nothing here has the form of the text-to-SQL task's question.
import type { Random } from "../../src/core/random.ts";
import {
  type Condition,
  conditionSql,
  drawConditions,
  type Operator,
  type Query,
  selectedSql,
  sqlOf,
} from "../datasets/sql.ts";
import {
  columnType,
  drawTable,
  drawValue,
  isNumeric,
  pick,
  pickSome,
  type Table,
} from "../datasets/tables.ts";
import { columnNames, numberWords, quotedWords, tableNames, verbs } from "../datasets/words.ts";

const endOfText = "<|endoftext|>";

type Writer = (random: Random) => string;

const aggregates = ["COUNT", "MAX", "MIN", "SUM", "AVG"] as const;

/** A table and some of its rows: what a text is about. */
interface Sheet {
  table: Table;
  rows: string[][];
}

function drawSheet(random: Random, rowCount: number): Sheet {
  const table = drawTable(random);
  const row = (): string[] => table.columns.map((column) => drawValue(random, column));
  return { table, rows: Array.from({ length: rowCount }, row) };
}

/** Asks for values that stand in a row: after `=` a query then copies, and learns no values by heart. */
function drawQuery(random: Random, { table, rows }: Sheet): Query {
  const isAggregate = random.integer(3) === 0;
  const aggregate = isAggregate ? pick(random, aggregates) : undefined;
  const suits = table.columns.filter((column) => aggregate === undefined || isNumeric(column));
  const column = pick(random, aggregate === "COUNT" ? table.columns : suits);
  const conditions = drawConditions(random, table, pick(random, rows), column, random.integer(3));
  return { table, column, aggregate, conditions };
}

function header(table: Table): string {
  const columns = table.columns.map((column) => `${column.name} ${columnType(column)}`);
  return `${table.name} ( ${columns.join(" , ")} )`;
}

const listed = (values: readonly string[]): string => `( ${values.join(" , ")} )`;

type Entry = readonly [name: string, value: string];

const entryStyles: readonly ((entry: Entry) => string)[] = [
  ([name, value]) => `${name} ${value}`,
  ([name, value]) => `${name} : ${value}`,
  ([name, value]) => `${name} = ${value}`,
  ([name, value]) => `${value} for ${name}`,
];

/** A row as `name value` pairs: which value belongs to which column is told, not counted. */
function entriesLine(random: Random, { columns }: Table, row: readonly string[]): string {
  const entries = columns.map(({ name }, index): Entry => [name, row[index] ?? ""]);
  return `- ${random.shuffled(entries).map(pick(random, entryStyles)).join(" , ")}`;
}

const script: Writer = (random) => {
  const sheet = drawSheet(random, 1 + random.integer(3));
  const { table, rows } = sheet;
  const lines = [`CREATE TABLE ${header(table)} ;`];
  for (const row of rows) lines.push(`INSERT INTO ${table.name} VALUES ${listed(row)} ;`);
  for (let count = 2 + random.integer(3); count > 0; count--)
    lines.push(`${sqlOf(drawQuery(random, sheet))} ;`);
  return lines.join("\n");
};

const comparisons: Record<Operator, readonly string[]> = {
  "=": ["equal to", "exactly", "being", "at"],
  ">": ["above", "over", "more than", "greater than", "exceeding", "higher than"],
  "<": ["below", "under", "less than", "smaller than", "lower than", "short of"],
};

const aggregateWords: Record<(typeof aggregates)[number], readonly string[]> = {
  COUNT: ["number of", "count of"],
  MAX: ["largest", "highest", "greatest", "maximum"],
  MIN: ["smallest", "lowest", "least", "minimum"],
  SUM: ["sum of", "total"],
  AVG: ["mean", "average"],
};

function glossAggregate(random: Random, { aggregate, column }: Query): string {
  if (aggregate === undefined) return pick(random, ["the ", "each ", ""]) + column.name;
  return `the ${pick(random, aggregateWords[aggregate])} ${column.name}`;
}

/** The value stands behind its column or before it: which is which has to be read. */
function glossCondition(random: Random, { column, operator, value }: Condition): string {
  const words = isNumeric(column)
    ? `${pick(random, comparisons[operator])} ${value}`
    : pick(random, [value, value, `equal to ${value}`]);
  return pick(random, [
    `${column.name} ${words}`,
    `${words} for ${column.name}`,
    `${words} in ${column.name}`,
  ]);
}

/** What is asked for may stand before the conditions, behind them or between them. */
function gloss(random: Random, query: Query): string {
  const { table, conditions } = query;
  const asked = glossAggregate(random, query);
  const [first, ...others] = conditions.map((condition) => glossCondition(random, condition));
  if (first === undefined)
    return pick(random, [`${asked} in ${table.name}`, `in ${table.name}, ${asked}`]);
  const both = [first, ...others].join(" and ");
  const rest = others.map((other) => `, also ${other}`).join("");
  return pick(random, [
    `${asked} in ${table.name}, for ${both}`,
    `${asked}, where ${both}, in ${table.name}`,
    `where ${both}, ${asked} in ${table.name}`,
    `in ${table.name}, given ${both}: ${asked}`,
    `in ${table.name}, given ${first}: ${asked}${rest}`,
  ]);
}

const glossed: Writer = (random) => {
  const sheet = drawSheet(random, 1 + random.integer(2));
  const told = sheet.rows.map((row) => entriesLine(random, sheet.table, row));
  const lines = [`Of ${header(sheet.table)}`, ...told];
  for (let count = 1 + random.integer(3); count > 0; count--) {
    const query = drawQuery(random, sheet);
    lines.push(`${sqlOf(query)} ;`, `-- ${gloss(random, query)}`);
  }
  return lines.join("\n");
};

const records: Writer = (random) => {
  const table = drawTable(random);
  const facts = table.columns.map((column) => [column.name, drawValue(random, column)] as const);
  const said = facts.map(([name, value]) => `In ${table.name} , the ${name} is ${value} .`);
  const again = random
    .shuffled(facts)
    .map(([name, value]) =>
      pick(random, [`Its ${name} is ${value} .`, `With ${value} for its ${name} .`]),
    );
  return [...said, ...again].join(" ");
};

/** A line opens with a dash, so that its first name follows a space as all others do. */
function lined(...lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

/** The same row again and again, each line shuffled and in a style of its own. */
const lookups: Writer = (random) => {
  const { table, rows } = drawSheet(random, 1);
  const line = (): string => entriesLine(random, table, rows[0] ?? []);
  return Array.from({ length: 2 + random.integer(3) }, line).join("\n");
};

/** In words and the same in symbols: conditions, columns under aggregates, or one of these under conditions. */
const notes: Writer = (random) => {
  const sheet = drawSheet(random, 1);
  const kind = random.integer(4);
  if (kind === 0) {
    const conditions = drawConditions(random, sheet.table, sheet.rows[0] ?? [], undefined, 3);
    const inWords = conditions.map((condition) => glossCondition(random, condition));
    return lined(inWords.join(" and "), conditions.map(conditionSql).join(" AND "));
  }
  const queries = Array.from({ length: 3 }, () => drawQuery(random, sheet));
  if (kind === 1) {
    const inWords = queries.map((query) => glossAggregate(random, query));
    return lined(inWords.join(" , "), queries.map(selectedSql).join(" , "));
  }
  return lined(...queries.flatMap((query) => [gloss(random, query), limitedSql(query)]));
};

/** What is selected and under which conditions, without the words of a whole statement. */
function limitedSql(query: Query): string {
  const { table, conditions } = query;
  const limits = conditions.map((condition) => ` : ${conditionSql(condition)}`).join("");
  return `${table.name} : ${selectedSql(query)}${limits}`;
}

/** Pools that lists are drawn from. */
export const pools = {
  names: [...columnNames, ...tableNames],
  values: quotedWords,
  numbers: numberWords,
} satisfies Record<string, readonly string[]>;
/** Numbers are few, so they are drawn less often. */
const drawnPools = [columnNames, tableNames, columnNames, tableNames, quotedWords, numberWords];

/** Mostly of one kind. */
function drawList(random: Random, count: number): string[] {
  if (random.integer(3) !== 0) return pickSome(random, pick(random, drawnPools), count);
  return Array.from({ length: count }, () => pick(random, pick(random, drawnPools)));
}

/** Mostly blanks between names: with commas between, the name before the last token has to be looked for. */
const lists: Writer = (random) => {
  const list = drawList(random, 5 + random.integer(14));
  const inOrder = random.integer(4) !== 0;
  const separator = random.integer(3) === 0 ? " , " : " ";
  const again = (): string => (inOrder ? list : random.shuffled(list)).join(separator);
  const lines = [list.join(separator), again()];
  if (random.integer(2) === 0) lines.push(again());
  return lined(...lines);
};

const sentences: Writer = (random) =>
  Array.from({ length: 2 + random.integer(4) }, () => {
    const [who, whom] = pickSome(random, tableNames, 2);
    const [thing, other] = pickSome(random, columnNames, 2);
    return pick(random, [
      `The ${who} see how the ${thing} ${pick(random, verbs)} the ${other} .`,
      `A ${thing} ${pick(random, verbs)} the ${whom} , and the ${whom} know it .`,
      `What the ${who} say about the ${thing} is what the ${whom} say .`,
      `How many ${who} have a ${thing} ? Some of the ${who} , with a ${other} .`,
    ]);
  }).join(" ");

function exchange(user: string, assistant: string): string {
  return `<|im_start|>user\n${user}<|im_end|>\n<|im_start|>assistant\n${assistant}<|im_end|>`;
}

/** Small tasks in the chat form, so that turns and their ends are known. */
const exchanges: Writer = (random) => {
  const list = drawList(random, 3 + random.integer(8)).join(" , ");
  const sheet = drawSheet(random, 1);
  const names = sheet.table.columns.map(({ name }) => name);
  const [row = []] = sheet.rows;
  const query = drawQuery(random, sheet);
  const shown = `${header(sheet.table)}\n${listed(row)}`;
  return pick(random, [
    () => exchange(`Repeat : ${list}`, lined(list)),
    () => exchange(`First word : ${list}`, lined(list.split(" , ")[0] ?? "")),
    () => exchange(`Last word : ${list}`, lined(list.split(" , ").at(-1) ?? "")),
    () => exchange(`Describe : ${shown}\n${sqlOf(query)}`, gloss(random, query)),
    () =>
      exchange(`Values : ${shown}`, lined(row.map((v, at) => `${names[at]} : ${v}`).join(" , "))),
    () => exchange(`Names : ${header(sheet.table)}`, lined(names.join(" , "))),
  ])();
};

/** A short list of names and the same list again, nothing else: from this alone copying is learned within a few hundred steps. */
const repeats: Writer = (random) => {
  const list = drawList(random, 4 + random.integer(9));
  return lined(list.join(" "), list.join(" "));
};

/** Shares of documents in percent. */
export type Mixture = readonly (readonly [number, Writer])[];

const everything: Mixture = [
  [10, script],
  [20, glossed],
  [7, records],
  [13, lookups],
  [24, notes],
  [8, lists],
  [8, repeats],
  [3, sentences],
  [7, exchanges],
];

export const mixtures = {
  /** First: learn to copy. From the whole mixture alone it was not learned within eight million tokens. */
  copying: [[100, repeats]],
  /** Then the other forms and words, half of the documents at first: all at once, copying is lost again. */
  bridge: [[50, repeats], ...everything.map(([share, writer]) => [share / 2, writer] as const)],
  everything,
} satisfies Record<string, Mixture>;

/** The next document, after its end-of-text mark. */
export function drawDocument(random: Random, mixture: Mixture): string {
  let left = random.integer(200) / 2;
  for (const [share, writer] of mixture) {
    if (left < share) return endOfText + writer(random);
    left -= share;
  }
  throw new RangeError("the mixture's shares do not add up to 100");
}
