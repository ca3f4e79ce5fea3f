// The ways a question is put: frames around what is asked for, and clauses that say the conditions.
// Each names its columns and values as the table has them, so that one query answers it. Every mark stands
// alone and every name follows a blank, which keeps each one token of builtin/tiny.
import type { Random } from "../../src/core/random.ts";
import type { Aggregate, Condition, Operator } from "./sql.ts";
import { isNumeric, pick } from "./tables.ts";

/** What can be asked: a column as it stands, or an aggregate of it. */
export type Asked = Aggregate | "column";

export interface QuestionForm {
  name: string;
  /**
   * With {asked} ("the largest age"), {column}, {table}; {clause} is all conditions, {first} and {second} are
   * one each.
   */
  frame: string;
  conditionCounts: readonly number[];
  /** What the frame can ask for. */
  asks: readonly Asked[];
  /** How often this form is drawn, relative to the others. */
  weight: number;
}

const anything: readonly Asked[] = [
  ...Array<Asked>(8).fill("column"),
  ...(["COUNT", "MAX", "MIN", "SUM", "AVG"] as const),
];

type Settings = Partial<Omit<QuestionForm, "name" | "frame">>;

const form = (name: string, frame: string, settings: Settings = {}): QuestionForm => ({
  name,
  frame,
  conditionCounts: [1, 1, 2],
  asks: anything,
  weight: 4,
  ...settings,
});

export const questionForms: readonly QuestionForm[] = [
  form("all-what", "What is {asked} of all {table} ?", { conditionCounts: [0], weight: 1 }),
  form("all-list", "List {asked} for every row in {table} .", { conditionCounts: [0], weight: 1 }),
  form("what-is", "What is {asked} of the {table} {clause} ?", { weight: 3 }),
  form("show-me", "Show me {asked} of all {table} {clause} .", { weight: 2 }),
  form("which", "Which {column} do the {table} {clause} have ?", { asks: ["column"], weight: 2 }),
  form("how-many", "How many {column} values are there for {table} {clause} ?", {
    asks: ["COUNT"],
    weight: 1,
  }),
  form("for", "For the {table} {clause} , what is {asked} ?"),
  form("of-all", "Of all {table} {clause} , give {asked} ."),
  form("find", "Find the {table} {clause} and return {asked} ."),
  form("among", "Among the {table} {clause} , tell me {asked} ."),
  form("get-then", "Get all {table} {clause} , then say {asked} ."),
  form("first-find", "First find all {table} {clause} , then give {asked} ."),
  form("in-table", "In the {table} table , for rows {clause} , show {asked} ."),
  form("say", "Say , for each of the {table} {clause} , {asked} ."),
  form("split-of", "Of the {table} {first} , what is {asked} of all {second} ?", {
    conditionCounts: [2],
  }),
  form("split-only", "For {table} {first} , list {asked} , only for rows {second} .", {
    conditionCounts: [2],
  }),
];

const askedPhrases: Record<Asked, readonly string[]> = {
  column: ["the {column}"],
  COUNT: ["the number of {column} values", "the count of {column} values"],
  MAX: [
    "the largest {column}",
    "the highest {column}",
    "the greatest {column}",
    "the maximum {column}",
  ],
  MIN: [
    "the smallest {column}",
    "the lowest {column}",
    "the least {column}",
    "the minimum {column}",
  ],
  SUM: ["the total {column}", "the sum of {column}"],
  AVG: ["the average {column}", "the mean {column}"],
};

const inequalities: Record<Exclude<Operator, "=">, readonly string[]> = {
  ">": ["more than", "over", "above", "greater than", "higher than"],
  "<": ["less than", "under", "below", "lower than", "smaller than"],
};

interface ClauseStyle {
  opening: string;
  /** Ways to say a comparison of numbers; text is compared with = alone and needs no words for it. */
  equals: readonly string[];
  /** One condition; several are joined by "and". */
  say: (column: string, value: string) => string;
}

const equals = ["equal to", "exactly"];
const valueFirst = {
  equals: ["exactly"],
  say: (column: string, value: string) => `${value} as ${column}`,
};

/** Column first or value first: the order alone does not tell which value belongs to which column. */
const clauseStyles: readonly ClauseStyle[] = [
  { opening: "whose", equals, say: (column, value) => `${column} is ${value}` },
  { opening: "where", equals, say: (column, value) => `the ${column} is ${value}` },
  { opening: "with", equals, say: (column, value) => `${column} ${value}` },
  { opening: "with", ...valueFirst },
  { opening: "that have", ...valueFirst },
];

/** "whose country is 'France' and age is more than 30". */
function sayClause(random: Random, conditions: readonly Condition[]): string {
  const style = pick(random, clauseStyles);
  const comparisons = { ...inequalities, "=": style.equals };
  const said = conditions.map(({ column, operator, value }) => {
    const words = isNumeric(column) ? `${pick(random, comparisons[operator])} ` : "";
    return style.say(column.name, `${words}${value}`);
  });
  return `${style.opening} ${said.join(" and ")}`;
}

export interface Question {
  table: string;
  column: string;
  asked: Asked;
  conditions: readonly Condition[];
}

/** The question in the frame of `form`, with wordings drawn from `random`. */
export function sayQuestion(random: Random, { frame }: QuestionForm, question: Question): string {
  const clause = (from: number, to: number): string =>
    sayClause(random, question.conditions.slice(from, to));
  const fillings: Record<string, () => string> = {
    asked: () => pick(random, askedPhrases[question.asked]).replace("{column}", question.column),
    column: () => question.column,
    table: () => question.table,
    clause: () => clause(0, 2),
    first: () => clause(0, 1),
    second: () => clause(1, 2),
  };
  return frame.replaceAll(/\{(\w+)\}/g, (_, name: string) => fillings[name]?.() ?? "");
}
