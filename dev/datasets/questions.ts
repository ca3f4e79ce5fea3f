// The ways a question is put: forms with their wordings, and how a condition is said in words.
// Every wording names its column and its values as the table has them, so that one query answers it.
import type { Random } from "../../src/core/random.ts";
import type { Aggregate, Condition, Operator } from "./sql.ts";
import { pick } from "./tables.ts";

export interface QuestionForm {
  name: string;
  aggregate: Aggregate | undefined;
  conditionCount: number;
  /** With {column}, {table}, {first} and {second}, the last two being conditions. */
  wordings: readonly string[];
  /** How often this form is drawn, relative to the others. */
  weight: number;
}

const plainForms: readonly QuestionForm[] = [
  {
    name: "list",
    aggregate: undefined,
    conditionCount: 0,
    weight: 2,
    wordings: [
      "List every {column} in {table}.",
      "What are the {column} values of all {table}?",
      "Show each {column} from the {table} table.",
    ],
  },
  {
    name: "select-where",
    aggregate: undefined,
    conditionCount: 1,
    weight: 6,
    wordings: [
      "What is the {column} of {table} with {first}?",
      "Which {column} do the {table} with {first} have?",
      "List the {column} for {table} that have {first}.",
    ],
  },
  {
    name: "where-select",
    aggregate: undefined,
    conditionCount: 1,
    weight: 10,
    wordings: [
      "For {table} with {first}, what is the {column}?",
      "Of all {table} that have {first}, list the {column}.",
      "Some {table} have {first}. What {column} do they have?",
      "In {table} with {first}, which {column} do you find?",
    ],
  },
  {
    name: "select-where-and",
    aggregate: undefined,
    conditionCount: 2,
    weight: 6,
    wordings: [
      "What is the {column} of {table} with {first} and {second}?",
      "Which {column} do {table} that have {first} and {second} have?",
    ],
  },
  {
    name: "where-and-select",
    aggregate: undefined,
    conditionCount: 2,
    weight: 6,
    wordings: [
      "For {table} with {first} and {second}, what is the {column}?",
      "Of the {table} that have {first} and {second}, give the {column}.",
    ],
  },
  {
    name: "where-select-and",
    aggregate: undefined,
    conditionCount: 2,
    weight: 6,
    wordings: [
      "Of all {table} with {first}, show the {column} of these with {second}.",
      "Among {table} with {first}, which {column} has {second}?",
    ],
  },
];

const aggregatePhrases: Record<Aggregate, readonly string[]> = {
  COUNT: ["number of {column} values", "count of {column} values"],
  MAX: ["largest {column}", "highest {column}", "greatest {column}", "maximum {column}"],
  MIN: ["smallest {column}", "lowest {column}", "least {column}", "minimum {column}"],
  SUM: ["sum of every {column}", "total {column}"],
  AVG: ["mean {column}", "average {column}"],
};

const aggregateShapes: readonly Omit<QuestionForm, "aggregate">[] = [
  {
    name: "all",
    conditionCount: 0,
    weight: 1,
    wordings: ["What is the {asked} in {table}?", "Find the {asked} of all {table}."],
  },
  {
    name: "where",
    conditionCount: 1,
    weight: 2,
    wordings: [
      "What is the {asked} of {table} with {first}?",
      "Tell the {asked} for {table} that have {first}.",
    ],
  },
  {
    name: "where-first",
    conditionCount: 1,
    weight: 3,
    wordings: [
      "For {table} with {first}, what is the {asked}?",
      "Of {table} that have {first}, find the {asked}.",
    ],
  },
];

function aggregateForms(aggregate: Aggregate): QuestionForm[] {
  return aggregateShapes.map((shape) => ({
    ...shape,
    aggregate,
    name: `${aggregate.toLowerCase()}-${shape.name}`,
    wordings: shape.wordings.flatMap((wording) =>
      aggregatePhrases[aggregate].map((phrase) => wording.replace("{asked}", phrase)),
    ),
  }));
}

export const questionForms: readonly QuestionForm[] = [
  ...plainForms,
  ...(["COUNT", "MAX", "MIN", "SUM", "AVG"] as const).flatMap(aggregateForms),
];

const comparisons: Record<Operator, readonly string[]> = {
  "=": ["equal to", "exactly"],
  ">": ["above", "over", "more than", "greater than", "exceeding", "higher than"],
  "<": ["below", "under", "less than", "smaller than", "lower than", "short of"],
};

/** A condition in words; most of them say the value before the column. */
export function sayCondition(random: Random, { column, operator, value }: Condition): string {
  const isText = value.startsWith("'");
  const words = isText
    ? pick(random, ["", "equal to "])
    : `${pick(random, comparisons[operator])} `;
  return random.integer(5) < 2
    ? `${column.name} ${words}${value}`
    : `${isText ? "" : words}${value} as ${column.name}`;
}
