// call:name{key:value}, with strings between marks of their own: Gemma 4 and FunctionGemma.
// Source: ai.google.dev/gemma/docs and the models' templates.
import type { JsonObject, ToolCall } from "../../types.ts";
import { type Cursor, NotACall, type Reading } from "../cursor.ts";
import {
  type AnswerFormat,
  calls,
  type FormatEntry,
  type Mark,
  section,
  think,
  thoughtMarks,
} from "../format.ts";
import { deepest } from "../json.ts";
import { type Tools, valueOf } from "../tools.ts";

/** Items up to a closing bracket, behind the opening one. */
function* upTo(cursor: Cursor, close: string, item: () => Reading<void>): Reading<void> {
  yield* cursor.blanks();
  while (!(yield* cursor.takes(close))) {
    yield* item();
    yield* cursor.blanks();
    if (!(yield* cursor.takes(",")) && (yield* cursor.peek()) !== close) throw new NotACall();
    yield* cursor.blanks();
  }
}

function* key(cursor: Cursor, quote: string): Reading<string> {
  if (yield* cursor.takes(quote)) {
    const { text } = yield* cursor.until(quote);
    yield* cursor.expect(":");
    return text;
  }
  return (yield* cursor.until(":")).text.trim();
}

/** Behind `{`. */
function* entries(cursor: Cursor, quote: string, depth: number): Reading<JsonObject> {
  const found: [string, unknown][] = [];
  yield* upTo(cursor, "}", function* item() {
    found.push([yield* key(cursor, quote), yield* value(cursor, quote, depth)]);
  });
  return Object.fromEntries(found);
}

function* value(cursor: Cursor, quote: string, depth: number): Reading<unknown> {
  if (depth > deepest) throw new NotACall();
  yield* cursor.blanks();
  if (yield* cursor.takes(quote)) return (yield* cursor.until(quote)).text;
  if (yield* cursor.takes("{")) return yield* entries(cursor, quote, depth + 1);
  if (!(yield* cursor.takes("["))) {
    return valueOf((yield* cursor.run(/[^,}\]]/)).trim(), undefined);
  }
  const list: unknown[] = [];
  yield* upTo(cursor, "]", function* item() {
    list.push(yield* value(cursor, quote, depth + 1));
  });
  return list;
}

function callMark(open: string, close: string, quote: string): Mark {
  return calls(open, function* read(cursor: Cursor, tools: Tools): Reading<ToolCall[]> {
    yield* cursor.expect("call:");
    const name = tools.known((yield* cursor.until("{")).text.trim());
    const given = yield* entries(cursor, quote, 0);
    yield* cursor.close(close);
    return [{ name, arguments: given }];
  });
}

const format: AnswerFormat = {
  name: "gemma",
  thoughts: [["<|channel>thought", "<channel|>"]],
  marks: [
    section("reasoning", "<|channel>thought", ["<channel|>"]),
    callMark("<|tool_call>", "<tool_call|>", '<|"|>'),
    section("content", "<|tool_response>"),
  ],
  inner: ["<tool_call|>", "<channel|>", '<|"|>'],
};

export const gemma: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes("<|tool_call>"),
};

const thoughts = [think];

const functionFormat: AnswerFormat = {
  name: "function-gemma",
  thoughts,
  marks: [
    ...thoughtMarks(thoughts),
    callMark("<start_function_call>", "<end_function_call>", "<escape>"),
    section("content", "<start_function_response>"),
  ],
  inner: ["<end_function_call>", "<escape>"],
};

export const functionGemma: FormatEntry = {
  format: functionFormat,
  isWrittenBy: (source) => source.includes("<start_function_call>"),
};
