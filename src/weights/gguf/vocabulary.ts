// The vocabulary of a GGUF file: what its `tokenizer.ggml` keys say, checked.
// How a tokenizer comes of it is text/vocabulary's.
import type { Vocabulary } from "../../text/vocabulary/vocabulary.ts";
import type { Metadata } from "./metadata.ts";

const key = (name: string): string => `tokenizer.ggml.${name}`;

/** Names of tokenizer_config.json, and those of the format. */
const roleKeys: Readonly<Record<string, string>> = {
  bos_token: "bos_token_id",
  eos_token: "eos_token_id",
  unk_token: "unknown_token_id",
  pad_token: "padding_token_id",
};

/** SentencePiece's own order, for files that leave it unsaid. */
const sentencePieceRoles: Readonly<Record<string, number>> = {
  unk_token: 0,
  bos_token: 1,
  eos_token: 2,
};

const stopKeys = ["eot_token_id", "eom_token_id"];

/** @throws ModelError FT-WEIGHTS-054 (exit 7) when keys are missing, of another kind, or do not fit together. */
export function vocabularyOf(metadata: Metadata): Vocabulary {
  const kind = metadata.text(key("model"));
  const tokens = metadata.texts(key("tokens"));
  if (kind === undefined || tokens === undefined) {
    throw metadata.problem("there is no tokenizer in its metadata");
  }
  const last = tokens.length - 1;
  const idAt = (name: string): number | undefined => metadata.integer(key(name), 0, last);
  return {
    kind,
    pre: metadata.text(key("pre")),
    tokens,
    types: perToken(metadata, "token_type", tokens),
    scores: perToken(metadata, "scores", tokens),
    merges: merges(metadata),
    roles: rolesOf(kind, idAt),
    stops: stopKeys.map(idAt).filter((id) => id !== undefined),
    addBos: metadata.flag(key("add_bos_token")),
    addEos: metadata.flag(key("add_eos_token")),
    addSpacePrefix: metadata.flag(key("add_space_prefix")),
    chatTemplate: metadata.text("tokenizer.chat_template"),
  };
}

function perToken(
  metadata: Metadata,
  name: string,
  tokens: readonly string[],
): ArrayLike<number> | undefined {
  const list = metadata.numbers(key(name));
  if (list === undefined || list.length === tokens.length) return list;
  throw metadata.problem(`${key(name)} has ${list.length} items for ${tokens.length} tokens`);
}

function merges(metadata: Metadata): string[] | undefined {
  const found = metadata.texts(key("merges"));
  const bad = found?.find((merge) => merge.indexOf(" ", 1) < 0);
  if (bad === undefined) return found;
  throw metadata.problem(`merge ${JSON.stringify(bad)} has no two sides`);
}

function rolesOf(kind: string, idAt: (name: string) => number | undefined): Record<string, number> {
  const usual = kind === "llama" ? sentencePieceRoles : {};
  const roles = Object.entries(roleKeys).map(([role, name]) => [role, idAt(name) ?? usual[role]]);
  return Object.fromEntries(roles.filter(([, id]) => id !== undefined)) as Record<string, number>;
}
