// JSON in text that is still coming: values, and the objects that name a function and its arguments.
import type { JsonObject, ToolCall } from "../types.ts";
import { type Cursor, NotACall, type Reading } from "./cursor.ts";
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

/** The text of the string that stands here, with its quotes. */
function* stringText(cursor: Cursor): Reading<string> {
  yield* cursor.expect('"');
  let text = '"';
  for (let character = ""; character !== '"';) {
    character = yield* cursor.next();
    text += character;
    if (character === "\\") text += yield* cursor.next();
  }
  return text;
}

export function* jsonString(cursor: Cursor): Reading<string> {
  return parsed(yield* stringText(cursor)) as string;
}

/** Nothing that is meant is nested deeper, and what reads values by recursion stays alive. */
export const deepest = 100;

/** The text of the object or list that stands here: up to where its brackets are closed. */
function* nestedText(cursor: Cursor): Reading<string> {
  let text = yield* cursor.next();
  for (let depth = 1; depth > 0;) {
    if (depth > deepest) throw new NotACall();
    const character = yield* cursor.peek();
    if (character === '"') {
      text += yield* stringText(cursor);
      continue;
    }
    text += yield* cursor.next();
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
  }
  return text;
}

/** The text of any value. */
export function* jsonText(cursor: Cursor): Reading<string> {
  const first = yield* cursor.peek();
  if (first === '"') return yield* stringText(cursor);
  if (first === "{" || first === "[") return yield* nestedText(cursor);
  return yield* cursor.run(/[-+.\w]/);
}

/** Whether reading the numbers of a JSON text keeps them as they are written. */
export function keepsNumbers(text: string): boolean {
  const withoutStrings = text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '""');
  return !/\d{16}/.test(withoutStrings);
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
  return argumentsOf(yield* nestedText(cursor));
}

type Found = Partial<ToolCall>;

function* member(cursor: Cursor, tools: Tools, found: Found): Reading<void> {
  const key = yield* jsonString(cursor);
  yield* cursor.blanks();
  yield* cursor.expect(":");
  yield* cursor.blanks();
  if (key === "function" && (yield* cursor.takes("{"))) {
    if (found.name !== undefined) throw new NotACall();
    Object.assign(found, yield* jsonCallAfter(cursor, tools));
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
  { needsArguments = false } = {},
): Reading<ToolCall> {
  const found: Found = {};
  yield* items(cursor, "}", () => member(cursor, tools, found));
  const { name, arguments: given, ...rest } = found;
  if (name === undefined || (needsArguments && given === undefined)) throw new NotACall();
  return { ...rest, name, arguments: given ?? {} };
}

/**
 * `{"name": …, "arguments": …}`, with the keys that the formats use. A function that is not offered is noticed with its
 * name. Arguments may be missing, unless `needsArguments`: where nothing else tells a call from an answer in JSON.
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
