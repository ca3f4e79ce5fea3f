import { createRenderer } from "../../text/renderer.ts";
// Counts with the tokenizer of a model's folder, and conversations with its own chat template where it has one.
import { loadTokenizer } from "../../text/tokenizer.ts";
import type { Message, Role, Tokenizer } from "../../text/types.ts";
import type { Conversation, CountChat, CountText } from "./chat-forms.ts";
import type { CountedMessage } from "./counted-message.ts";
import { counterOf, type TokenCounter } from "./encodings.ts";

function messageOf({ role, content, name, calls, callId }: CountedMessage): Message {
  const toolCalls = calls.map((call) => ({
    ...(call.id !== undefined && { id: call.id }),
    name: call.name,
    arguments: call.arguments,
  }));
  return {
    role: role as Role,
    content,
    ...(name !== undefined && { name }),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(callId !== undefined && { toolCallId: callId }),
  };
}

/** The rendering's tokens: those that begin and end it are part of it. */
function templateChat(tokenizer: Tokenizer): CountChat {
  const renderer = createRenderer(tokenizer, { template: "auto" });
  return (_count: CountText, { messages, tools }: Conversation): number => {
    const sample = {
      kind: "chat" as const,
      messages: messages.map(messageOf),
      ...(tools.length > 0 && { tools: tools as Record<string, unknown>[] }),
    };
    return renderer.render(sample, "all").ids.length;
  };
}

/** Without a template: the texts alone. */
const textsOnly: CountChat = (count, { messages }) =>
  messages.reduce((sum, { content }) => sum + count(content), 0);

/** Throws what `loadTokenizer` throws. */
export async function folderCounter(folder: string): Promise<TokenCounter> {
  const tokenizer = await loadTokenizer(folder);
  return counterOf(folder, {
    text: (text) => tokenizer.encodeWithOffsets(text, { literal: true }).ids.length,
    chat: tokenizer.chatTemplate === undefined ? textsOnly : templateChat(tokenizer),
  });
}
