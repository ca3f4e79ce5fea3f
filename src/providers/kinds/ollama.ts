// Ollama: models on this machine or another of one's own.
import { at, countAt, namesIn, textAt } from "../json.ts";
import type { ProviderKind } from "../types.ts";

export const ollama: ProviderKind = {
  about: "Ollama",
  keys: ["OLLAMA_API_KEY"],
  needsKey: false,
  address: "http://127.0.0.1:11434",
  addresses: ["OLLAMA_URL", "OLLAMA_BASE_URL", "OLLAMA_HOST"],
  model: undefined,
  modelVariable: "OLLAMA_MODEL",
  authorization: (key) => ({ authorization: `Bearer ${key}` }),
  write(model, { system, prompt, schema, maxTokens, temperature, seed }, form) {
    const isJson = schema !== undefined && form !== "words";
    const messages = [
      { role: "system", content: system },
      { role: "user", content: prompt },
    ].filter(({ content }) => content !== "");
    const options = {
      num_predict: maxTokens,
      ...(temperature !== undefined && { temperature }),
      ...(seed !== undefined && { seed }),
    };
    const body = {
      model,
      messages,
      stream: false,
      ...(isJson && { format: form === "schema" ? schema.schema : "json" }),
      options,
    };
    return { path: "/api/chat", body };
  },
  read(body) {
    const text = textAt(body, "message", "content");
    if (text === undefined) return undefined;
    const end = textAt(body, "done_reason") === "length" ? "length" : "stop";
    const tokensIn = countAt(body, "prompt_eval_count") ?? 0;
    const tokensOut = countAt(body, "eval_count");
    return tokensOut === undefined ? { text, end } : { text, end, usage: { tokensIn, tokensOut } };
  },
  list: { path: "/api/tags", read: (body) => namesIn(at(body, "models"), "name") },
};
