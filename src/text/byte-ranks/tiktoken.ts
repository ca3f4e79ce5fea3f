// tiktoken's files: a token in base64 and its rank in each line. How text is cut before is not in them: it goes by the
// model's type. As transformers' TikTokenConverter makes a tokenizer of them.
import { ModelError } from "../../core/errors.ts";
import type { JsonObject } from "../types.ts";
import { preTokenizers } from "../vocabulary/pre-tokenizers.ts";
import { byteRanksDefinition, type Ranks } from "./ranks.ts";

const line = /^([A-Za-z0-9+/]+={0,2}) (\d{1,9})$/;

/** Whether the bytes begin as such a file does. */
export function isTiktoken(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 4096)).toString("latin1");
  return line.test(start.split(/\r?\n/, 1)[0] ?? "");
}

function damaged(file: string, at: number): ModelError {
  return new ModelError("FT-MODEL-020", {
    at: { file, line: at + 1 },
    message: "not one base64 token and its rank, or a token that is there already",
    hint: "download the model again: this file is damaged",
  });
}

/** @throws ModelError FT-MODEL-020 for a damaged file. */
function readRanks(file: string, bytes: Uint8Array): Ranks {
  const ranks = new Map<string, number>();
  const seen = new Set<number>();
  const lines = Buffer.from(bytes).toString("latin1").split(/\r?\n/);
  for (const [at, text] of lines.entries()) {
    if (text === "") continue;
    const [, token = "", rank = ""] = line.exec(text) ?? [];
    const content = Buffer.from(token, "base64").toString("latin1");
    if (content === "" || ranks.has(content) || seen.has(Number(rank))) throw damaged(file, at);
    ranks.set(content, Number(rank));
    seen.add(Number(rank));
  }
  return ranks;
}

/** Chinese text by itself, and words by their case. */
const kimi = (() => {
  const not = "&&[^\\p{Han}]";
  const upper = `[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}${not}]`;
  const lower = `[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}${not}]`;
  const [before, after] = ["[^\\r\\n\\p{L}\\p{N}]?", "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"];
  return [
    "[\\p{Han}]+",
    `${before}${upper}*${lower}+${after}`,
    `${before}${upper}+${lower}*${after}`,
    "\\p{N}{1,3}",
    " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ].join("|");
})();

interface Cut {
  pattern: string;
  normalizer: unknown;
}

function cutOf(preTokenizer: string): Cut {
  const { steps, normalizer } = preTokenizers.get(preTokenizer);
  const [{ pattern } = { pattern: { Regex: "" } }] = steps as { pattern: { Regex: string } }[];
  return { pattern: pattern.Regex, normalizer };
}

/** By the model's type; every other is cut as Llama 3's text is. */
const cuts: Readonly<Record<string, () => Cut>> = {
  qwen: () => cutOf("qwen2"),
  kimi_k2: () => ({ pattern: kimi, normalizer: null }),
  kimi_k25: () => ({ pattern: kimi, normalizer: null }),
  kimi_linear: () => ({ pattern: kimi, normalizer: null }),
};

/** Ids of tokens beyond the file's, as tokenizer_config.json gives them; those between get names of their own. */
function specialTokens(config: JsonObject, first: number): [string, number][] {
  const { added_tokens_decoder: listed } = config;
  const entries = Object.entries((listed ?? {}) as Record<string, { content?: unknown } | null>);
  const named = new Map(
    entries.map(([id, token]): [number, unknown] => [Number(id), token?.content]),
  );
  const inReach = [...named.keys()].filter((id) => id < first + MOST_SPECIAL);
  const last = inReach.reduce((most, id) => Math.max(most, id), -1);
  return Array.from({ length: Math.max(0, last + 1 - first) }, (_, at) => {
    const content = named.get(first + at);
    return [typeof content === "string" ? content : `<|reserved_token_${first + at}|>`, first + at];
  });
}

/** Files have some hundreds. */
const MOST_SPECIAL = 10_000;

/** @throws ModelError FT-MODEL-020 for a damaged file. */
export function tiktokenDefinition(
  file: string,
  bytes: Uint8Array,
  { modelType, config }: { modelType: string; config: JsonObject },
): JsonObject & { added_tokens: JsonObject[] } {
  const ranks = readRanks(file, bytes);
  const cut = Object.hasOwn(cuts, modelType) ? cuts[modelType]?.() : undefined;
  const { pattern, normalizer } = cut ?? cutOf("llama3");
  const first = [...ranks.values()].reduce((most, rank) => Math.max(most, rank), -1) + 1;
  const special = specialTokens(config, first);
  return byteRanksDefinition({ ranks, firstId: 0, pattern, normalizer, special });
}
