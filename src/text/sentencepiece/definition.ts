// A tokenizer.json of a SentencePiece model: as transformers makes one of a tokenizer.model that stands alone.
// Special tokens that configuration files add are not its business.
import type { JsonObject } from "../types.ts";
import { idsOf, tokenTypes } from "../vocabulary/vocabulary.ts";
import type { Piece, SentencePieceModel } from "./model.ts";

/** Parting takes time with the square of the length; SentencePiece makes pieces of 16 characters unless told otherwise. */
const LONGEST_PARTED = 128;

interface Merge {
  sides: [string, string];
  /** The piece, which was found the earlier the more often it occurs. */
  id: number;
  /** Characters of the left side. */
  left: number;
}

function isPart({ type }: Piece): boolean {
  return type === tokenTypes.normal || type === tokenTypes.userDefined;
}

function* partings(text: string, id: number, known: ReadonlySet<string>): Generator<Merge> {
  let [at, left] = [0, 0];
  for (const character of text) {
    at += character.length;
    left++;
    const sides: [string, string] = [text.slice(0, at), text.slice(at)];
    if (sides.every((side) => known.has(side))) yield { sides, id, left };
  }
}

/** Every way to join two pieces to a piece, the earlier piece first. */
function mergesOf({ pieces }: SentencePieceModel): [string, string][] {
  const known = new Set(pieces.filter(isPart).map(({ text }) => text));
  const merges = [...pieces.entries()]
    .filter(([, piece]) => isPart(piece) && piece.text.length <= LONGEST_PARTED)
    .flatMap(([id, { text }]) => [...partings(text, id, known)]);
  return merges.sort((a, b) => a.id - b.id || a.left - b.left).map(({ sides }) => sides);
}

function modelOf(model: SentencePieceModel): unknown {
  const { pieces, ids, byteFallback: byte_fallback, algorithm } = model;
  if (algorithm === "unigram") {
    const vocab = pieces.map(({ text, score }) => [text, score]);
    return { type: "Unigram", vocab, unk_id: ids.unk ?? null, byte_fallback };
  }
  const unk_token = pieces[ids.unk ?? -1]?.text ?? null;
  const vocab = idsOf(pieces.map(({ text }) => text));
  return { type: "BPE", vocab, merges: mergesOf(model), unk_token, fuse_unk: true, byte_fallback };
}

/** Whether a space goes in front of each text, and of which parts of it. */
type Prefix = "none" | "each part" | "first part";

/**
 * SentencePiece puts it before each text that it is given, which here are the parts between special tokens.
 * Tokenizers whose tokenizer_config.json says `legacy: false` put it before the first alone.
 */
function prefixOf({ addsPrefix }: SentencePieceModel, config: JsonObject): Prefix {
  if ((config["add_prefix_space"] ?? addsPrefix) !== true) return "none";
  return config["legacy"] === false ? "first part" : "each part";
}

const spaces = { type: "Replace", pattern: { String: " " }, content: "▁" };

function normalizerOf({ charsmap, joinsSpaces }: SentencePieceModel, prefix: Prefix): unknown {
  const table = Buffer.from(charsmap).toString("base64");
  const joining = [
    { type: "Strip", strip_left: true, strip_right: true },
    { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
  ];
  const normalizers = [
    ...(table === "" ? [] : [{ type: "Precompiled", precompiled_charsmap: table }]),
    ...(joinsSpaces ? joining : []),
    ...(prefix === "each part" ? [{ type: "Prepend", prepend: "▁" }] : []),
    spaces,
  ];
  return { type: "Sequence", normalizers };
}

const firstPrefix = {
  type: "Metaspace",
  replacement: "▁",
  prepend_scheme: "first",
  split: false,
};

function decoderOf({ addsPrefix, byteFallback }: SentencePieceModel): unknown {
  const decoders = [
    { type: "Replace", pattern: { String: "▁" }, content: " " },
    ...(byteFallback ? [{ type: "ByteFallback" }] : []),
    { type: "Fuse" },
    ...(addsPrefix ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
  ];
  return { type: "Sequence", decoders };
}

const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };

/** Control tokens are special; symbols that a user defined are found first too, but are not. */
function addedTokens({ pieces, ids }: SentencePieceModel): JsonObject[] {
  const { control, userDefined } = tokenTypes;
  return pieces.flatMap(({ text, type }, id) => {
    const special = type === control || id === ids.unk;
    const isAdded = (special || type === userDefined) && text !== "";
    return isAdded ? [{ id, content: text, ...flags, special }] : [];
  });
}

/** Without a post-processor: which tokens frame a text, the roles decide. */
export function sentencePieceDefinition(
  model: SentencePieceModel,
  config: JsonObject,
): JsonObject & { added_tokens: JsonObject[] } {
  const prefix = prefixOf(model, config);
  return {
    version: "1.0",
    added_tokens: addedTokens(model),
    normalizer: normalizerOf(model, prefix),
    pre_tokenizer: prefix === "first part" ? firstPrefix : null,
    post_processor: null,
    decoder: decoderOf(model),
    model: modelOf(model),
  };
}

/** The model's tokens by their roles. */
export function sentencePieceRoles({ pieces, ids }: SentencePieceModel): Record<string, string> {
  const named = Object.entries(ids).map(([role, id]) => [`${role}_token`, pieces[id]?.text]);
  return Object.fromEntries(named.filter(([, text]) => text !== undefined)) as Record<
    string,
    string
  >;
}
