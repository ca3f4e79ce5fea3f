// Solar Open: sections between tokens, each call with its id, name and arguments. Source: the model's template.
import { type AnswerFormat, calls, type FormatEntry, frame, section } from "../format.ts";
import { jsonArguments } from "../json.ts";

const inThoughts = { endsThoughts: true };

const format: AnswerFormat = {
  name: "solar",
  thoughts: [["<|think|>", "<|end|>"]],
  marks: [
    section("reasoning", "<|think|>", ["<|end|>"]),
    section("content", "<|begin|>assistant", [], inThoughts),
    section("content", "<|content|>", [], inThoughts),
    section("content", "<|end|>"),
    frame("<|tool_calls|>", inThoughts),
    calls(
      "<|tool_call:begin|>",
      function* read(cursor, tools) {
        const id = (yield* cursor.until("<|tool_call:name|>")).text.trim();
        const name = tools.known((yield* cursor.until("<|tool_call:args|>")).text.trim());
        yield* cursor.blanks();
        const given = yield* jsonArguments(cursor);
        yield* cursor.close("<|tool_call:end|>");
        return [{ ...(id !== "" && { id }), name, arguments: given }];
      },
      inThoughts,
    ),
    frame("<|calls|>"),
  ],
  inner: ["<|tool_call:name|>", "<|tool_call:args|>", "<|tool_call:end|>"],
};

export const solar: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes("<|tool_call:begin|>"),
};
