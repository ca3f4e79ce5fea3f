// Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, LM Studio, ft serve, Together, Groq, Fireworks, …
import { at, namesIn } from "../json.ts";
import type { ProviderKind } from "../types.ts";
import { bearer, chatBody, readChat } from "./openai-chat.ts";

export const openaiCompatible: ProviderKind = {
  about: "any server with OpenAI's chat completions, at --base-url",
  keys: ["OPENAI_COMPATIBLE_API_KEY", "OPENAI_API_KEY"],
  needsKey: false,
  address: undefined,
  addresses: ["OPENAI_COMPATIBLE_BASE_URL", "OPENAI_BASE_URL"],
  model: undefined,
  modelVariable: "OPENAI_COMPATIBLE_MODEL",
  authorization: bearer,
  write(model, request, form) {
    const { maxTokens, seed } = request;
    const body = {
      ...chatBody(model, request, form),
      max_tokens: maxTokens,
      ...(seed !== undefined && { seed }),
    };
    return { path: "/chat/completions", body };
  },
  read: readChat,
  list: { path: "/models", read: (body) => namesIn(at(body, "data"), "id") },
};
