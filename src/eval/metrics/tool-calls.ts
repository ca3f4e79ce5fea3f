// Whether an answer calls the tools that the reference calls, with the same arguments, in any order: all of it, and how
// much of it. Calls are those that the model's own format has told apart, else the text read as JSON.
import { isDeepStrictEqual } from "node:util";
import type { ToolCall } from "../../text/types.ts";
import { type Answer, bestOf, meanMetric } from "./metric.ts";
import { harmonic } from "./ngrams.ts";

type Value = Readonly<Record<string, unknown>>;

interface Call {
  name: string;
  arguments: unknown;
}

const isObject = (value: unknown): value is Value =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function callOf(value: unknown): Call[] {
  if (!isObject(value)) return [];
  const { name, arguments: given = value["parameters"] ?? {} } = isObject(value["function"])
    ? value["function"]
    : value;
  if (typeof name !== "string") return [];
  return [{ name, arguments: typeof given === "string" ? (json(given) ?? given) : given }];
}

/** Calls of a text: one as JSON, or a list of them. */
function callsIn(text: string): Call[] {
  const value = json(text.trim());
  return (Array.isArray(value) ? value : [value]).flatMap(callOf);
}

const callsOf = (calls: readonly ToolCall[] | undefined, text: string): Call[] =>
  calls === undefined || calls.length === 0 ? callsIn(text) : calls.flatMap(callOf);

/** What of a list is in the other as well, each once. */
function common(said: readonly unknown[], wanted: readonly unknown[]): number {
  const left = [...wanted];
  return said.filter((one) => {
    const at = left.findIndex((other) => isDeepStrictEqual(one, other));
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  }).length;
}

/** A call's name, and each argument with its value: what may be right by itself. */
function pieces({ name, arguments: given }: Call): unknown[] {
  const values = isObject(given) ? Object.entries(given) : [["", given]];
  return [[name], ...values.map(([key, value]) => [name, key, value])];
}

type Compare = (said: readonly Call[], wanted: readonly Call[]) => number;

const areSame: Compare = (said, wanted) =>
  said.length === wanted.length && common(said, wanted) === said.length ? 1 : 0;

const inCommon: Compare = (said, wanted) => {
  if (said.length === 0 && wanted.length === 0) return 1;
  const [one, other] = [said.flatMap(pieces), wanted.flatMap(pieces)];
  const hits = common(one, other);
  return harmonic(hits / Math.max(one.length, 1), hits / Math.max(other.length, 1));
};

const compared = (answer: Answer, compare: Compare): number => {
  const said = callsOf(answer.calls, answer.prediction);
  if (answer.referenceCalls !== undefined) return compare(said, callsOf(answer.referenceCalls, ""));
  return bestOf(answer, (_, reference) => compare(said, callsIn(reference)));
};

export const toolCalls = {
  ...meanMetric("the same calls with the same arguments", "deep|any order", (answer) =>
    compared(answer, areSame),
  ),
  readsCalls: true,
};

export const toolCallF1 = {
  ...meanMetric("names and arguments of calls in common", "deep|any order", (answer) =>
    compared(answer, inCommon),
  ),
  readsCalls: true,
};
