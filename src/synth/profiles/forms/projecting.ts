// What forms share in writing records: texts out of messages, the record's own fields, and the account of what is lost.
// What has no place is told, never dropped in silence; what would be false is refused.
import { canonicalJson } from "../../../core/canonical-json.ts";
import type { ContentPart, JsonObject, Message, ToolCall } from "../../../text/types.ts";
import type { DatasetRecord, RecordMessage } from "../../records/record.ts";
import type { Loss, Projection, ProjectOptions } from "../profile.ts";

class Refused extends Error {
  readonly loss: Loss;

  constructor(loss: Loss) {
    super(loss.why);
    this.loss = loss;
  }
}

export class Losses {
  readonly list: Loss[] = [];

  lose(field: string, why: string): void {
    this.list.push({ field, why });
  }

  refuse(field: string, why: string): never {
    throw new Refused({ field, why });
  }
}

/** What `work` writes, with its losses; or why the record cannot be written so. */
export function projection(work: (losses: Losses) => JsonObject): Projection {
  const losses = new Losses();
  try {
    return { row: work(losses), losses: losses.list };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.loss };
    throw error;
  }
}

const noPlace = "the format does not support it";

/** The record's own fields as fields of the row, or as losses. `used`: of meta, what the form writes itself. */
export function ownFields(
  record: DatasetRecord,
  { line, sourceLine, keepsSource }: ProjectOptions,
  losses: Losses,
  used: readonly string[] = [],
): JsonObject {
  const meta = Object.entries(record.meta ?? {}).filter(([key]) => !used.includes(key));
  const fields: Record<string, unknown> = {};
  if (record.id !== String(line)) fields["id"] = record.id;
  if (record.source !== undefined) fields["source"] = record.source;
  if (meta.length > 0 || (record.meta !== undefined && used.length === 0))
    fields["meta"] = Object.fromEntries(meta);
  if (keepsSource) return fields;
  if (record.id === String(sourceLine)) delete fields["id"];
  for (const field of Object.keys(fields)) losses.lose(field, noPlace);
  return {};
}

/** Messages of the record; of a preference with the better answer behind them. */
export function conversation(record: DatasetRecord, losses: Losses): readonly RecordMessage[] {
  if (record.preference === undefined) return record.messages;
  losses.lose("preference.rejected", "only the chosen answer is written");
  return [...record.messages, ...record.preference.chosen];
}

/** Both answers; refused where there are none. */
export function bothAnswers(
  record: DatasetRecord,
  losses: Losses,
): NonNullable<DatasetRecord["preference"]> {
  return record.preference ?? losses.refuse("preference", "the record has no rejected answer");
}

const isText = (part: ContentPart): boolean =>
  part.type === "text" && typeof part.text === "string";

/** The content as one text; "" where the message has none. Images are refused. */
export function textOf({ content }: Message, at: string, losses: Losses): string {
  if (content === undefined || typeof content === "string") return content ?? "";
  const other = content.find((part) => !isText(part));
  if (other !== undefined)
    losses.refuse(`${at}.content`, `a part of kind ${other.type}: only text is supported`);
  losses.lose(`${at}.content`, "its parts are joined into one text");
  return content.map(({ text }) => text).join("");
}

/** What a form can say of a message beside role and text. */
export interface Sayable {
  readonly parts?: true;
  readonly name?: true;
  /** `whole`: 0 and 1 only. */
  readonly weight?: "any" | "whole";
  /** The key of reasoning. */
  readonly reasoning?: string;
  /** Arguments of calls as JSON text or as an object. */
  readonly calls?: "text" | "object";
  /** Ids of calls, and what becomes of one that is not of the form asked for. */
  readonly callIds?: true | ((id: string) => string);
  /** Calls without an id get one. */
  readonly needsCallIds?: true;
  /** Names of answers of tools alone. */
  readonly toolNames?: true;
  /** A message is text or calls, never both. */
  readonly noTextWithCalls?: true;
  readonly spans?: true;
}

const saysName = ({ role }: Message, can: Sayable): boolean =>
  can.name === true || (can.toolNames === true && role === "tool");

/** Loses what a message says and the form cannot. */
export function unsaid(message: RecordMessage, at: string, can: Sayable, losses: Losses): void {
  for (const key of ["weight", "spans"] as const) {
    if (message[key] !== undefined && can[key] === undefined) losses.lose(`${at}.${key}`, noPlace);
  }
  if (message.name !== undefined && !saysName(message, can)) losses.lose(`${at}.name`, noPlace);
  if (message.reasoning !== undefined && can.reasoning === undefined)
    losses.lose(`${at}.reasoning`, noPlace);
  if (message.toolCallId !== undefined && can.callIds === undefined)
    losses.lose(`${at}.toolCallId`, noPlace);
  if (message.toolCalls !== undefined && can.calls === undefined)
    losses.refuse(
      `${at}.toolCalls`,
      "the format does not support tool calls, and the message has nothing else",
    );
}

/** Arguments as an object. */
export function argumentObject(call: ToolCall, at: string, losses: Losses): JsonObject {
  if (typeof call.arguments !== "string") return call.arguments;
  const value = JSON.parse(call.arguments) as JsonObject;
  losses.lose(`${at}.arguments`, "the spacing of their JSON");
  return value;
}

/** Arguments as JSON text. */
export const argumentText = ({ arguments: given }: ToolCall): string =>
  typeof given === "string" ? given : JSON.stringify(given);

