// Mistral: chat completions with a seed of its own name.
import { at, namesIn } from "../json.ts";
import type { ProviderKind } from "../types.ts";
import { bearer, chatBody, readChat } from "./openai-chat.ts";

export const mistral: ProviderKind = {
  about: "Mistral",
  keys: ["MISTRAL_API_KEY"],
  needsKey: true,
  address: "https://api.mistral.ai/v1",
  addresses: ["MISTRAL_BASE_URL"],
  model: "mistral-small-latest",
  modelVariable: "MISTRAL_MODEL",
  authorization: bearer,
  write(model, request, form) {
    const { maxTokens, seed } = request;
    const body = {
      ...chatBody(model, request, form),
      max_tokens: maxTokens,
      ...(seed !== undefined && { random_seed: seed }),
    };
    return { path: "/chat/completions", body };
  },
  read: readChat,
  list: { path: "/models", read: (body) => namesIn(at(body, "data"), "id") },
};
