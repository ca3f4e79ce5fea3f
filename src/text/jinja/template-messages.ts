// Messages and tools as chat templates read them: the names and shapes of transformers' apply_chat_template, where a
// key that a message lacks is left out. Decides nothing: what a template can say is asked in capabilities.ts.
import { textOf } from "../conversation.ts";
import type { JsonObject, Message, ToolCall } from "../types.ts";
import { pythonJson } from "./python-text.ts";
import { valueOf } from "./runtime.ts";

/** What differs between templates in how they want to be told. */
export interface Wording {
  /** Whether content may be a list of parts; else their texts are joined. */
  parts: boolean;
  /** Whether the arguments of a call are an object, or its JSON text. */
  argumentsAs: "object" | "text";
}

function argumentsOf({ arguments: given }: ToolCall, { argumentsAs }: Wording): unknown {
  if (argumentsAs === "object") return typeof given === "string" ? parsedArguments(given) : given;
  return typeof given === "string" ? given : pythonJson(valueOf(given));
}

/** Rows are checked when they are read; what else is given is passed on as the text it is. */
function parsedArguments(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text);
  } catch {
    return text;
  }
}

function templateCall(call: ToolCall, wording: Wording): JsonObject {
  const said = { name: call.name, arguments: argumentsOf(call, wording) };
  return { ...(call.id !== undefined && { id: call.id }), type: "function", function: said };
}

function templateMessage(message: Message, wording: Wording): JsonObject {
  const { role, content, name, reasoning, toolCalls, toolCallId } = message;
  const told = typeof content === "object" && wording.parts ? content : textOf(message);
  return {
    role,
    ...(content !== undefined && { content: told }),
    ...(name !== undefined && { name }),
    // One of these is read, depending on the template's age.
    ...(reasoning !== undefined && {
      reasoning_content: reasoning,
      thinking: reasoning,
      reasoning,
    }),
    ...(toolCalls !== undefined && {
      tool_calls: toolCalls.map((call) => templateCall(call, wording)),
    }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  };
}

export function templateMessages(messages: readonly Message[], wording: Wording): JsonObject[] {
  return messages.map((message) => templateMessage(message, wording));
}
