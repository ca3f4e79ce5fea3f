// Google's Gemini API: generateContent, with the form of the answer as a JSON schema.
import { at, contentText, countAt, namesIn, textAt } from "../json.ts";
import type { ChatReply, ProviderKind } from "../types.ts";

/** Whatever else it ends with is a refusal: SAFETY, RECITATION, BLOCKLIST, … */
const ends: Readonly<Record<string, ChatReply["end"]>> = { STOP: "stop", MAX_TOKENS: "length" };

/** Thoughts are counted apart and paid as answers. */
function usageIn(body: unknown): Pick<ChatReply, "usage"> {
  const tokensIn = countAt(body, "usageMetadata", "promptTokenCount");
  if (tokensIn === undefined) return {};
  const written = countAt(body, "usageMetadata", "candidatesTokenCount") ?? 0;
  const thought = countAt(body, "usageMetadata", "thoughtsTokenCount") ?? 0;
  return { usage: { tokensIn, tokensOut: written + thought } };
}

export const google: ProviderKind = {
  about: "Google Gemini",
  keys: ["GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
  needsKey: true,
  address: "https://generativelanguage.googleapis.com/v1beta",
  addresses: ["GOOGLE_BASE_URL", "GEMINI_BASE_URL"],
  model: "gemini-2.5-flash",
  modelVariable: "GOOGLE_MODEL",
  // a header: in the address it would stand in every log on the way
  authorization: (key) => ({ "x-goog-api-key": key }),
  write(model, { system, prompt, schema, maxTokens, temperature, seed }, form) {
    const isJson = schema !== undefined && form !== "words";
    const generationConfig = {
      maxOutputTokens: maxTokens,
      ...(temperature !== undefined && { temperature }),
      ...(seed !== undefined && { seed }),
      ...(isJson && { responseMimeType: "application/json" }),
      ...(isJson && form === "schema" && { responseJsonSchema: schema.schema }),
    };
    const body = {
      ...(system !== "" && { systemInstruction: { parts: [{ text: system }] } }),
      contents: [{ role: "user", parts: [{ text: prompt }] }],
      generationConfig,
    };
    return { path: `/models/${encodeURIComponent(model)}:generateContent`, body };
  },
  read(body) {
    const blocked = textAt(body, "promptFeedback", "blockReason");
    if (blocked !== undefined) return { text: blocked, end: "refused", ...usageIn(body) };
    const candidate = at(body, "candidates", 0);
    if (candidate === undefined) return undefined;
    const text = contentText(at(candidate, "content", "parts")) ?? "";
    const end = ends[textAt(candidate, "finishReason") ?? "STOP"] ?? "refused";
    return { text, end, ...usageIn(body) };
  },
  list: {
    path: "/models",
    read: (body) => namesIn(at(body, "models"), "name").map((name) => name.replace("models/", "")),
  },
};
