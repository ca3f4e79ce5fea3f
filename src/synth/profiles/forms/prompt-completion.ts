// Rows of a prompt and what completes it: two texts, or with `turns` two lists of messages, as TRL has them.
import { isPresent } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { RecordMessage } from "../../records/record.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profile.ts";
import { seenChat } from "./chat.ts";
import {
  chatMessages,
  conversation,
  type Losses,
  ownFields,
  projection,
  type Sayable,
  textOf,
  toolsField,
  unsaid,
} from "./projecting.ts";
import { Eye, others, saidBy, seenRow, toolsOf } from "./seeing.ts";

const keys = ["prompt", "completion"];

export function seenSide(
  eye: Eye,
  row: JsonObject,
  key: string,
  role: "user" | "assistant",
): SeenMessage[] {
  const value = row[key];
  if (Array.isArray(value)) return seenChat(eye, value, key);
  const text = eye.text(value, key);
  return text === undefined ? [] : [saidBy(role, text, key, "")];
}

export function seePair(row: JsonObject): SeenRow {
  const eye = new Eye();
  const messages = [
    ...seenSide(eye, row, "prompt", "user"),
    ...seenSide(eye, row, "completion", "assistant"),
  ];
  return seenRow(eye, messages, { ...toolsOf(row), rest: others(row, [...keys, "tools"]) });
}

const names = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" };

/** What comes before the answer as one text; said as a loss where that is more than one question. */
function promptText(before: readonly RecordMessage[], losses: Losses): string {
  const texts = before.map((message, index) => {
    unsaid(message, `messages[${index}]`, {}, losses);
    return { message, text: textOf(message, `messages[${index}]`, losses) };
  });
  const [only] = texts;
  if (texts.length === 1 && only?.message.role === "user") return only.text;
  losses.lose("messages", "everything before the answer becomes one text that names the speakers");
  return texts.map(({ message, text }) => `${names[message.role]}: ${text}`).join("\n\n");
}

/** The messages up to the last answer, and that answer. */
export function lastAnswer(
  messages: readonly RecordMessage[],
  losses: Losses,
): { before: readonly RecordMessage[]; answer: RecordMessage; at: string } {
  const answer = messages.at(-1);
  if (answer?.role !== "assistant" || messages.length < 2)
    return losses.refuse("messages", "there is no question followed by an answer at the end");
  return { before: messages.slice(0, -1), answer, at: `messages[${messages.length - 1}]` };
}

const detect = (row: JsonObject): boolean =>
  isPresent(row["prompt"]) && isPresent(row["completion"]);

export function promptCompletion(about: string, allowsOthers: boolean): RowForm {
  return {
    about,
    keys,
    allowsOthers,
    detect,
    see: seePair,
    project: (record, asked) =>
      projection((losses) => {
        const keepsSource = asked.keepsSource && allowsOthers;
        const own = ownFields(record, { ...asked, keepsSource }, losses);
        toolsField(record, false, losses);
        const { before, answer, at } = lastAnswer(conversation(record, losses), losses);
        unsaid(answer, at, {}, losses);
        const prompt = promptText(before, losses);
        return { ...own, prompt, completion: textOf(answer, at, losses) };
      }),
  };
}

const can: Sayable = {
  parts: true,
  name: true,
  calls: "object",
  callIds: true,
  reasoning: "reasoning_content",
};

/** The same in messages: the completion is the last answer. */
export const promptCompletionTurns: RowForm = {
  about: "prompt and completion as messages",
  keys: [...keys, "tools"],
  allowsOthers: true,
  detect: (row) => Array.isArray(row["prompt"]) && Array.isArray(row["completion"]),
  see: seePair,
  project: (record, asked) =>
    projection((losses) => {
      const own = ownFields(record, asked, losses);
      const messages = chatMessages(conversation(record, losses), "messages", can, losses);
      const { before } = lastAnswer(conversation(record, losses), losses);
      const fields = {
        prompt: messages.slice(0, before.length),
        completion: messages.slice(before.length),
      };
      return { ...own, ...fields, ...toolsField(record, true, losses) };
    }),
};
