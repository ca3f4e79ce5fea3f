// ShareGPT rows: {"conversations": [{"from": "human" | "gpt" | "function_call" | "observation", "value"}], "system"?,
// "tools"?}, with LLaMA-Factory's chosen and rejected beside them.
import { isObject, isPresent } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { DatasetRecord, RecordMessage } from "../../records/record.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profile.ts";
import {
  argumentObject,
  equalJson,
  type Losses,
  oneSystem,
  ownFields,
  projection,
  textOf,
  unsaid,
} from "./projecting.ts";
import { Eye, others, type RoleNames, saidBy, seenRow, withRole } from "./seeing.ts";

const keys = ["conversations", "system", "tools", "chosen", "rejected"];
const roles: RoleNames = {
  human: "user",
  user: "user",
  gpt: "assistant",
  chatgpt: "assistant",
  assistant: "assistant",
  function_call: "assistant",
  observation: "tool",
  tool: "tool",
  system: "system",
};
const names = { content: "value", role: "from" };

function parsed(text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A turn that is a call, as chats have it: its value is JSON of {name, arguments}, or of several. */
function seenCalls(eye: Eye, at: string, value: unknown): JsonObject[] {
  const read = parsed(value);
  const calls = (Array.isArray(read) ? (read as unknown[]) : [read]).filter(isObject);
  if (calls.length === 0)
    eye.note(
      "arguments_not_json",
      `${at}.value`,
      "a call must be the JSON of its name and arguments",
    );
  return calls.map((call) => ({
    type: "function",
    function: { name: call["name"], arguments: call["arguments"] ?? {} },
  }));
}

function seenTurn(eye: Eye, at: string, turn: JsonObject): SeenMessage {
  const from = turn["from"] ?? turn["role"];
  const said = turn["value"] ?? turn["content"];
  const message =
    from === "function_call" ? { tool_calls: seenCalls(eye, at, said) } : { content: said };
  return { ...withRole(at, { ...message, from, weight: turn["weight"] }, roles, "from"), names };
}

const seenTurns = (eye: Eye, value: unknown, field: string): SeenMessage[] =>
  eye.objects(value, field).map(({ at, value: turn }) => seenTurn(eye, at, turn));

/** Human and observation stand at odd places, gpt and function_call at even ones; what begins is no system turn. */
function noteSides(eye: Eye, messages: readonly SeenMessage[]): void {
  const turns = messages.filter(({ value }) => value["role"] !== "system");
  const wrong = turns.find(
    ({ value }, index) => (value["role"] === "assistant") !== (index % 2 === 1),
  );
  if (wrong !== undefined)
    eye.note(
      "same_role_twice",
      `${wrong.at}.from`,
      "human or observation must alternate with gpt or function_call, starting with human",
    );
}

function chatTools(value: unknown): unknown {
  const list = parsed(value);
  if (!Array.isArray(list)) return value;
  return (list as unknown[]).map((tool) =>
    isObject(tool) && tool["function"] === undefined ? { type: "function", function: tool } : tool,
  );
}

function seenAnswers(eye: Eye, row: JsonObject): Pick<SeenRow, "answers"> {
  if (!isPresent(row["chosen"]) && !isPresent(row["rejected"])) return {};
  const side = (key: string): SeenMessage[] =>
    seenTurns(eye, isObject(row[key]) ? [row[key]] : row[key], key);
  return { answers: [side("chosen"), side("rejected")] };
}

function see(row: JsonObject): SeenRow {
  const eye = new Eye();
  const system = isPresent(row["system"]) ? eye.text(row["system"], "system") : undefined;
  const turns = seenTurns(eye, row["conversations"], "conversations");
  noteSides(eye, turns);
  const first =
    system === undefined || system === "" ? [] : [saidBy("system", system, "system", "")];
  const tools =
    isPresent(row["tools"]) && row["tools"] !== ""
      ? { tools: { at: "tools", value: chatTools(row["tools"]) } }
      : {};
  return seenRow(eye, [...first, ...turns], {
    ...tools,
    ...seenAnswers(eye, row),
    rest: others(row, keys),
  });
}

const can = { calls: "object" } as const;

function callText(message: RecordMessage, at: string, losses: Losses): string {
  const calls = (message.toolCalls ?? []).map((call, index) => {
    const place = `${at}.toolCalls[${index}]`;
    if (call.id !== undefined) losses.lose(`${place}.id`, "the format does not support it");
    return { name: call.name, arguments: argumentObject(call, place, losses) };
  });
  if (message.content !== undefined)
    losses.lose(`${at}.content`, "a turn has either text or a call");
  return JSON.stringify(calls.length === 1 ? calls[0] : calls);
}

function turn(message: RecordMessage, at: string, losses: Losses): JsonObject {
  unsaid(message, at, can, losses);
  if (message.toolCalls !== undefined)
    return { from: "function_call", value: callText(message, at, losses) };
  const from = { user: "human", assistant: "gpt", tool: "observation", system: "system" }[
    message.role
  ];
  return { from, value: textOf(message, at, losses) };
}

function toolsField(record: DatasetRecord, losses: Losses): JsonObject {
  if (record.tools === undefined) return {};
  const functions = record.tools.map((tool, index) => {
    const { function: inner } = tool;
    if (!equalJson(tool, { type: "function", function: inner }))
      losses.lose(`tools[${index}]`, "only its function is written");
    return inner ?? tool;
  });
  return { tools: JSON.stringify(functions) };
}

function answerFields(record: DatasetRecord, losses: Losses): JsonObject {
  const { preference } = record;
  if (preference === undefined) return {};
  const sides = (["chosen", "rejected"] as const).map((side): [string, JsonObject] => {
    const messages = preference[side];
    const [only] = messages;
    if (messages.length !== 1 || only === undefined)
      return losses.refuse(`preference.${side}`, "the format has one turn per answer");
    return [side, turn(only, `preference.${side}[0]`, losses)];
  });
  return Object.fromEntries(sides);
}

export const sharegpt: RowForm = {
  about: "conversations of human and gpt",
  keys,
  allowsOthers: true,
  detect: (row) => isPresent(row["conversations"]),
  see,
  project: (record, asked) =>
    projection((losses) => {
      const { system, rest } = oneSystem(record.messages, {}, losses);
      return {
        ...ownFields(record, asked, losses),
        conversations: rest.map(({ message, at }) => turn(message, at, losses)),
        ...answerFields(record, losses),
        ...(system !== undefined && { system }),
        ...toolsField(record, losses),
      };
    }),
};