/** The id as the form has it. */
function idOf(id: string, field: string, { callIds }: Sayable, losses: Losses): string {
  const written = typeof callIds === "function" ? callIds(id) : id;
  if (written !== id) losses.lose(field, "renamed: the format requires other ids");
  return written;
}

function callOf(call: ToolCall, at: string, can: Sayable, losses: Losses): JsonObject {
  if (call.id !== undefined && can.callIds === undefined) losses.lose(`${at}.id`, noPlace);
  const given = can.calls === "text" ? argumentText(call) : argumentObject(call, at, losses);
  const id =
    call.id !== undefined && can.callIds !== undefined
      ? { id: idOf(call.id, `${at}.id`, can, losses) }
      : {};
  return { ...id, type: "function", function: { name: call.name, arguments: given } };
}

function weightOf({ weight }: Message, at: string, can: Sayable, losses: Losses): JsonObject {
  if (weight === undefined || can.weight === undefined) return {};
  if (can.weight === "any" || weight === 0 || weight === 1) return { weight };
  losses.lose(
    `${at}.weight`,
    `${weight} is written as ${weight > 0 ? 1 : 0}; the format has no other weights`,
  );
  return { weight: weight > 0 ? 1 : 0 };
}

function contentOf(message: Message, at: string, can: Sayable, losses: Losses): JsonObject {
  const { content } = message;
  if (content === undefined) return {};
  if (can.noTextWithCalls === true && message.toolCalls !== undefined) {
    losses.lose(`${at}.content`, "a message has either text or tool calls");
    return {};
  }
  if (can.parts === true || typeof content === "string") return { content };
  return { content: textOf(message, at, losses) };
}

/** The message in the spelling of chats. */
function chatMessage(message: RecordMessage, at: string, can: Sayable, losses: Losses): JsonObject {
  unsaid(message, at, can, losses);
  const { role, name, reasoning, toolCalls, toolCallId, spans } = message;
  const calls = toolCalls?.map((call, index) =>
    callOf(call, `${at}.toolCalls[${index}]`, can, losses),
  );
  return {
    role,
    ...contentOf(message, at, can, losses),
    ...(name !== undefined && saysName(message, can) && { name }),
    ...(reasoning !== undefined && can.reasoning !== undefined && { [can.reasoning]: reasoning }),
    ...(calls !== undefined && { tool_calls: calls }),
    ...(toolCallId !== undefined &&
      can.callIds !== undefined && {
        tool_call_id: idOf(toolCallId, `${at}.toolCallId`, can, losses),
      }),
    ...weightOf(message, at, can, losses),
    ...(spans !== undefined && can.spans && { spans }),
  };
}

const madeUp = "an id is generated: the format requires one";

/** Calls without an id get one, and answers to them, in their order, the same. */
class CallIds {
  #made = 0;
  #waiting: string[] = [];
  readonly #losses: Losses;

  constructor(losses: Losses) {
    this.#losses = losses;
  }

  #next(at: string): string {
    this.#losses.lose(at, madeUp);
    const id = `call${String(++this.#made).padStart(5, "0")}`;
    this.#waiting.push(id);
    return id;
  }

  of(message: RecordMessage, at: string): RecordMessage {
    const { toolCalls, role, toolCallId } = message;
    if (role === "tool" && toolCallId === undefined) {
      const id = this.#waiting.shift();
      return id === undefined ? message : { ...message, toolCallId: id };
    }
    if (toolCalls === undefined) return message;
    this.#waiting = [];
    const calls = toolCalls.map((call, index) =>
      call.id === undefined ? { ...call, id: this.#next(`${at}.toolCalls[${index}]`) } : call,
    );
    return { ...message, toolCalls: calls };
  }
}

export function chatMessages(
  messages: readonly RecordMessage[],
  field: string,
  can: Sayable,
  losses: Losses,
): JsonObject[] {
  const ids = new CallIds(losses);
  return messages.map((message, index) => {
    const at = `${field}[${index}]`;
    const told = can.needsCallIds === true ? ids.of(message, at) : message;
    return chatMessage(told, at, can, losses);
  });
}

export function toolsField(record: DatasetRecord, can: boolean, losses: Losses): JsonObject {
  if (record.tools === undefined) return {};
  if (can) return { tools: record.tools };
  losses.lose("tools", noPlace);
  return {};
}

/** Whether a text is what an object would be written as, so that either can stand for the other. */
export function isWrittenObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && JSON.stringify(value) === text;
  } catch {
    return false;
  }
}

/** Equal whatever the order of keys. */
export const equalJson = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/** All system messages as one text, for a form that has one place for them, and the others. */
export function oneSystem(
  messages: readonly RecordMessage[],
  can: Sayable,
  losses: Losses,
): { system: string | undefined; rest: { message: RecordMessage; at: string }[] } {
  const placed = messages.map((message, index) => ({ message, at: `messages[${index}]` }));
  const system = placed.filter(({ message }) => message.role === "system");
  for (const [index, { message, at }] of system.entries()) {
    unsaid(message, at, can, losses);
    if (index > 0) losses.lose(at, "joined to the system message before it");
    else if (at !== "messages[0]") losses.lose(at, "moved to the start");
  }
  const texts = system.map(({ message, at }) => textOf(message, at, losses));
  const rest = placed.filter(({ message }) => message.role !== "system");
  return { system: texts.length === 0 ? undefined : texts.join("\n\n"), rest };
}
