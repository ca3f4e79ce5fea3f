// Reads what a model's small files say about its tokenizer: the tokenizer itself as one JSON text, special and
// stop tokens, the chat template. Not the tokenizer: ids are made by tokenizer-engine.ts.
import { join } from "node:path";
import { ModelError } from "../core/errors.ts";
import { jsonText, parsePythonJson } from "../core/json-text.ts";
import type { NamedFiles } from "../core/named-files.ts";
import { type FoundTokenizer, foundTokenizer, tokenizerForms } from "./tokenizer-forms.ts";
import { tokenizerProblem } from "./tokenizer-limits.ts";
import { framingProcessor, type Named } from "./vocabulary/framing.ts";

export interface TokenizerFiles {
  /** A whole tokenizer.json, also for folders that hold their tokenizer in another form. */
  definition: string;
  /** The added tokens marked special, as text. */
  specialContents: string[];
  /** By role name: bos_token, eos_token, pad_token, unk_token, … */
  specialTokens: Record<string, string>;
  chatTemplate: string | undefined;
  /** The template for conversations with tools, where there is one apart. */
  toolTemplate: string | undefined;
  /** eos_token_id of generation_config.json, else of config.json. */
  generationStopIds: number[];
}

type Json = Record<string, unknown>;

function readJson(files: NamedFiles, name: string): Json {
  const text = files.read(name)?.toString("utf8");
  if (text === undefined) return {};
  const result = parsePythonJson(text);
  const isObject = result.ok && typeof result.value === "object" && result.value !== null;
  if (isObject) return result.value as Json;
  const reason = result.ok ? "not an object" : result.problem.reason;
  throw new ModelError("FT-MODEL-020", {
    at: { file: join(files.at, name), ...(!result.ok && { line: result.problem.line }) },
    message: `not a JSON object (${reason})`,
    hint: "download the model again: this file is damaged",
  });
}

/** Tokens are written as text or as an object with `content`. */
function tokenText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

function specialTokens(...sources: Json[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) {
      const text = key.endsWith("_token") ? tokenText(value) : undefined;
      if (text !== undefined) found[key] = text;
    }
  }
  return found;
}

/** One template, or a list of named ones: `default` is for plain conversations, `tool_use` for those with tools. */
function templateText(value: unknown, wanted: "default" | "tool_use"): string | undefined {
  if (typeof value === "string") return wanted === "default" ? value : undefined;
  if (!Array.isArray(value)) return undefined;
  const named = value as ({ name?: unknown; template?: unknown } | null)[];
  const chosen = named.find((entry) => entry?.name === wanted);
  return typeof chosen?.template === "string" ? chosen.template : undefined;
}

/** transformers' order: the separate file wins over tokenizer_config.json. */
function chatTemplates(
  files: NamedFiles,
  config: Json,
): Pick<TokenizerFiles, "chatTemplate" | "toolTemplate"> {
  const separate = files.read("chat_template.jinja")?.toString("utf8");
  if (separate !== undefined) return { chatTemplate: separate, toolTemplate: undefined };
  const sources = [readJson(files, "chat_template.json")["chat_template"], config["chat_template"]];
  const first = (wanted: "default" | "tool_use"): string | undefined =>
    sources.map((source) => templateText(source, wanted)).find((text) => text !== undefined);
  return { chatTemplate: first("default"), toolTemplate: first("tool_use") };
}

function idList(value: unknown): number[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((id) => typeof id === "number");
}

function stopIds(files: NamedFiles): number[] {
  const generation = idList(readJson(files, "generation_config.json")["eos_token_id"]);
  return generation.length > 0
    ? generation
    : idList(readJson(files, "config.json")["eos_token_id"]);
}

function addedToken(content: string, id: unknown): Json[] {
  if (typeof id !== "number") return [];
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return [{ id, content, ...plain, special: true }];
}

/** Tokens that tokenizer_config.json adds and tokenizer.json does not know, in the order of their ids. */
function missingTokens(config: Json, known: ReadonlySet<unknown>): Json[] {
  const decoder = config["added_tokens_decoder"];
  if (typeof decoder !== "object" || decoder === null) return [];
  return Object.entries(decoder as Record<string, Json>)
    .map(([id, token]): Json & { id: number } => ({ ...token, id: Number(id) }))
    .filter(({ content }) => typeof content === "string" && !known.has(content))
    .sort((a, b) => a.id - b.id);
}

/** transformers' order; tokens that roles name and nobody has added yet become special in this order. */
const roles = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].map((role) => `${role}_token`);

