import { isPresent } from "../../../data/formats/format.ts";
// Rows of two answers: {"prompt", "chosen", "rejected"} as text or as messages, the prompt apart or at the beginning of
// both, as TRL and sets of preferences have them. What data/formats reads of it, with its paths.
import { preference as readPreference } from "../../../data/formats/preference.ts";
import type { JsonObject, Message, PreferenceSample } from "../../../text/types.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profile.ts";
import {
  bothAnswers,
  chatMessages,
  ownFields,
  projection,
  type Sayable,
  toolsField,
} from "./projecting.ts";
import { Eye, others, seenRow, toolsOf } from "./seeing.ts";
import { spelledMessage } from "./spelled-message.ts";

const keys = ["prompt", "chosen", "rejected", "tools"];
const read = ["prompt", "question", "conversations", "system", "chosen", "rejected", "tools"];

const seen = (messages: readonly Message[], field: string): SeenMessage[] =>
  messages.map((message, index) => ({
    at: `${field}[${index}]`,
    value: spelledMessage(message),
    wasRole: message.role,
  }));

function see(row: JsonObject): SeenRow {
  const eye = new Eye();
  const parsed = readPreference.parse(row);
  if ("problems" in parsed) {
    for (const { field, message } of parsed.problems) {
      const code =
        message === "is missing"
          ? "field_missing"
          : message === "is empty"
            ? "empty_content"
            : "field_type";
      eye.note(code, field, `${field} ${message}`);
    }
    return seenRow(eye, [], { rest: others(row, read) });
  }
  const { prompt, chosen, rejected } = parsed.sample as PreferenceSample;
  return seenRow(eye, seen(prompt, "prompt"), {
    answers: [seen(chosen, "chosen"), seen(rejected, "rejected")],
    ...toolsOf(row),
    rest: others(row, read),
  });
}

const can: Sayable = {
  parts: true,
  name: true,
  calls: "object",
  callIds: true,
  reasoning: "reasoning_content",
};

export const preferenceForm: RowForm = {
  about: "prompt, chosen and rejected as messages",
  keys,
  allowsOthers: true,
  detect: (row) => isPresent(row["chosen"]) || isPresent(row["rejected"]),
  see,
  project: (record, asked) =>
    projection((losses) => {
      const { chosen, rejected } = bothAnswers(record, losses);
      return {
        ...ownFields(record, asked, losses),
        prompt: chatMessages(record.messages, "messages", can, losses),
        chosen: chatMessages(chosen, "preference.chosen", can, losses),
        rejected: chatMessages(rejected, "preference.rejected", can, losses),
        ...toolsField(record, true, losses),
      };
    }),
};
