// Anthropic: messages, with the form of the answer in output_config.
import { at, contentText, countAt, isObject, namesIn, textAt } from "../json.ts";
import type { ChatReply, ProviderKind } from "../types.ts";

const ends: Readonly<Record<string, ChatReply["end"]>> = {
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "refused",
};

/** It refuses schemas that count: numbers of items, lengths, ranges. They are checked when the answer is there. */
const COUNTS = new Set([
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "multipleOf",
]);

function withoutCounts(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutCounts);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([name]) => !COUNTS.has(name));
  return Object.fromEntries(kept.map(([name, part]) => [name, withoutCounts(part)]));
}

export const anthropic: ProviderKind = {
  about: "Anthropic",
  keys: ["ANTHROPIC_API_KEY"],
  needsKey: true,
  address: "https://api.anthropic.com/v1",
  addresses: ["ANTHROPIC_BASE_URL"],
  model: "claude-haiku-4-5",
  modelVariable: "ANTHROPIC_MODEL",
  authorization: (key) => ({ "x-api-key": key }),
  write(model, { system, prompt, schema, maxTokens, temperature }, form) {
    const isForced = schema !== undefined && form === "schema";
    const body = {
      model,
      max_tokens: maxTokens,
      ...(system !== "" && { system }),
      messages: [{ role: "user", content: prompt }],
      // its scale ends at 1
      ...(temperature !== undefined && { temperature: Math.min(temperature, 1) }),
      ...(isForced && {
        output_config: { format: { type: "json_schema", schema: withoutCounts(schema.schema) } },
      }),
    };
    return { path: "/messages", headers: { "anthropic-version": "2023-06-01" }, body };
  },
  read(body) {
    const text = contentText(at(body, "content"));
    if (text === undefined) return undefined;
    const tokensIn = countAt(body, "usage", "input_tokens");
    const tokensOut = countAt(body, "usage", "output_tokens");
    const end = ends[textAt(body, "stop_reason") ?? ""] ?? "stop";
    if (tokensIn === undefined || tokensOut === undefined) return { text, end };
    return { text, end, usage: { tokensIn, tokensOut } };
  },
  list: { path: "/models", read: (body) => namesIn(at(body, "data"), "id") },
};
