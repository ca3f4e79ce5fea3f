// Parses JSON and says where malformed text goes wrong: JSON.parse alone often names no position.
// Not a second parser: the scan below runs only after JSON.parse has refused the text.

/** Where JSON text is malformed. `offset` counts UTF-16 units from 0; line and column from 1. */
export interface JsonProblem {
  offset: number;
  line: number;
  column: number;
  reason: string;
}

export type JsonResult = { ok: true; value: unknown } | { ok: false; problem: JsonProblem };

type Expected = "value" | "value or ]" | "name or }" | "name" | ":" | ", or }" | ", or ]" | "end";

const space = /[ \t\n\r]*/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function matchAt(pattern: RegExp, text: string, offset: number): number | undefined {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/**
 * Past the closing quote. Not one pattern: on a long string that would exhaust the pattern's
 * stack.
 */
function stringEnd(text: string, start: number): number | undefined {
  if (text[start] !== '"') return undefined;
  let offset = start + 1;
  while (offset < text.length) {
    const code = text.charCodeAt(offset);
    if (code === 0x22) return offset + 1;
    if (code < 0x20) return undefined;
    const next = code === 0x5c ? matchAt(escape, text, offset) : offset + 1;
    if (next === undefined) return undefined;
    offset = next;
  }
  return undefined;
}

/** What may follow a finished value inside the innermost open bracket. */
function afterValue(open: readonly string[]): Expected {
  const bracket = open.at(-1);
  return bracket === undefined ? "end" : bracket === "{" ? ", or }" : ", or ]";
}

function closes(expected: Expected, character: string | undefined): boolean {
  return character !== undefined && expected.endsWith(` or ${character}`);
}

/** One step of the scan: the next offset and what may come there, or undefined when malformed. */
function step(
  text: string,
  offset: number,
  expected: Expected,
  open: string[],
): [number, Expected] | undefined {
  const character = text[offset];
  if (closes(expected, character)) {
    open.pop();
    return [offset + 1, afterValue(open)];
  }
  if (expected === ":") return character === ":" ? [offset + 1, "value"] : undefined;
  if (expected.startsWith(",")) {
    if (character !== ",") return undefined;
    return [offset + 1, open.at(-1) === "{" ? "name" : "value"];
  }
  if (expected.startsWith("name")) {
    const end = stringEnd(text, offset);
    return end === undefined ? undefined : [end, ":"];
  }
  if (character === "{" || character === "[") {
    open.push(character);
    return [offset + 1, character === "{" ? "name or }" : "value or ]"];
  }
  const end = stringEnd(text, offset) ?? matchAt(scalar, text, offset);
  return end === undefined ? undefined : [end, afterValue(open)];
}

function firstFault(text: string): { offset: number; expected: Expected } | undefined {
  const open: string[] = [];
  let expected: Expected = "value";
  let offset = 0;
  for (;;) {
    offset = matchAt(space, text, offset) ?? offset;
    if (expected === "end" && offset === text.length) return undefined;
    const next: [number, Expected] | undefined =
      expected === "end" ? undefined : step(text, offset, expected, open);
    if (next === undefined) return { offset, expected };
    [offset, expected] = next;
  }
}

const expectedWords: Record<Expected, string> = {
  value: "a value",
  "value or ]": "a value or ']'",
  "name or }": "a name in double quotes or '}'",
  name: "a name in double quotes",
  ":": "':'",
  ", or }": "',' or '}'",
  ", or ]": "',' or ']'",
  end: "the end",
};

function describe(text: string, offset: number, expected: Expected): string {
  if (offset >= text.length) return `the text ends where ${expectedWords[expected]} should come`;
  if (text[offset] === '"' && expected !== "end" && !expected.startsWith(",")) {
    return "a string that does not end or holds a bad escape or control character";
  }
  const found = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  return `found ${JSON.stringify(found)} where ${expectedWords[expected]} should come`;
}

/** Line and column, both from 1, of an offset in `text`. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** Parses JSON (RFC 8259). Never throws for malformed text. */
export function parseJson(text: string): JsonResult {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const fault = firstFault(text);
    const offset = fault?.offset ?? 0;
    const reason = fault === undefined ? String(error) : describe(text, offset, fault.expected);
    return { ok: false, problem: { offset, ...positionAt(text, offset), reason } };
  }
}

/** Stands in for a number while JSON.parse reads the rest: no text of a model begins so. */
const mark = "\0number ";

/** `text` with what Python writes for numbers that are not finite replaced, outside strings. */
function withoutPythonNumbers(text: string, instead: (number: string) => string): string {
  const next = /"|-?Infinity|NaN/g;
  const parts: string[] = [];
  let done = 0;
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    const { 0: word, index } = found;
    if (word === '"') next.lastIndex = stringEnd(text, index) ?? text.length;
    else {
      parts.push(text.slice(done, index), instead(word));
      done = next.lastIndex;
    }
  }
  return parts.join("") + text.slice(done);
}

/** A value of JSON as text: String() asks objects for a toString, and a stranger's may hold anything under that name. */
export const jsonText = (value: unknown): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);

/** Deeper than any model's files; what walks through their values takes a call for each level. */
const DEEPEST = 256;

/** Whether objects and lists are nested in more than `most` levels. */
export function isDeeper(value: unknown, most: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((one) =>
      typeof one === "object" && one !== null
        ? Object.values(one).filter((part) => typeof part === "object")
        : [],
    );
  }
  return false;
}

/** Where the first bracket beyond the deepest is. */
function tooDeepAt(text: string): number {
  const next = /["[\]{}]/g;
  let depth = 0;
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    const { 0: bracket, index } = found;
    if (bracket === '"') next.lastIndex = stringEnd(text, index) ?? text.length;
    else if (bracket === "]" || bracket === "}") depth--;
    else if (++depth > DEEPEST) return index;
  }
  return 0;
}

function shallow(text: string, result: JsonResult): JsonResult {
  if (!result.ok || !isDeeper(result.value, DEEPEST)) return result;
  const offset = tooDeepAt(text);
  const reason = `nested deeper than ${DEEPEST} levels`;
  return { ok: false, problem: { offset, ...positionAt(text, offset), reason } };
}

/** Parses JSON of a model's files: of bounded depth, with Infinity, -Infinity and NaN as Python's json writes them. */
export function parsePythonJson(text: string): JsonResult {
  const strict = shallow(text, parseJson(text));
  if (strict.ok || !/NaN|Infinity/.test(text)) return strict;
  // Of the same length, so that a fault elsewhere keeps its place.
  const plain = withoutPythonNumbers(text, (found) => "0".padStart(found.length));
  const checked = shallow(plain, parseJson(plain));
  if (!checked.ok) return checked;
  const marked = withoutPythonNumbers(text, (found) => JSON.stringify(mark + found));
  const value: unknown = JSON.parse(marked, (_, part: unknown) =>
    typeof part === "string" && part.startsWith(mark) ? Number(part.slice(mark.length)) : part,
  );
  return { ok: true, value };
}
