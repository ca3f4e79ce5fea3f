// Python calls between marks: a list in LFM2's tokens, lines in <function_calls> of Olmo 3 and in <code> of SmolLM3.
// Source: docs.liquid.ai, the models' templates.
import type { ToolCall } from "../../types.ts";
import type { Cursor, Reading } from "../cursor.ts";
import {
  type AnswerFormat,
  calls,
  type FormatEntry,
  type Mark,
  think,
  thoughtMarks,
} from "../format.ts";
import { items, jsonCall } from "../json.ts";
import { pythonCall, pythonCallsAfter } from "../python.ts";
import type { Tools } from "../tools.ts";
import { jsonBetween } from "./hermes.ts";

const thoughts = [think];

/** A list of Python calls; of JSON, where the system text asks for it. */
function* listAfter(cursor: Cursor, tools: Tools): Reading<ToolCall[]> {
  yield* cursor.blanks();
  yield* cursor.expect("[");
  yield* cursor.blanks();
  if ((yield* cursor.peek()) !== "{") return yield* pythonCallsAfter(cursor, tools);
  return yield* items(cursor, "]", () => jsonCall(cursor, tools));
}

const lfmFormat: AnswerFormat = {
  name: "lfm",
  thoughts,
  marks: [
    ...thoughtMarks(thoughts),
    calls(
      "<|tool_call_start|>",
      function* read(cursor, tools) {
        const found = yield* listAfter(cursor, tools);
        yield* cursor.close("<|tool_call_end|>");
        return found;
      },
      { endsThoughts: true },
    ),
  ],
  inner: ["<|tool_call_end|>"],
};

export const lfm: FormatEntry = {
  format: lfmFormat,
  isWrittenBy: (source, tokens) =>
    source.includes("<|tool_list_start|>") ||
    source.includes("<|tool_call_start|>") ||
    (source.includes("List of tools: [") && tokens.has("<|tool_call_start|>")),
};

/** One call a line. */
function linesBetween(open: string, close: string): Mark {
  return calls(open, function* read(cursor, tools) {
    const found: ToolCall[] = [];
    do {
      yield* cursor.blanks();
      found.push(yield* pythonCall(cursor, tools));
      yield* cursor.blanks();
    } while (!(yield* cursor.takes(close)) && !(yield* cursor.isAtEnd()));
    return found;
  });
}

const linesFormat: AnswerFormat = {
  name: "python-lines",
  thoughts,
  marks: [...thoughtMarks(thoughts), linesBetween("<function_calls>", "</function_calls>")],
  inner: ["</function_calls>"],
};

export const pythonLines: FormatEntry = {
  format: linesFormat,
  isWrittenBy: (source) => source.includes("<function_calls>"),
};

const smolFormat: AnswerFormat = {
  name: "smollm",
  thoughts,
  marks: [
    ...thoughtMarks(thoughts),
    jsonBetween("<tool_call>", "</tool_call>"),
    linesBetween("<code>", "</code>"),
  ],
  inner: ["</tool_call>", "</code>"],
};

export const smollm: FormatEntry = {
  format: smolFormat,
  isWrittenBy: (source) => source.includes("python_tools"),
};
