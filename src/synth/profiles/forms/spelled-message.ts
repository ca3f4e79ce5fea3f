// A message of ours in the spelling of chats.
import type { JsonObject, Message } from "../../../text/types.ts";

export function spelledMessage({
  toolCalls,
  toolCallId,
  reasoning,
  ...message
}: Message): JsonObject {
  const calls = toolCalls?.map(({ id, name, arguments: given }) => ({
    ...(id !== undefined && { id }),
    type: "function",
    function: { name, arguments: given },
  }));
  return {
    ...message,
    ...(calls !== undefined && { tool_calls: calls }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
    ...(reasoning !== undefined && { reasoning_content: reasoning }),
  };
}
