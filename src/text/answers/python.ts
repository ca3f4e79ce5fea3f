// Calls written as Python: f(x=1, y='a'), with literals as values. JSON's true, false and null are taken as well.
import type { JsonObject, ToolCall } from "../types.ts";
import { type Cursor, NotACall, type Reading } from "./cursor.ts";
import { deepest, items } from "./json.ts";
import type { Tools } from "./tools.ts";

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["True", true],
  ["False", false],
  ["None", null],
  ["true", true],
  ["false", false],
  ["null", null],
]);

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  a: "\u0007",
  "0": "\0",
  "\n": "",
};

/** Letters of an escape that gives a character by its number, with the digits that follow. */
const numbered: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function* escaped(cursor: Cursor): Reading<string> {
  const letter = yield* cursor.next();
  const digits = numbered[letter];
  if (digits === undefined)
    return escapes[letter] ?? (/["'\\]/.test(letter) ? letter : `\\${letter}`);
  let hexadecimal = "";
  while (hexadecimal.length < digits) hexadecimal += yield* cursor.next();
  const code = /^[\da-f]+$/i.test(hexadecimal) ? Number.parseInt(hexadecimal, 16) : Infinity;
  if (code > 0x10ffff) throw new NotACall();
  return String.fromCodePoint(code);
}

/** What may stand behind a value. */
const behindValue = /[,:)\]}]/;

/**
 * A string. Some templates show their models strings in which quotes are not escaped, so one that is followed by more
 * text is a part of the string.
 */
function* pythonString(cursor: Cursor): Reading<string> {
  const mark = yield* cursor.next();
  const close = (yield* cursor.takes(mark + mark)) ? mark.repeat(3) : mark;
  for (let text = ""; ;) {
    const piece = yield* cursor.until(close, "\\");
    text += piece.text;
    if (piece.mark !== close) {
      text += yield* escaped(cursor);
      continue;
    }
    const gap = yield* cursor.blanks();
    const next = yield* cursor.peek();
    if (next === undefined || behindValue.test(next)) return text;
    text += close + gap;
  }
}

function* wordOrNumber(cursor: Cursor): Reading<unknown> {
  const word = yield* cursor.run(/[-+.\w]/);
  if (words.has(word)) return words.get(word);
  const digits = word.replaceAll("_", "");
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(digits)) throw new NotACall();
  return Number(digits);
}

/** Items up to a closing bracket, with a comma between them; one may follow the last. */
function* literalItems(cursor: Cursor, close: string, item: () => Reading<void>): Reading<void> {
  yield* cursor.next();
  yield* cursor.blanks();
  while (!(yield* cursor.takes(close))) {
    yield* item();
    yield* cursor.blanks();
    const isLast = !(yield* cursor.takes(","));
    yield* cursor.blanks();
    if (!isLast) continue;
    yield* cursor.expect(close);
    return;
  }
}

function* list(cursor: Cursor, close: string, depth: number): Reading<unknown[]> {
  const values: unknown[] = [];
  yield* literalItems(cursor, close, function* item() {
    values.push(yield* pythonValue(cursor, depth));
  });
  return values;
}

function* dictionary(cursor: Cursor, depth: number): Reading<JsonObject> {
  const entries: [string, unknown][] = [];
  yield* literalItems(cursor, "}", function* item() {
    const key = yield* pythonValue(cursor, depth);
    yield* cursor.blanks();
    yield* cursor.expect(":");
    yield* cursor.blanks();
    entries.push([String(key), yield* pythonValue(cursor, depth)]);
  });
  return Object.fromEntries(entries);
}

export function* pythonValue(cursor: Cursor, depth = 0): Reading<unknown> {
  if (depth > deepest) throw new NotACall();
  const first = yield* cursor.peek();
  if (first === "'" || first === '"') return yield* pythonString(cursor);
  if (first === "[") return yield* list(cursor, "]", depth + 1);
  if (first === "(") return yield* list(cursor, ")", depth + 1);
  if (first === "{") return yield* dictionary(cursor, depth + 1);
  return yield* wordOrNumber(cursor);
}

/** `[call, call]` behind its opening bracket. */
export function* pythonCallsAfter(cursor: Cursor, tools: Tools): Reading<ToolCall[]> {
  return yield* items(cursor, "]", () => pythonCall(cursor, tools));
}

/** `name(key=value, …)`; every argument is named. */
export function* pythonCall(cursor: Cursor, tools: Tools): Reading<ToolCall> {
  const name = tools.known(yield* cursor.run(/[-.\w]/));
  const given: [string, unknown][] = [];
  if ((yield* cursor.peek()) !== "(") throw new NotACall();
  yield* literalItems(cursor, ")", function* item() {
    const key = yield* cursor.run(/\w/);
    yield* cursor.blanks();
    yield* cursor.expect("=");
    yield* cursor.blanks();
    given.push([key, yield* pythonValue(cursor)]);
  });
  return { name, arguments: Object.fromEntries(given) };
}
