// Rows for reinforcement fine-tuning at OpenAI: messages up to a question, and beside them whatever the grader compares
// with. The answer of a record becomes `reference_answer`.
import { isPresent } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { RecordMessage } from "../../records/record.ts";
import type { RowForm, SeenRow } from "../profile.ts";
import { seenChat } from "./chat.ts";
import {
  chatMessages,
  conversation,
  isWrittenObject,
  type Losses,
  ownFields,
  projection,
  textOf,
  toolsField,
  unsaid,
} from "./projecting.ts";
import { Eye, others, saidBy, seenRow, toolsOf } from "./seeing.ts";

const can = {
  name: true,
  weight: "whole",
  calls: "text",
  callIds: true,
  needsCallIds: true,
} as const;
const own = ["messages", "tools", "reference_answer"];

/** Some graders compare with objects, which are answers as their JSON text. */
const answerText = (value: unknown): unknown =>
  typeof value === "string" || !isPresent(value) ? value : JSON.stringify(value);

function see(row: JsonObject): SeenRow {
  const eye = new Eye();
  const messages = seenChat(eye, row["messages"], "messages");
  const answer = answerText(row["reference_answer"]);
  const said = isPresent(answer)
    ? { reference: saidBy("assistant", answer, "reference_answer", "") }
    : {};
  return seenRow(eye, messages, { ...said, ...toolsOf(row), rest: others(row, own) });
}

/** The text that answers, and what comes before it. */
function apart(
  messages: readonly RecordMessage[],
  losses: Losses,
): [readonly RecordMessage[], string] {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return losses.refuse("messages", "there is no reference answer");
  const at = `messages[${messages.length - 1}]`;
  unsaid(last, at, {}, losses);
  return [messages.slice(0, -1), textOf(last, at, losses)];
}

/** Fields of meta that may stand beside the messages: the grader reads them by name. */
function graderFields(meta: JsonObject = {}): JsonObject {
  return Object.fromEntries(
    Object.entries(meta).filter(
      ([key]) => !own.includes(key) && !["id", "source", "meta"].includes(key),
    ),
  );
}

export const reinforcement: RowForm = {
  about: "a prompt and the fields its grader compares with",
  keys: own,
  allowsOthers: true,
  detect: (row) => isPresent(row["messages"]),
  see,
  project: (record, asked) =>
    projection((losses) => {
      const fields = graderFields(record.meta);
      const [prompt, answer] = apart(conversation(record, losses), losses);
      const value = isWrittenObject(answer) ? (JSON.parse(answer) as unknown) : answer;
      return {
        ...ownFields(record, asked, losses, Object.keys(fields)),
        messages: chatMessages(prompt, "messages", can, losses),
        ...toolsField(record, true, losses),
        ...fields,
        reference_answer: value,
      };
    }),
};
