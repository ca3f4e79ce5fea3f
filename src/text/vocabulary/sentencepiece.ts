// SentencePiece's BPE: pieces with scores, spaces written as ▁, what no piece covers as its bytes.
// As merges: of two neighbours that make a piece, those with the best score join first.
import { sidesOf } from "./byte-level.ts";
import { type Definition, idsOf, tokenTypes, typeOf, type Vocabulary } from "./vocabulary.ts";

/** Control tokens and bytes are never put together from text. */
function isPiece(vocabulary: Vocabulary, id: number): boolean {
  const type = typeOf(vocabulary, id);
  return type === tokenTypes.normal || type === tokenTypes.userDefined;
}

interface Merge {
  sides: [string, string];
  score: number;
  /** Ids of the sides: which of the ways to the same piece comes first. */
  ids: [number, number];
}

/** Every way to part a piece into two pieces. */
function* partings(
  piece: string,
  score: number,
  known: ReadonlyMap<string, number>,
): Generator<Merge> {
  let at = 0;
  for (const character of piece) {
    at += character.length;
    const sides: [string, string] = [piece.slice(0, at), piece.slice(at)];
    const [left, right] = sides.map((side) => known.get(side));
    if (left !== undefined && right !== undefined) yield { sides, score, ids: [left, right] };
  }
}

/** Parting takes time with the square of the length; SentencePiece makes pieces of 16 characters unless told otherwise. */
const longestPiece = 128;

function mergesOf(vocabulary: Vocabulary): [string, string][] {
  const { tokens, scores } = vocabulary;
  const pieces = tokens
    .map((text, id) => ({ text, id }))
    .filter(({ id }) => isPiece(vocabulary, id));
  const known = new Map(pieces.map(({ text, id }) => [text, id]));
  const merges = pieces
    .filter(({ text }) => text.length <= longestPiece)
    .flatMap(({ text, id }) => [...partings(text, scores?.[id] ?? 0, known)]);
  const ranked = merges.sort(
    (a, b) => b.score - a.score || a.ids[0] - b.ids[0] || a.ids[1] - b.ids[1],
  );
  return ranked.map(({ sides }) => sides);
}

/** Spaces become ▁, and one is put in front of each text: as llama.cpp does, also after special tokens. */
function normalizer(addsSpace: boolean): unknown {
  const spaces = { type: "Replace", pattern: { String: " " }, content: "▁" };
  const normalizers = [...(addsSpace ? [{ type: "Prepend", prepend: "▁" }] : []), spaces];
  return { type: "Sequence", normalizers };
}

function decoder(addsSpace: boolean): unknown {
  const spaces = { type: "Replace", pattern: { String: "▁" }, content: " " };
  const strip = { type: "Strip", content: " ", start: 1, stop: 0 };
  const decoders = [spaces, { type: "ByteFallback" }, { type: "Fuse" }];
  return { type: "Sequence", decoders: addsSpace ? [...decoders, strip] : decoders };
}

export function sentencePiece(vocabulary: Vocabulary): Definition {
  const { tokens, merges, roles, kind } = vocabulary;
  const { addSpacePrefix: addsSpace = kind === "llama" } = vocabulary;
  return {
    model: {
      type: "BPE",
      vocab: idsOf(tokens),
      merges: merges?.map(sidesOf) ?? mergesOf(vocabulary),
      unk_token: tokens[roles["unk_token"] ?? -1] ?? null,
      fuse_unk: true,
      byte_fallback: true,
    },
    normalizer: normalizer(addsSpace),
    pre_tokenizer: null,
    decoder: decoder(addsSpace),
    addsBos: true,
  };
}
