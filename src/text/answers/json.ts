// JSON in text that is still coming: values, and the objects that name a function and its arguments.
import type { JsonObject, ToolCall } from "../types.ts";
import { type Cursor, NotACall, type Reading, type Scan } from "./cursor.ts";
import type { Tools } from "./tools.ts";

const nameKeys: ReadonlySet<string> = new Set(["name", "tool_name", "function"]);
const argumentKeys: ReadonlySet<string> = new Set(["arguments", "parameters"]);
const idKeys: ReadonlySet<string> = new Set(["id", "tool_call_id", "call_id"]);

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotACall();
  }
}

/** Nothing that is meant is nested deeper, and what reads values by recursion stays alive. */
export const deepest = 100;

/** Finds the end of what begins here: of a string, or of an object or a list with all that is nested in it. */
function valueScan(): Scan {
  let [depth, isString, isEscaped] = [0, false, false];
  const isEnd = (character: string | undefined): boolean => {
    if (isEscaped) isEscaped = false;
    else if (character === '"') isString = !isString;
    else if (isString) isEscaped = character === "\\";
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    if (depth > deepest) throw new NotACall();
    return depth === 0 && !isString && !isEscaped;
  };
  return (piece) => {
    for (let at = 0; at < piece.length; at++) if (isEnd(piece[at])) return at + 1;
    return -1;
  };
}

/** The text of the string, object or list that stands here. */
function* enclosedText(cursor: Cursor): Reading<string> {
  return yield* cursor.span(valueScan());
}

export function* jsonString(cursor: Cursor): Reading<string> {
  if ((yield* cursor.peek()) !== '"') throw new NotACall();
  return parsed(yield* enclosedText(cursor)) as string;
}

/** The text of any value. */
export function* jsonText(cursor: Cursor): Reading<string> {
  const first = (yield* cursor.peek()) ?? "";
  return /["{[]/.test(first) ? yield* enclosedText(cursor) : yield* cursor.run(/[-+.\w]/);
}

/** A JSON text without what is in its strings. */
function structure(text: string): string {
  return text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/gs, '""');
}

/** Whether nothing in a JSON text is nested deeper than is meant. */
export function isShallow(text: string): boolean {
  let depth = 0;
  return (structure(text).match(/[[\]{}]/g) ?? []).every((bracket) => {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    return depth <= deepest;
  });
}

function isKept(number: string): boolean {
  return number.length < 16 || String(Number(number)) === number;
}

/** Whether reading the numbers of a JSON text keeps them: those of many digits may be rounded. */
export function keepsNumbers(text: string): boolean {
  return (structure(text).match(/[-+.\de]{16,}/gi) ?? []).every(isKept);
}

/** An object as it is; its text where that has numbers of more digits than a number here can hold. */
export function argumentsOf(text: string): JsonObject | string {
  const value = parsed(text.trim() === "" ? "{}" : text);
  if (typeof value === "string") return argumentsOf(value);
  if (value === null) return {};
  if (!isObject(value)) throw new NotACall();
  return keepsNumbers(text) ? value : text;
}

/** Arguments alone, as an object. */
export function* jsonArguments(cursor: Cursor): Reading<JsonObject | string> {
  if ((yield* cursor.peek()) !== "{") throw new NotACall();
  return argumentsOf(yield* enclosedText(cursor));
}

type Found = Partial<ToolCall>;

/** What a call may be asked for besides. */
interface CallRules {
  /** Where nothing else tells a call from an answer in JSON. */
  needsArguments?: boolean;
  /** The inside of `{"function": {…}}`. */
  isInner?: boolean;
}

function* member(
  cursor: Cursor,
  tools: Tools,
  found: Found,
  { isInner = false }: CallRules,
): Reading<void> {
  const key = yield* jsonString(cursor);
  yield* cursor.blanks();
  yield* cursor.expect(":");
  yield* cursor.blanks();
  if (key === "function" && !isInner && (yield* cursor.takes("{"))) {
    Object.assign(found, yield* jsonCallAfter(cursor, tools, { isInner: true }));
  } else if (nameKeys.has(key)) found.name = tools.known(yield* jsonString(cursor));
  else if (argumentKeys.has(key)) found.arguments = argumentsOf(yield* jsonText(cursor));
  else if (idKeys.has(key)) found.id = String(parsed(yield* jsonText(cursor)));
  else if (key === "type") yield* jsonString(cursor);
  else throw new NotACall();
}

/** As `jsonCall`, behind its opening brace. */
export function* jsonCallAfter(
  cursor: Cursor,
  tools: Tools,
  rules: CallRules = {},
): Reading<ToolCall> {
  const found: Found = {};
  yield* items(cursor, "}", () => member(cursor, tools, found, rules));
  const { name, arguments: given, ...rest } = found;
  const isMissing = rules.needsArguments === true && given === undefined;
  if (name === undefined || isMissing) throw new NotACall();
  return { ...rest, name, arguments: given ?? {} };
}

/**
 * `{"name": …, "arguments": …}`, with the keys that the formats use. A function that is not offered is noticed with its
 * name. Arguments may be missing.
 */
export function* jsonCall(cursor: Cursor, tools: Tools): Reading<ToolCall> {
  yield* cursor.expect("{");
  return yield* jsonCallAfter(cursor, tools);
}

/** One call, or a list of them. */
export function* jsonCalls(cursor: Cursor, tools: Tools): Reading<ToolCall[]> {
  yield* cursor.blanks();
  if ((yield* cursor.peek()) !== "[") return [yield* jsonCall(cursor, tools)];
  return yield* listed(cursor, () => jsonCall(cursor, tools));
}

/** `[item, item]`, with at least one. */
export function* listed<T>(cursor: Cursor, item: () => Reading<T>): Reading<T[]> {
  yield* cursor.expect("[");
  return yield* items(cursor, "]", item);
}

/** Items with a comma between them, and what closes them. */
export function* items<T>(cursor: Cursor, close: string, item: () => Reading<T>): Reading<T[]> {
  const found: T[] = [];
  for (let mark = ","; mark === ",";) {
    yield* cursor.blanks();
    found.push(yield* item());
    yield* cursor.blanks();
    mark = yield* cursor.next();
    if (mark !== "," && mark !== close) throw new NotACall();
  }
  return found;
}
