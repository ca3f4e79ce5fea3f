// OpenAI: chat completions.
import { namesIn, at } from "../json.ts";
import type { ProviderKind } from "../types.ts";
import { bearer, chatBody, readChat } from "./openai-chat.ts";

/** Models that think first take no temperature. */
const thinks = (model: string): boolean => /^(?:o\d|gpt-[5-9])/.test(model);

export const openai: ProviderKind = {
  about: "OpenAI",
  keys: ["OPENAI_API_KEY"],
  needsKey: true,
  address: "https://api.openai.com/v1",
  addresses: ["OPENAI_BASE_URL"],
  model: "gpt-5-mini",
  modelVariable: "OPENAI_MODEL",
  authorization: bearer,
  write(model, request, form) {
    const { temperature, ...others } = request;
    const asked = thinks(model) || temperature === undefined ? others : request;
    const body = {
      ...chatBody(model, asked, form),
      max_completion_tokens: request.maxTokens,
      ...(request.seed !== undefined && !thinks(model) && { seed: request.seed }),
    };
    return { path: "/chat/completions", body };
  },
  read: readChat,
  list: { path: "/models", read: (body) => namesIn(at(body, "data"), "id") },
};
