// Rows as Vertex AI tunes Gemini: {"systemInstruction"?: {"role": "system", "parts"}, "contents": [{"role": "user" |
// "model", "parts": [{"text"} | {"functionCall"} | {"functionResponse"} | {"fileData"}]}], "tools"?}.
import { isObject, isPresent } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { RecordMessage } from "../../records/record.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profile.ts";
import {
  argumentObject,
  conversation,
  equalJson,
  isWrittenObject,
  type Losses,
  oneSystem,
  ownFields,
  projection,
  textOf,
  unsaid,
} from "./projecting.ts";
import { Eye, others, type RoleNames, saidBy, seenRow, withRole } from "./seeing.ts";

const keys = ["systemInstruction", "contents", "tools"];
const roles: RoleNames = { user: "user", model: "assistant", function: "tool" };

/** An answer of a tool that is no object is wrapped, as the service asks for one. */
const wrapper = "content";

function responseText(response: unknown): string {
  if (
    isObject(response) &&
    Object.keys(response).length === 1 &&
    typeof response[wrapper] === "string"
  )
    return response[wrapper];
  return JSON.stringify(response ?? {});
}

function responseOf(text: string): JsonObject {
  if (!isWrittenObject(text)) return { [wrapper]: text };
  const value = JSON.parse(text) as JsonObject;
  return responseText(value) === text ? value : { [wrapper]: text };
}

function seenCall(part: JsonObject): JsonObject[] {
  const { functionCall: call } = part;
  if (!isObject(call)) return [];
  return [{ type: "function", function: { name: call["name"], arguments: call["args"] ?? {} } }];
}

function contentPart(part: JsonObject): JsonObject {
  if (typeof part["text"] === "string") return { type: "text", text: part["text"] };
  return {
    type: part["fileData"] !== undefined || part["inlineData"] !== undefined ? "image" : "part",
    ...part,
  };
}

/** One content as messages: every answer of a tool in it is a message of its own. */
function seenContent(eye: Eye, at: string, value: JsonObject): SeenMessage[] {
  const parts = eye.objects(value["parts"], `${at}.parts`);
  const isSpecial = (part: JsonObject): boolean =>
    isPresent(part["functionCall"]) || isPresent(part["functionResponse"]);
  for (const { at: place, value: part } of parts) {
    if (!isSpecial(part) && !isPresent(part["fileData"]) && !isPresent(part["inlineData"]))
      eye.text(part["text"], `${place}.text`);
  }
  const responses = parts.flatMap(({ at: place, value: { functionResponse: given } }) =>
    isObject(given)
      ? [
          {
            at: place,
            value: { role: "tool", name: given["name"], content: responseText(given["response"]) },
          },
        ]
      : [],
  );
  if (responses.length > 0)
    return responses.map((one) => ({ ...one, wasRole: String(value["role"]) }));
  const calls = parts.flatMap(({ value: part }) => seenCall(part));
  const said = parts
    .filter(({ value: part }) => !isSpecial(part))
    .map(({ value: part }) => contentPart(part));
  const [only] = said;
  const content = said.length === 1 && only?.["type"] === "text" ? only["text"] : said;
  const message = {
    role: value["role"],
    ...((calls.length === 0 || said.length > 0) && { content }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return [{ ...withRole(at, message, roles), names: { content: "parts", tool_calls: "parts" } }];
}

function systemText(eye: Eye, value: unknown): string | undefined {
  if (!isPresent(value)) return undefined;
  if (!isObject(value)) {
    eye.note("field_type", "systemInstruction", "systemInstruction must be an object with parts");
    return undefined;
  }
  return eye
    .objects(value["parts"], "systemInstruction.parts")
    .map(({ at, value: part }) => eye.text(part["text"], `${at}.text`) ?? "")
    .join("\n");
}

/** Declarations of functions as chats list them. */
function chatTools(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return (value as unknown[]).flatMap((tool) =>
    isObject(tool) && Array.isArray(tool["functionDeclarations"])
      ? (tool["functionDeclarations"] as unknown[]).map((declared) => ({
          type: "function",
          function: declared,
        }))
      : [tool],
  );
}

function see(row: JsonObject): SeenRow {
  const eye = new Eye();
  const system = systemText(eye, row["systemInstruction"]);
  const messages = eye
    .objects(row["contents"], "contents")
    .flatMap(({ at, value }) => seenContent(eye, at, value));
  const first =
    system === undefined ? [] : [saidBy("system", system, "systemInstruction", "parts")];
  const tools = isPresent(row["tools"])
    ? { tools: { at: "tools", value: chatTools(row["tools"]) } }
    : {};
  return seenRow(eye, [...first, ...messages], { ...tools, rest: others(row, keys) });
}

type Content = { role: string; parts: JsonObject[] };
const can = { calls: "object", toolNames: true } as const;

function partsOf(message: RecordMessage, at: string, losses: Losses): JsonObject[] {
  unsaid(message, at, can, losses);
  const text = textOf(message, at, losses);
  if (message.role === "tool") {
    if (message.name === undefined)
      losses.refuse(`${at}.name`, "the format requires the tool's name with a tool result");
    return [{ functionResponse: { name: message.name, response: responseOf(text) } }];
  }
  const calls = (message.toolCalls ?? []).map((call, index) => {
    const place = `${at}.toolCalls[${index}]`;
    if (call.id !== undefined) losses.lose(`${place}.id`, "the format does not support it");
    return { functionCall: { name: call.name, args: argumentObject(call, place, losses) } };
  });
  return [
    ...(message.content === undefined || (text === "" && calls.length > 0) ? [] : [{ text }]),
    ...calls,
  ];
}

/** Answers of tools that follow one another are one content, as the service asks. */
function contents(placed: ReturnType<typeof oneSystem>["rest"], losses: Losses): Content[] {
  const written: Content[] = [];
  let before = "";
  for (const { message, at } of placed) {
    const parts = partsOf(message, at, losses);
    const last = written.at(-1);
    if (message.role === "tool" && before === "tool" && last !== undefined)
      last.parts.push(...parts);
    else written.push({ role: message.role === "assistant" ? "model" : "user", parts });
    before = message.role;
  }
  return written;
}

function toolsField(tools: readonly JsonObject[] | undefined, losses: Losses): JsonObject {
  if (tools === undefined) return {};
  const declared = tools.map((tool, index) => {
    const plain = { type: "function", function: tool["function"] };
    if (!equalJson(tool, plain)) losses.lose(`tools[${index}]`, "only its function is written");
    return tool["function"] ?? tool;
  });
  return { tools: [{ functionDeclarations: declared }] };
}

export const gemini: RowForm = {
  about: "contents with parts, roles user and model",
  keys,
  allowsOthers: false,
  detect: (row) => isPresent(row["contents"]),
  see,
  project: (record, asked) =>
    projection((losses) => {
      ownFields(record, { ...asked, keepsSource: false }, losses);
      const { system, rest } = oneSystem(conversation(record, losses), {}, losses);
      return {
        ...(system !== undefined && {
          systemInstruction: { role: "system", parts: [{ text: system }] },
        }),
        contents: contents(rest, losses),
        ...toolsField(record.tools, losses),
      };
    }),
};
