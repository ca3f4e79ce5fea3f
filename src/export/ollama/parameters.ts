// PARAMETER lines: where an answer ends, and what generation_config.json says of drawing tokens, in Ollama's words.
// What that file does not say, Ollama's own defaults decide.
import { parsePythonJson } from "../../core/json-text.ts";
import type { NamedFiles } from "../../core/named-files.ts";
import type { Tokenizer } from "../../text/types.ts";
import { between, type ChatShape } from "../chat/chat-shape.ts";

export type Parameter = readonly [name: string, value: string | number];

/** transformers' name and Ollama's. */
const names = [
  ["temperature", "temperature"],
  ["top_k", "top_k"],
  ["top_p", "top_p"],
  ["min_p", "min_p"],
  ["repetition_penalty", "repeat_penalty"],
  ["max_new_tokens", "num_predict"],
] as const;

function settingsIn(files: NamedFiles): Readonly<Record<string, unknown>> {
  const read = parsePythonJson(files.read("generation_config.json")?.toString("utf8") ?? "{}");
  return read.ok ? (read.value as Record<string, unknown>) : {};
}

/** Greedy where the file says that nothing is drawn. */
export function drawingParameters(files: NamedFiles): Parameter[] {
  const settings = settingsIn(files);
  const said = names.flatMap(([theirs, own]): Parameter[] => {
    const value = settings[theirs];
    return typeof value === "number" ? [[own, value]] : [];
  });
  if (settings["do_sample"] !== false) return said;
  const kept = said.filter(([name]) => name === "repeat_penalty" || name === "num_predict");
  return [["temperature", 0], ...kept];
}

/** Texts that end an answer: the model's own tokens, and where the template has others, what stands after a turn. */
export function stopTexts(tokenizer: Tokenizer, { gaps }: ChatShape): string[] {
  const tokens = tokenizer.stopTokenIds.map((id) => tokenizer.decode([id]));
  const ends = tokens.filter((text) => text.trim() !== "");
  const after = (gaps.get(between("assistant", "user")) ?? "").trim();
  const isEnded = after === "" || ends.some((end) => after.startsWith(end));
  // one line: Ollama holds no parameter of several well
  return isEnded ? ends : [...ends, after.split("\n")[0] ?? after];
}
