// Whether a template can say what a conversation holds: what it cannot would be dropped without a word, so the row is
// refused, with the field. Knows no template; each tells what it can.
import { DataError } from "../core/errors.ts";
import type { ContentPart, JsonObject, Message, Role } from "./types.ts";

/** What a template can say besides roles and texts. */
export interface Sayable {
  readonly tools: boolean;
  readonly toolCalls: boolean;
  readonly reasoning: boolean;
  names(role: Role): boolean;
  /** A part that is not text. */
  part(part: ContentPart): boolean;
}

/** What is to be said. */
export interface Spoken {
  messages: readonly Message[];
  tools?: readonly JsonObject[];
}

/** For templates of plain text. */
export function plainSayable(saysNames: boolean): Sayable {
  const no = { tools: false, toolCalls: false, reasoning: false };
  return { ...no, names: () => saysNames, part: () => false };
}

/** Something that cannot be said: the row's key, and what it is called. */
type Unsaid = [key: string, what: string];

/** Of a tool's answer a name tells which call it answers, as `tool_call_id` does: many templates go by order. */
function unsaidName({ role, name }: Message, can: Sayable): Unsaid[] {
  const isPlain = name === undefined || role === "tool" || can.names(role);
  return isPlain ? [] : [["name", `the name of a ${role} message`]];
}

function unsaidParts({ content }: Message, can: Sayable): Unsaid[] {
  if (typeof content !== "object") return [];
  return content.flatMap((part, at): Unsaid[] => {
    if (part.type === "text" || can.part(part)) return [];
    return [[`content[${at}]`, `a part of the kind ${JSON.stringify(part.type)}`]];
  });
}

function unsaidIn(message: Message, can: Sayable): Unsaid[] {
  const calls = message.toolCalls !== undefined && !can.toolCalls;
  const thoughts = message.reasoning !== undefined && !can.reasoning;
  return [
    ...unsaidName(message, can),
    ...unsaidParts(message, can),
    ...(thoughts ? [["reasoning_content", "reasoning"] satisfies Unsaid] : []),
    ...(calls ? [["tool_calls", "tool calls"] satisfies Unsaid] : []),
  ];
}

const elsewhere =
  "write it as text in content, remove it, or use a model whose own template supports it (--template auto)";
const withoutNames =
  "ft data convert FILE -o OUT --to trl --no-names removes names; or use a model whose own template supports them";

function refusal(template: string, [field, what]: Unsaid): DataError {
  return new DataError("FT-DATA-022", {
    at: { field },
    message: `${template} cannot represent ${what}`,
    hint: field.endsWith(".name") ? withoutNames : elsewhere,
  });
}

/** Throws DataError FT-DATA-022 with the first field that `template` (as people call it) cannot say. */
export function requireSayable({ messages, tools }: Spoken, can: Sayable, template: string): void {
  if (tools !== undefined && !can.tools)
    throw refusal(template, ["tools", "which tools there are"]);
  for (const [at, message] of messages.entries()) {
    const [unsaid] = unsaidIn(message, can);
    if (unsaid !== undefined) {
      throw refusal(template, [`messages[${at}].${unsaid[0]}`, unsaid[1]]);
    }
  }
}
