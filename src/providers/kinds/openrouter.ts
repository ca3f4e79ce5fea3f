// OpenRouter: many services behind one key; it says itself what an answer cost.
import { at, namesIn } from "../json.ts";
import type { ProviderKind } from "../types.ts";
import { bearer, chatBody, readChat } from "./openai-chat.ts";

export const openrouter: ProviderKind = {
  about: "OpenRouter",
  keys: ["OPENROUTER_API_KEY"],
  needsKey: true,
  address: "https://openrouter.ai/api/v1",
  addresses: ["OPENROUTER_BASE_URL"],
  model: "moonshotai/kimi-k2.5",
  modelVariable: "OPENROUTER_MODEL",
  authorization: bearer,
  write(model, request, form) {
    const { maxTokens, seed } = request;
    const body = {
      ...chatBody(model, request, form),
      max_tokens: maxTokens,
      ...(seed !== undefined && { seed }),
      usage: { include: true },
      // only services that keep to what is asked of the answer's form
      ...(form === "schema" && { provider: { require_parameters: true } }),
    };
    return { path: "/chat/completions", body };
  },
  read: readChat,
  list: { path: "/models", read: (body) => namesIn(at(body, "data"), "id") },
};
