import { isObject, isPresent } from "../../../data/formats/format.ts";
// Rows of messages: {"messages": [{"role", "content", "tool_calls"?, …}], "tools"?}, in the dialects of those who take
// them. Reads every dialect, the record of ft and rows of `ft data identify` among them; writes the one asked for.
import type { JsonObject } from "../../../text/types.ts";
import type { DatasetRecord } from "../../records/record.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profile.ts";
import {
  chatMessages,
  conversation,
  ownFields,
  projection,
  type Sayable,
  toolsField,
} from "./projecting.ts";
import { Eye, others, type RoleNames, seenRow, toolsOf, withRole } from "./seeing.ts";

export const chatRoles: RoleNames = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
  function: "tool",
};

/** Keys that say one thing and must not stand beside each other. */
const doubles: readonly (readonly [string, string])[] = [
  ["messages", "interactions"],
  ["tools", "available_tools"],
];

/** A call as records have it, in the spelling of chats. */
const spelledCall = (call: unknown): unknown =>
  isObject(call) && !isObject(call["function"]) && call["name"] !== undefined
    ? {
        id: call["id"],
        type: "function",
        function: { name: call["name"], arguments: call["arguments"] },
      }
    : call;

/** The names of records (toolCalls) and of Mistral (text) as chats have them. */
function spelled(value: JsonObject): JsonObject {
  const { toolCalls, toolCallId, text, ...rest } = value;
  return {
    ...rest,
    ...(rest["content"] === undefined && text !== undefined && { content: text }),
    ...(Array.isArray(toolCalls) && { tool_calls: toolCalls.map(spelledCall) }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  };
}

export function seenChat(eye: Eye, value: unknown, field: string): SeenMessage[] {
  return eye.objects(value, field).map((one) => {
    if (isPresent(one.value["content"]) && isPresent(one.value["text"]))
      eye.note("both_spellings", `${one.at}.text`, "content and text hold the same value");
    return withRole(one.at, spelled(one.value), chatRoles);
  });
}

function seenAnswers(eye: Eye, row: JsonObject): Pick<SeenRow, "answers"> {
  const { preference } = row;
  if (!isObject(preference)) return {};
  const sides = ["chosen", "rejected"].map((side) =>
    seenChat(eye, preference[side], `preference.${side}`),
  );
  return { answers: [sides[0] ?? [], sides[1] ?? []] };
}

function see(row: JsonObject): SeenRow {
  const eye = new Eye();
  for (const [one, other] of doubles) {
    if (isPresent(row[one]) && isPresent(row[other]))
      eye.note("both_spellings", other, `${one} and ${other} hold the same value`);
  }
  const field =
    isPresent(row["messages"]) || !isPresent(row["interactions"]) ? "messages" : "interactions";
  const toolsAt = ["tools", "available_tools", "functions"].find((key) => isPresent(row[key]));
  const said = ["messages", "interactions", "tools", "available_tools", "functions", "preference"];
  return seenRow(eye, seenChat(eye, row[field], field), {
    ...(toolsAt !== undefined && toolsOf(row, toolsAt)),
    ...seenAnswers(eye, row),
    rest: others(row, said),
  });
}

export interface ChatDialect {
  readonly about: string;
  readonly keys: readonly string[];
  readonly allowsOthers: boolean;
  readonly can: Sayable;
  readonly tools: boolean;
  /** Fields of meta that the dialect has as fields of the row. */
  readonly options?: readonly string[];
  /** What this service does not take of messages that can be spelled. */
  check?(record: DatasetRecord, row: JsonObject): string | undefined;
}

function optionFields(record: DatasetRecord, names: readonly string[]): JsonObject {
  const { meta = {} } = record;
  const given = names.filter((name) => meta[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, meta[name]]));
}

/** A form of chat rows in one dialect. */
export function chatForm(dialect: ChatDialect): RowForm {
  const { about, keys, allowsOthers, can, options = [] } = dialect;
  return {
    about,
    keys,
    allowsOthers,
    detect: (row) => isPresent(row["messages"]) || isPresent(row["interactions"]),
    see,
    project: (record, asked) =>
      projection((losses) => {
        const own = ownFields(
          record,
          { ...asked, keepsSource: asked.keepsSource && allowsOthers },
          losses,
          options.filter((name) => record.meta?.[name] !== undefined),
        );
        const messages = chatMessages(conversation(record, losses), "messages", can, losses);
        return {
          ...own,
          messages,
          ...toolsField(record, dialect.tools, losses),
          ...optionFields(record, options),
        };
      }),
  };
}
