// The request and answer of OpenAI's chat completions, which many services speak. Not a service itself.
import { at, contentText, countAt, type JsonObject, textAt } from "../json.ts";
import type { ChatReply, ChatRequest, SchemaForm, Usage } from "../types.ts";

/** The usual header of a key. */
export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

function responseFormat(
  { schema }: ChatRequest,
  form: SchemaForm,
): { response_format?: JsonObject } {
  if (schema === undefined || form === "words") return {};
  if (form === "json") return { response_format: { type: "json_object" } };
  return { response_format: { type: "json_schema", json_schema: { ...schema, strict: true } } };
}

/** What all of them take; how the length of an answer is named differs. */
export function chatBody(model: string, request: ChatRequest, form: SchemaForm): JsonObject {
  const { system, prompt, temperature } = request;
  const messages = [
    { role: "system", content: system },
    { role: "user", content: prompt },
  ].filter(({ content }) => content !== "");
  return {
    model,
    messages,
    ...(temperature !== undefined && { temperature }),
    ...responseFormat(request, form),
  };
}

/** Some services say what an answer cost: OpenRouter does, in dollars. */
function usageIn(body: unknown): Usage | undefined {
  const tokensIn = countAt(body, "usage", "prompt_tokens");
  const tokensOut = countAt(body, "usage", "completion_tokens");
  const dollars = countAt(body, "usage", "cost");
  if (tokensIn === undefined || tokensOut === undefined) return undefined;
  return { tokensIn, tokensOut, ...(dollars !== undefined && { cost: Math.round(dollars * 1e9) }) };
}

const ends: Readonly<Record<string, ChatReply["end"]>> = {
  length: "length",
  model_length: "length",
  content_filter: "refused",
};

export function readChat(body: unknown): ChatReply | undefined {
  const message = at(body, "choices", 0, "message");
  if (message === undefined) return undefined;
  const usage = usageIn(body);
  const refusal = textAt(message, "refusal");
  const text = contentText(at(message, "content")) ?? "";
  const finish = textAt(body, "choices", 0, "finish_reason") ?? "stop";
  const end = refusal !== undefined && text === "" ? "refused" : (ends[finish] ?? "stop");
  return { text: text || (refusal ?? ""), end, ...(usage !== undefined && { usage }) };
}
