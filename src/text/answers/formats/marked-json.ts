// Calls in JSON behind a mark of the model's own: Granite 3, Phi-4-mini, Nemotron Nano 2, Apertus, GigaChat, InternLM 2,
// and lists in <tool_calls> of Apriel, Hunyuan, Jamba and MiniMax M1. Source: the models' templates and cards.
import type { ToolCall } from "../../types.ts";
import type { Cursor, Reading } from "../cursor.ts";
import {
  type AnswerFormat,
  calls,
  type FormatEntry,
  type Mark,
  section,
  think,
  thoughtMarks,
} from "../format.ts";
import { items, jsonArguments, jsonCall, jsonCalls, jsonString, listed } from "../json.ts";
import type { Tools } from "../tools.ts";
import { jsonBetween } from "./hermes.ts";

const thoughts = [think];
const usual = thoughtMarks(thoughts);

/** The part of a JSON call before its arguments. */
const named = (name: string, key = "arguments"): string =>
  `{"name": ${JSON.stringify(name)}, "${key}": `;

function formatOf(
  name: string,
  marks: readonly Mark[],
  more: Pick<AnswerFormat, "inner" | "frameOf">,
): AnswerFormat {
  return { name, thoughts, marks: [...usual, ...marks], ...more };
}

export const granite: FormatEntry = {
  format: formatOf(
    "granite",
    [
      section("content", "<response>", ["</response>"], { isFirst: true }),
      calls("<|tool_call|>", jsonCalls),
      calls("<tool_call>", jsonCalls),
    ],
    { frameOf: (name) => ({ prefix: `<|tool_call|>[${named(name)}`, suffix: "}]" }) },
  ),
  isWrittenBy: (source) => source.includes("<|tool_call|>"),
};

/** Behind `functools[`. */
function* functools(cursor: Cursor, tools: Tools): Reading<ToolCall[]> {
  return yield* items(cursor, "]", () => jsonCall(cursor, tools));
}

export const phi: FormatEntry = {
  format: formatOf(
    "phi",
    [calls("functools[", functools), jsonBetween("<|tool_call|>", "<|/tool_call|>")],
    {
      inner: ["<|/tool_call|>"],
      frameOf: (name) => ({ prefix: `functools[${named(name)}`, suffix: "}]" }),
    },
  ),
  isWrittenBy: (source) => source.includes("functools[") || source.includes("<|tool|>"),
};

export const nemotron: FormatEntry = {
  format: formatOf("nemotron", [jsonBetween("<TOOLCALL>", "</TOOLCALL>")], {
    inner: ["</TOOLCALL>"],
    frameOf: (name) => ({ prefix: `<TOOLCALL>[${named(name)}`, suffix: "}]</TOOLCALL>" }),
  }),
  isWrittenBy: (source) => source.includes("<TOOLCALL>"),
};

/** `{"name": {…}}` */
function* keyedCall(cursor: Cursor, tools: Tools): Reading<ToolCall> {
  yield* cursor.expect("{");
  yield* cursor.blanks();
  const name = tools.known(yield* jsonString(cursor));
  yield* cursor.blanks();
  yield* cursor.expect(":");
  yield* cursor.blanks();
  const given = yield* jsonArguments(cursor);
  yield* cursor.blanks();
  yield* cursor.expect("}");
  return { name, arguments: given };
}

const inner = ["<|inner_prefix|>", "<|inner_suffix|>"] as const;

export const apertus: FormatEntry = {
  format: {
    name: "apertus",
    thoughts: [inner],
    marks: [
      section("reasoning", inner[0], [inner[1]]),
      calls(
        "<|tools_prefix|>",
        function* read(cursor, tools) {
          yield* cursor.blanks();
          const found = yield* listed(cursor, () => keyedCall(cursor, tools));
          yield* cursor.close("<|tools_suffix|>");
          return found;
        },
        { endsThoughts: true },
      ),
    ],
    inner: ["<|tools_suffix|>"],
    frameOf: (name) => ({
      prefix: `<|tools_prefix|>[{${JSON.stringify(name)}: `,
      suffix: "}]<|tools_suffix|>",
    }),
  },
  isWrittenBy: (source) => source.includes("<|tools_prefix|>"),
};

export const gigachat: FormatEntry = {
  format: formatOf("gigachat", [calls("<|function_call|>", jsonCalls)], {
    frameOf: (name) => ({ prefix: `<|function_call|>${named(name)}`, suffix: "}" }),
  }),
  isWrittenBy: (source) => source.includes("<|function_call|>"),
};

export const internlm: FormatEntry = {
  format: formatOf("internlm", [jsonBetween("<|action_start|><|plugin|>", "<|action_end|>")], {
    inner: ["<|action_end|>"],
    frameOf: (name) => ({
      prefix: `<|action_start|><|plugin|>\n${named(name, "parameters")}`,
      suffix: "}<|action_end|>",
    }),
  }),
  isWrittenBy: (source) => source.includes("<|plugin|>"),
};

/** A list, or objects one after another. */
function* listOrObjects(cursor: Cursor, tools: Tools): Reading<ToolCall[]> {
  const found: ToolCall[] = [];
  do {
    found.push(...(yield* jsonCalls(cursor, tools)));
    yield* cursor.blanks();
  } while ((yield* cursor.peek()) === "{");
  yield* cursor.close("</tool_calls>");
  return found;
}

const toolCallsMark = calls("<tool_calls>", listOrObjects);
const toolCallsRest: Pick<AnswerFormat, "inner" | "frameOf"> = {
  inner: ["</tool_calls>"],
  frameOf: (name) => ({ prefix: `<tool_calls>[${named(name)}`, suffix: "}]</tool_calls>" }),
};

export const toolCallsList: FormatEntry = {
  format: formatOf(
    "tool-calls",
    [section("content", "<answer>", ["</answer>"], { isFirst: true }), toolCallsMark],
    toolCallsRest,
  ),
  isWrittenBy: (source) => source.includes("<tool_calls>"),
};

const steps = ["Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"] as const;

export const apriel: FormatEntry = {
  format: {
    name: "apriel",
    thoughts: [steps],
    marks: [...thoughtMarks([steps]), toolCallsMark],
    ...toolCallsRest,
  },
  isWrittenBy: (source) => source.includes(steps[1]),
};
