// Cohere's Command models: sections between tokens since Command R7B, a fenced block behind "Action:" before it.
// Source: the models' templates and docs.cohere.com.
import {
  type AnswerFormat,
  calls,
  type FormatEntry,
  section,
  think,
  thoughtMarks,
} from "../format.ts";
import { jsonCalls } from "../json.ts";

const thoughts = [["<|START_THINKING|>", "<|END_THINKING|>"] as const];

const format: AnswerFormat = {
  name: "cohere",
  thoughts,
  marks: [
    section("reasoning", "<|START_THINKING|>", ["<|END_THINKING|>"]),
    ...["RESPONSE", "TEXT"].flatMap((name) => [
      section("content", `<|START_${name}|>`, [], { endsThoughts: true }),
      section("content", `<|END_${name}|>`),
    ]),
    calls(
      "<|START_ACTION|>",
      function* read(cursor, tools) {
        const found = yield* jsonCalls(cursor, tools);
        yield* cursor.close("<|END_ACTION|>");
        return found;
      },
      { endsThoughts: true },
    ),
  ],
  inner: ["<|END_ACTION|>"],
  frameOf: (name) => ({
    prefix: `<|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": ${JSON.stringify(name)}, "parameters": `,
    suffix: "}\n]<|END_ACTION|>",
  }),
};

export const cohere: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes("<|START_ACTION|>"),
};

const commandThoughts = [think];

const commandFormat: AnswerFormat = {
  name: "command-r",
  thoughts: commandThoughts,
  marks: [
    ...thoughtMarks(commandThoughts),
    calls("Action:", function* read(cursor, tools) {
      yield* cursor.blanks();
      yield* cursor.expect("```json");
      const found = yield* jsonCalls(cursor, tools);
      yield* cursor.close("```");
      return found;
    }),
  ],
  frameOf: (name) => ({
    prefix: `Action:\n\`\`\`json\n[\n    {\n        "tool_name": ${JSON.stringify(name)},\n        "parameters": `,
    suffix: "\n    }\n]```",
  }),
};

export const commandR: FormatEntry = {
  format: commandFormat,
  isWrittenBy: (source) => source.includes("Action:") && source.includes("tool_name"),
};
