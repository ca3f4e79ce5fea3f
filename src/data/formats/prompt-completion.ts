// Prompt and completion rows: two strings, or two lists of chat messages as TRL writes them.
// Becomes a conversation, so the template wraps both parts.
import { chatSpelling } from "./chat.ts";
import { type FieldProblem, filledText, isPresent, type RowFormat } from "./format.ts";
import { parseConversation } from "./messages.ts";

export const promptCompletion: RowFormat = {
  title: "prompt and completion format",
  detect: (row) => isPresent(row.prompt) && isPresent(row.completion),
  parse(row) {
    if (Array.isArray(row.prompt) && Array.isArray(row.completion)) {
      const list = [...row.prompt, ...row.completion];
      return parseConversation(list, "prompt+completion", chatSpelling, row);
    }
    const prompt = filledText(row.prompt, "prompt");
    const completion = filledText(row.completion, "completion");
    if (typeof prompt === "string" && typeof completion === "string") {
      const messages = [
        { role: "user" as const, content: prompt },
        { role: "assistant" as const, content: completion },
      ];
      return { sample: { kind: "chat", messages } };
    }
    const isProblem = (part: string | FieldProblem): part is FieldProblem =>
      typeof part !== "string";
    return { problems: [prompt, completion].filter(isProblem) };
  },
};
