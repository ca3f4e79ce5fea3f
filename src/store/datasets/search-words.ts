// What a person types to search for, taken apart: words, "exact words", beginnings*, AND, OR and NOT between them.
import { badSearch } from "./dataset-errors.ts";

export type SearchToken =
  | { kind: "words"; text: string; isPrefix: boolean }
  | { kind: "operator"; text: "AND" | "OR" | "NOT" };

const operators = new Set(["AND", "OR", "NOT"]);

const pattern = /"([^"]*)"|(\S+)/g;

function tokenOf(exact: string | undefined, word: string): SearchToken {
  if (exact !== undefined) return { kind: "words", text: exact, isPrefix: false };
  if (operators.has(word)) return { kind: "operator", text: word as "AND" };
  const text = word.replaceAll('"', "").replace(/\*+$/, "");
  return { kind: "words", text, isPrefix: word.endsWith("*") };
}

const isOperator = (token: SearchToken | undefined): boolean => token?.kind === "operator";

/** Throws FT-DATASET-… where the search begins or ends with an operator, or is empty. */
export function searchTokens(search: string): SearchToken[] {
  const tokens = [...search.matchAll(pattern)].map(([, exact, word = ""]) => tokenOf(exact, word));
  const isQuery = tokens.length > 0 && !isOperator(tokens[0]) && !isOperator(tokens.at(-1));
  if (!isQuery) throw badSearch(search, "it begins or ends with AND, OR or NOT, or is empty");
  return tokens;
}
