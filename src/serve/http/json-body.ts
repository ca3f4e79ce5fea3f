// Bodies: JSON of bounded depth, without names that would reach an object's prototype.
import { parseJson } from "../../core/json-text.ts";
import { badRequest } from "./api-error.ts";

/** Deeper than any message or schema of use; what walks through values takes a call for each level. */
const deepest = 128;

/** The offset of the quote that ends a string begun before `at`; that of the end where none does. */
function stringEnd(text: string, at: number): number {
  for (let offset = at; offset < text.length; offset++) {
    const character = text[offset];
    if (character === '"') return offset;
    if (character === "\\") offset++;
  }
  return text.length;
}

/** Whether brackets outside of strings nest deeper than is taken. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth <= deepest; at++) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at + 1);
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
  }
  return depth > deepest;
}

function withoutPrototype(key: string, value: unknown): unknown {
  if (key === "__proto__") throw badRequest("a key in the body is not allowed: __proto__");
  return value;
}

/** Throws ApiError 400. */
export function parseBody(text: string): unknown {
  if (text.trim() === "") throw badRequest("the body is empty");
  if (isTooDeep(text)) throw badRequest(`the body is nested deeper than ${deepest} levels`);
  const parsed = parseJson(text);
  if (!parsed.ok) {
    const { line, column, reason } = parsed.problem;
    throw badRequest(`the body is not JSON: line ${line}, column ${column}: ${reason}`);
  }
  if (text.includes("__proto__")) JSON.parse(text, withoutPrototype);
  return parsed.value;
}
