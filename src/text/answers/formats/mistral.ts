// [TOOL_CALLS] before a JSON list, or before each name with [ARGS] and JSON behind it; thoughts in [THINK].
// Source: Mistral's templates and mistral-common's tokenizers v3 to v13.
import type { ToolCall } from "../../types.ts";
import type { Cursor, Reading } from "../cursor.ts";
import { type AnswerFormat, calls, type CallFrame, type FormatEntry, section } from "../format.ts";
import { jsonArguments, jsonCalls } from "../json.ts";
import type { Tools } from "../tools.ts";

const thoughts = [["[THINK]", "[/THINK]"] as const];

function* callsAfter(cursor: Cursor, tools: Tools): Reading<ToolCall[]> {
  yield* cursor.blanks();
  if (/[[{]/.test((yield* cursor.peek()) ?? "")) return yield* jsonCalls(cursor, tools);
  const name = tools.known(yield* cursor.run(/[-.\w]/));
  const id = (yield* cursor.takes("[CALL_ID]")) ? yield* cursor.run(/\w/) : undefined;
  yield* cursor.takes("[ARGS]");
  yield* cursor.blanks();
  const given = yield* jsonArguments(cursor);
  return [{ ...(id !== undefined && { id }), name, arguments: given }];
}

function formatOf(name: string, frameOf: (name: string) => CallFrame): AnswerFormat {
  return {
    name,
    thoughts,
    marks: [
      section("reasoning", "[THINK]", ["[/THINK]"]),
      calls("[TOOL_CALLS]", callsAfter, { endsThoughts: true }),
    ],
    inner: ["[ARGS]", "[CALL_ID]"],
    frameOf,
  };
}

export const mistralNamed: FormatEntry = {
  format: formatOf("mistral-named", (name) => ({
    prefix: `[TOOL_CALLS]${name}[ARGS]`,
    suffix: "",
  })),
  isWrittenBy: (source) => source.includes("[TOOL_CALLS]") && source.includes("[ARGS]"),
};

export const mistral: FormatEntry = {
  format: formatOf("mistral", (name) => ({
    prefix: `[TOOL_CALLS][{"name": ${JSON.stringify(name)}, "arguments": `,
    suffix: "}]",
  })),
  isWrittenBy: (source) => source.includes("[TOOL_CALLS]"),
};
