// Mistral's Tekken (tekken.json): byte strings in order of rank, behind special tokens. As transformers' converter for
// it makes a tokenizer; its text is cut by the pattern that the file has.
import { ModelError } from "../../core/errors.ts";
import { parsePythonJson } from "../../core/json-text.ts";
import type { JsonObject } from "../types.ts";
import { byteRanksDefinition } from "./ranks.ts";

/** Those of files that name none (mistral-common), by id. */
const usualSpecial: readonly string[] = [
  ...["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]"],
  ...["[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]"],
  ...["[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"],
  "[TOOL_CONTENT]",
];

export const tekkenRoles: Readonly<Record<string, string>> = {
  bos_token: "<s>",
  eos_token: "</s>",
  unk_token: "<unk>",
  pad_token: "<pad>",
};

const MOST_TOKENS = 4_000_000;
/** Files have a thousand; each of them is looked for in every text. */
const MOST_SPECIAL = 10_000;

class Damaged extends Error {}

function numberIn(value: unknown, usual: number): number {
  if (value === undefined || value === null) return usual;
  if (Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MOST_TOKENS)
    return Number(value);
  throw new Damaged("its config has no sound numbers");
}

/** Special tokens by id: those that the file names, and names for the rest of their room. */
function specialTokens(listed: unknown, room: unknown): string[] {
  const named = listed === undefined || listed === null ? undefined : listed;
  if (named !== undefined && !Array.isArray(named)) throw new Damaged("special_tokens is no list");
  const entries = (named as { rank?: unknown; token_str?: unknown }[] | undefined)?.toSorted(
    (a, b) => numberIn(a?.rank, 0) - numberIn(b?.rank, 0),
  );
  const isSound = (entry: { rank?: unknown; token_str?: unknown }, at: number): boolean =>
    entry?.rank === at && typeof entry.token_str === "string";
  if (entries?.every(isSound) === false) throw new Damaged("special_tokens have gaps");
  const names = entries?.map(({ token_str }) => String(token_str)) ?? [...usualSpecial];
  const count = numberIn(room, names.length);
  if (count > MOST_SPECIAL) throw new Damaged(`room for ${count} special tokens`);
  return Array.from(
    { length: Math.max(count, names.length) },
    (_, id) => names[id] ?? `<SPECIAL_${id}>`,
  );
}

function ranksOf(vocabulary: unknown, count: number): Map<string, number> {
  if (!Array.isArray(vocabulary)) throw new Damaged("it has no vocab");
  const ranks = new Map<string, number>();
  for (const [rank, entry] of vocabulary.slice(0, count).entries()) {
    const bytes = (entry as { token_bytes?: unknown } | null)?.token_bytes;
    const token = Buffer.from(typeof bytes === "string" ? bytes : "", "base64").toString("latin1");
    if (token === "") throw new Damaged(`token ${rank} has no bytes`);
    ranks.set(token, rank);
  }
  return ranks;
}

function definitionOf(text: string): JsonObject & { added_tokens: JsonObject[] } {
  const parsed = parsePythonJson(text);
  if (!parsed.ok) throw new Damaged(parsed.problem.reason);
  const file = (parsed.value ?? {}) as JsonObject;
  const config = (file["config"] ?? {}) as JsonObject;
  const { pattern } = config;
  if (typeof pattern !== "string") throw new Damaged("its config has no pattern");
  const special = specialTokens(file["special_tokens"], config["default_num_special_tokens"]);
  const size = numberIn(config["default_vocab_size"], MOST_TOKENS);
  const ranks = ranksOf(file["vocab"], Math.max(0, size - special.length));
  return byteRanksDefinition({
    ...{ ranks, pattern, firstId: special.length, normalizer: null },
    special: special.map((content, id) => [content, id] as const),
  });
}

/** @throws ModelError FT-MODEL-020 for a damaged file. */
export function tekkenDefinition(
  file: string,
  bytes: Uint8Array,
): JsonObject & { added_tokens: JsonObject[] } {
  try {
    return definitionOf(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new ModelError("FT-MODEL-020", {
      at: { file },
      message: `not a valid Tekken file: ${error.message}`,
      hint: "download the model again: this file is damaged",
      cause: error,
    });
  }
}
