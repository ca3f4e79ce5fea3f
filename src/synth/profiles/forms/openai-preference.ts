// Rows of two answers in OpenAI's shape: {"input": {"messages", "tools"?}, "preferred_output": […],
// "non_preferred_output": […]}; Together and Fireworks take it too.
import { isObject, isPresent } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { DatasetRecord } from "../../records/record.ts";
import type { RowForm, SeenRow } from "../profile.ts";
import { seenChat } from "./chat.ts";
import {
  bothAnswers,
  chatMessages,
  ownFields,
  projection,
  type Sayable,
  toolsField,
} from "./projecting.ts";
import { Eye, others, seenRow, toolsOf } from "./seeing.ts";

const sides = ["preferred_output", "non_preferred_output"] as const;
const keys = ["input", ...sides];

function see(row: JsonObject): SeenRow {
  const eye = new Eye();
  const { input } = row;
  if (!isObject(input)) {
    eye.note(
      input === undefined ? "field_missing" : "field_type",
      "input",
      "input must be an object with messages",
    );
    return seenRow(eye, []);
  }
  const tools = toolsOf(input);
  const placed = tools.tools === undefined ? {} : { tools: { ...tools.tools, at: "input.tools" } };
  const [chosen = [], rejected = []] = sides.map((side) => seenChat(eye, row[side], side));
  return seenRow(eye, seenChat(eye, input["messages"], "input.messages"), {
    answers: [chosen, rejected],
    ...placed,
    rest: { ...others(row, keys), ...others(input, ["messages", "tools"]) },
  });
}

const options = ["parallel_tool_calls"];

/** `can` is what this service takes of a message. */
export function openaiPreferenceForm(about: string, can: Sayable, hasTools: boolean): RowForm {
  const write = (record: DatasetRecord): JsonObject =>
    Object.fromEntries(
      options
        .filter((name) => hasTools && record.meta?.[name] !== undefined)
        .map((name) => [name, record.meta?.[name]]),
    );
  return {
    about,
    keys,
    allowsOthers: false,
    detect: (row) => isPresent(row["preferred_output"]) || isPresent(row["non_preferred_output"]),
    see,
    project: (record, asked) =>
      projection((losses) => {
        const { chosen, rejected } = bothAnswers(record, losses);
        const extra = write(record);
        ownFields(record, { ...asked, keepsSource: false }, losses, Object.keys(extra));
        const messages = chatMessages(record.messages, "messages", can, losses);
        return {
          input: { messages, ...toolsField(record, hasTools, losses), ...extra },
          preferred_output: chatMessages(chosen, "preference.chosen", can, losses),
          non_preferred_output: chatMessages(rejected, "preference.rejected", can, losses),
        };
      }),
  };
}
