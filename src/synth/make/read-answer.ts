// Rows out of a model's answer: the JSON is found among fences, thoughts and talk, mended where that is safe, and taken
// apart. What was cut is never completed: half an answer would be learned as a whole one.
import { jsonrepair } from "jsonrepair";
import { isObject } from "../../providers/json.ts";
import type { ChatReply } from "../../providers/types.ts";
import { checkRow, type FormedRow, type Rejection } from "./row-form.ts";

export interface ReadAnswer {
  rows: FormedRow[];
  /** Of the answer, or of each row in it that is none. */
  rejections: Rejection[];
  /** Its JSON was not well formed and was mended. */
  wasRepaired: boolean;
}

/** Thoughts that a server leaves in front of the answer. */
function withoutThoughts(text: string): string {
  const end = text.lastIndexOf("</think>");
  return end === -1 ? text : text.slice(end + "</think>".length);
}

const CLOSING: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** Past the string that begins at `start`; undefined where it does not end. */
function stringEnd(text: string, start: number): number | undefined {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at + 1;
  }
  return undefined;
}

/** Past the value that opens at `start`: brackets are matched outside of strings. Undefined where it does not end. */
function valueEnd(text: string, start: number): number | undefined {
  const open: string[] = [];
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') {
      const end = stringEnd(text, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (CLOSING[character] !== undefined) open.push(CLOSING[character]);
    else if (character === open.at(-1)) {
      open.pop();
      if (open.length === 0) return at + 1;
    }
  }
  return undefined;
}

type Found = { json: string } | { rejection: Rejection };

/** What the JSON of a conversation has in it. */
const marksOfRows = /messages|role|content|conversations/;

/** The JSON in a text: an object or array that ends, the first that has one of the marks of rows. */
function findJson(text: string, marks: RegExp): Found {
  const first = text.search(/[[{]\s*["'{[\]}]/);
  if (first === -1) return { rejection: text.trim() === "" ? "empty_answer" : "no_json" };
  for (let start = first, tries = 0; start !== -1 && tries < 20; tries++) {
    const end = valueEnd(text, start);
    if (end === undefined) return { rejection: "cut" };
    const json = text.slice(start, end);
    if (marks.test(json)) return { json };
    const next = text.slice(end).search(/[[{]/);
    start = next === -1 ? -1 : end + next;
  }
  return { rejection: "not_a_row" };
}

/** Whether an object of well-formed JSON has a name twice: which of the two was meant cannot be told. */
function repeatsNames(json: string): boolean {
  const names: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at]!;
    if (character === "{") names.push(new Set());
    else if (character === "[") names.push(undefined);
    else if (character === "}" || character === "]") names.pop();
    else if (character === '"') {
      const end = stringEnd(json, at) ?? json.length;
      const known = names.at(-1);
      if (known !== undefined && /^\s*:/.test(json.slice(end, end + 8))) {
        const name = json.slice(at, end);
        if (known.has(name)) return true;
        known.add(name);
      }
      at = end - 1;
    }
  }
  return false;
}

/** Mending takes time that grows with the text. */
const mostMended = 1_000_000;

function parsed(json: string): { value: unknown; wasRepaired: boolean } | Rejection {
  try {
    const value: unknown = JSON.parse(json);
    return repeatsNames(json) ? "repeated_names" : { value, wasRepaired: false };
  } catch {
    // mended below
  }
  if (json.length > mostMended) return "no_json";
  try {
    const mended = jsonrepair(json);
    const value: unknown = JSON.parse(mended);
    return repeatsNames(mended) ? "repeated_names" : { value, wasRepaired: true };
  } catch {
    return "no_json";
  }
}

/** Rows as models wrap them: one, a list, a list under some name, messages alone. */
export function candidates(value: unknown, depth = 0): unknown[] {
  if (Array.isArray(value)) {
    const isMessages = value.length > 0 && value.every((one) => isObject(one) && "role" in one);
    return isMessages ? [{ messages: value }] : value;
  }
  if (!isObject(value) || "messages" in value || depth > 3) return [value];
  const inner = Object.values(value);
  const list = inner.find((one) => Array.isArray(one) && one.length > 0) ?? inner.find(isObject);
  return list === undefined ? [value] : candidates(list, depth + 1);
}

/** The answer written as a string of JSON is what stands in it. */
function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    const inner: unknown = JSON.parse(text);
    return typeof inner === "string" ? inner : text;
  } catch {
    return text;
  }
}

/**
 * The value of the JSON in an answer, mended where it is not well formed; undefined where there is none. `marks`: one of
 * them stands in it, those of rows unless said.
 */
export function jsonIn(text: string, marks = marksOfRows): unknown {
  const found = findJson(unquoted(withoutThoughts(text).trim()), marks);
  const read = "json" in found ? parsed(found.json) : undefined;
  return typeof read === "object" ? read.value : undefined;
}

const nothing = (rejection: Rejection): ReadAnswer => ({
  rows: [],
  rejections: [rejection],
  wasRepaired: false,
});

/** The value of the JSON in a whole answer that has one of `marks` in it, or why there is none. */
export function readValue(
  { text, end }: Pick<ChatReply, "text" | "end">,
  marks: RegExp,
): { value: unknown; wasRepaired: boolean } | { rejection: Rejection } {
  if (end === "refused") return { rejection: "refused" };
  const found = findJson(unquoted(withoutThoughts(text).trim()), marks);
  if ("rejection" in found) {
    const isCut = end === "length" && found.rejection === "no_json";
    return isCut ? { rejection: "cut" } : found;
  }
  const read = parsed(found.json);
  return typeof read === "string" ? { rejection: read } : read;
}

/** Rows of at least `least` messages, and why the others are none. */
export function readAnswer(reply: Pick<ChatReply, "text" | "end">, least: number): ReadAnswer {
  const read = readValue(reply, marksOfRows);
  if ("rejection" in read) return nothing(read.rejection);
  const all = candidates(read.value);
  if (all.length === 0) return nothing("not_a_row");
  const checked = all.map((one) => checkRow(one, least));
  return {
    rows: checked.flatMap((one) => ("messages" in one ? [one] : [])),
    rejections: checked.flatMap((one) => ("rejection" in one ? [one.rejection] : [])),
    wasRepaired: read.wasRepaired,
  };
}