function namedTokens(special: Record<string, string>, known: ReadonlySet<unknown>): Json[] {
  const named = roles.map((role) => special[role]).filter((text) => text !== undefined);
  // The library gives each its own id: that of the vocabulary, or the next one.
  return [...new Set(named)]
    .filter((text) => !known.has(text))
    .flatMap((text) => addedToken(text, 0));
}

function damaged(files: NamedFiles, message: string, cause?: unknown): ModelError {
  return new ModelError("FT-MODEL-020", {
    at: { file: join(files.at, "tokenizer.json") },
    message,
    hint: "download the model again: this file is damaged",
    cause,
  });
}

function addedTokens(listed: unknown, files: NamedFiles): Json[] {
  const isToken = (token: unknown): boolean =>
    typeof (token as { content?: unknown } | null)?.content === "string";
  if (Array.isArray(listed) && listed.every(isToken)) return listed as Json[];
  throw damaged(files, "added_tokens is not a list of tokens");
}

/** Truncation and padding that happen to be saved in the file would cut what is learned: they go. */
function definition(
  files: NamedFiles,
  found: FoundTokenizer,
  config: Json,
  special: Record<string, string>,
): Json & { added_tokens: Json[] } {
  const contents = (tokens: Json[]): Set<unknown> => new Set(tokens.map((one) => one["content"]));
  const listed = addedTokens(found.definition["added_tokens"] ?? [], files);
  const decoded = [...listed, ...missingTokens(config, contents(listed))];
  const added_tokens = [...decoded, ...namedTokens(special, contents(decoded))];
  const whole = { ...found.definition, truncation: null, padding: null, added_tokens };
  if (found.framing === undefined) return whole;
  return { ...whole, post_processor: framing(whole, { config, special, usual: found.framing }) };
}

interface Framing {
  config: Json;
  special: Record<string, string>;
  /** Where tokenizer_config.json does not say. */
  usual: Readonly<{ bos: boolean; eos: boolean }>;
}

/** What is put around a text, where the files have no post-processor. */
function framing({ added_tokens }: { added_tokens: Json[] }, { config, special, usual }: Framing) {
  const tokenOf = (role: "bos" | "eos"): Named | undefined => {
    const isWanted = config[`add_${role}_token`] ?? usual[role];
    const content = isWanted === true ? special[`${role}_token`] : undefined;
    const id = added_tokens.find((token) => token["content"] === content)?.["id"];
    return content === undefined || typeof id !== "number" ? undefined : { content, id };
  };
  return framingProcessor(tokenOf("bos"), tokenOf("eos"));
}

function refuseWithoutTokenizer(files: NamedFiles): ModelError {
  const titles = tokenizerForms.map(({ title }) => title);
  return new ModelError("FT-MODEL-021", {
    at: { file: files.at },
    message: `there is no tokenizer: neither ${titles.join(", nor ")}`,
    hint: "use a revision of the model that has tokenizer.json",
  });
}

/** The definition as one text, if the library can be trusted with it. */
function definitionText(whole: Json, files: NamedFiles): string {
  const problem = tokenizerProblem(whole);
  if (problem !== undefined) {
    throw new ModelError("FT-MODEL-026", {
      at: { file: join(files.at, "tokenizer.json") },
      message: `the tokenizer is refused, because running it could crash the program: ${problem}`,
      hint: "use another revision of the model, or another model",
    });
  }
  try {
    return JSON.stringify(whole);
  } catch (cause) {
    throw damaged(files, `nested too deeply (${String(cause)})`, cause);
  }
}

/** Reads the tokenizer's files. Throws ModelError FT-MODEL-020 (damaged), -021 (absent), -025 (of a kind that is
 * not built) or -026 (hostile). */
export function readTokenizerFiles(files: NamedFiles): TokenizerFiles {
  const config = readJson(files, "tokenizer_config.json");
  const json = (name: string): Json => readJson(files, name);
  const modelType = jsonText(json("config.json")["model_type"]);
  const found = foundTokenizer({ files, config, modelType, json });
  if (found === undefined) throw refuseWithoutTokenizer(files);
  const said = specialTokens(json("special_tokens_map.json"), config);
  const special = { ...found.roles, ...said };
  const whole = definition(files, found, config, special);
  const specials = whole.added_tokens.filter((token) => token["special"] === true);
  return {
    definition: definitionText(whole, files),
    specialContents: specials.map((token) => jsonText(token["content"])),
    specialTokens: special,
    ...chatTemplates(files, config),
    generationStopIds: stopIds(files),
  };
}
