// Arguments written as elements, like XML without its escapes: a key, its text, an end. What kind of value a text is
// says the function's schema (tools.ts).
import type { JsonObject } from "../types.ts";
import type { Cursor, Reading } from "./cursor.ts";
import { type Tools, valueOf } from "./tools.ts";

export interface ElementMarks {
  /** Before a key. */
  readonly key: string;
  /** Between key and text; blanks may stand between its parts. */
  readonly between: readonly string[];
  /** Behind a text. */
  readonly end: string;
  /** Behind the last argument. */
  readonly close: string;
}

/** A text may hold its own end mark: it ends where another argument or the end of all follows. */
function* elementText(cursor: Cursor, { key, end, close }: ElementMarks) {
  let text = "";
  for (;;) {
    text += (yield* cursor.until(end)).text;
    const gap = yield* cursor.blanks();
    const next = yield* cursor.takesOne([key, close]);
    if (next !== undefined) return { text, isLast: next === close };
    text += end + gap;
  }
}

/** A text on lines of its own is meant without them. */
function onOneLine(text: string): string {
  const isFramed = text.length > 1 && text.startsWith("\n") && text.endsWith("\n");
  return isFramed ? text.slice(1, -1) : text;
}

/** The keys and texts up to the mark that closes them, which is read over. */
export function* elements(cursor: Cursor, marks: ElementMarks): Reading<[string, string][]> {
  const found: [string, string][] = [];
  yield* cursor.blanks();
  if (yield* cursor.takes(marks.close)) return found;
  yield* cursor.expect(marks.key);
  for (let isLast = false; !isLast;) {
    const [first = "", ...others] = marks.between;
    const key = (yield* cursor.until(first)).text;
    for (const other of others) {
      yield* cursor.blanks();
      yield* cursor.expect(other);
    }
    const element = yield* elementText(cursor, marks);
    found.push([key, onOneLine(element.text)]);
    isLast = element.isLast;
  }
  return found;
}

/** Arguments of a function from its elements. */
export function* elementArguments(
  cursor: Cursor,
  tools: Tools,
  name: string,
  marks: ElementMarks,
): Reading<JsonObject> {
  return tools.arguments(name, yield* elements(cursor, marks));
}

/** Elements that say themselves which texts are strings; all others are JSON. */
export interface TypedMarks {
  /** Before a key, between key and type, between type and text, behind a text. */
  readonly around: readonly [key: string, type: string, text: string, end: string];
  /** Behind the last argument. */
  readonly close: string;
  /** The type of a string. */
  readonly string: string;
}

/** The arguments up to the mark that closes them, which is read over. */
export function* typedArguments(
  cursor: Cursor,
  { around: [key, type, text, end], close, string }: TypedMarks,
): Reading<JsonObject> {
  const found: [string, unknown][] = [];
  for (;;) {
    yield* cursor.blanks();
    if (yield* cursor.takes(close)) return Object.fromEntries(found);
    yield* cursor.expect(key);
    const name = (yield* cursor.until(type)).text;
    const isString = (yield* cursor.until(text)).text === string;
    const value = (yield* cursor.until(end)).text;
    found.push([name, isString ? value : valueOf(value, undefined)]);
  }
}
