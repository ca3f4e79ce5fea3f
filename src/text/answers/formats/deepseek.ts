// DeepSeek's calls between tokens of their own: V3 and R1 with a fenced block, V3.1 with bare JSON, V3.2 and later as
// elements. Source: the models' templates.
import type { ToolCall } from "../../types.ts";
import type { Cursor, Reading } from "../cursor.ts";
import { typedArguments, type TypedMarks } from "../elements.ts";
import {
  type AnswerFormat,
  calls,
  type CallFrame,
  type FormatEntry,
  frame,
  think,
  thoughtMarks,
} from "../format.ts";
import { jsonArguments } from "../json.ts";
import type { Tools } from "../tools.ts";

const thoughts = [think];
const inThoughts = { endsThoughts: true };
const section = "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>";
const sectionEnd = "<｜tool▁call▁end｜><｜tool▁calls▁end｜>";

/** `type<sep>name`, a fenced block; or `name<sep>`, JSON. */
function* callAfter(cursor: Cursor, tools: Tools): Reading<ToolCall[]> {
  const before = (yield* cursor.until("<｜tool▁sep｜>")).text.trim();
  yield* cursor.blanks();
  const isFenced = (yield* cursor.peek()) !== "{";
  const name = tools.known(isFenced ? (yield* cursor.until("\n")).text.trim() : before);
  if (isFenced) yield* cursor.expect("```json");
  yield* cursor.blanks();
  const given = yield* jsonArguments(cursor);
  yield* cursor.blanks();
  if (isFenced) yield* cursor.expect("```");
  yield* cursor.close("<｜tool▁call▁end｜>");
  return [{ name, arguments: given }];
}

function formatOf(name: string, frameOf: (name: string) => CallFrame): AnswerFormat {
  return {
    name,
    thoughts,
    marks: [
      ...thoughtMarks(thoughts),
      frame("<｜tool▁calls▁begin｜>", inThoughts),
      calls("<｜tool▁call▁begin｜>", callAfter, inThoughts),
      frame("<｜tool▁calls▁end｜>"),
    ],
    inner: ["<｜tool▁sep｜>", "<｜tool▁call▁end｜>"],
    frameOf,
  };
}

export const deepseek: FormatEntry = {
  format: formatOf("deepseek", (name) => ({
    prefix: `${section}function<｜tool▁sep｜>${name}\n\`\`\`json\n`,
    suffix: `\n\`\`\`${sectionEnd}`,
  })),
  isWrittenBy: (source) => source.includes("<｜tool▁calls▁begin｜>") && source.includes("```json"),
};

export const deepseekBare: FormatEntry = {
  format: formatOf("deepseek-bare", (name) => ({
    prefix: `${section}${name}<｜tool▁sep｜>`,
    suffix: sectionEnd,
  })),
  isWrittenBy: (source) => source.includes("<｜tool▁calls▁begin｜>"),
};

const parameter: TypedMarks = {
  around: ['<｜DSML｜parameter name="', '" string="', '">', "</｜DSML｜parameter>"],
  close: "</｜DSML｜invoke>",
  string: "true",
};

export const deepseekElements: FormatEntry = {
  format: {
    name: "deepseek-elements",
    thoughts,
    marks: [
      ...thoughtMarks(thoughts),
      ...["function_calls", "tool_calls"].flatMap((name) => [
        frame(`<｜DSML｜${name}>`, inThoughts),
        frame(`</｜DSML｜${name}>`),
      ]),
      calls(
        '<｜DSML｜invoke name="',
        function* read(cursor, tools) {
          const name = tools.known((yield* cursor.until('">')).text);
          return [{ name, arguments: yield* typedArguments(cursor, parameter) }];
        },
        inThoughts,
      ),
    ],
    inner: ["<｜DSML｜parameter", "</｜DSML｜parameter>", "</｜DSML｜invoke>"],
  },
  isWrittenBy: (source) => source.includes("｜DSML｜"),
};
