// The name of the way in which a byte-level tokenizer.json cuts text: by its digest, else by what the file says of it.
// The other way, from a name to the parts of a file, is pre-tokenizers.ts.
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { PROBE, preTokenizerDigests } from "./pre-tokenizer-digests.ts";
import { type PreTokenizer, preTokenizers } from "./pre-tokenizers.ts";

/** The parts of a tokenizer.json that decide it. */
export interface Cutting {
  pre_tokenizer?: unknown;
  model: { ignore_merges?: unknown };
}

interface Piece {
  type?: string;
  pretokenizers?: unknown[];
  [key: string]: unknown;
}

/** Sequences within sequences as one list. */
function stepsOf(part: unknown): Piece[] {
  const piece = (part ?? {}) as Piece;
  return piece.type === "Sequence" ? (piece.pretokenizers ?? []).flatMap(stepsOf) : [piece];
}

/** What changes where text is cut, and nothing else. */
function essence({ type, pattern, behavior, invert, individual_digits }: Piece): unknown {
  return { type, pattern, behavior, invert, individual_digits };
}

function cuts({ steps, usesGpt2Pattern }: PreTokenizer, found: readonly Piece[]): boolean {
  const bytes = found.at(-1);
  return (
    bytes?.type === "ByteLevel" &&
    (bytes["use_regex"] ?? true) === usesGpt2Pattern &&
    isDeepStrictEqual(
      found.slice(0, -1).map(essence),
      steps.map((step) => essence(step as Piece)),
    )
  );
}

/** Undefined where none cuts so. Of several, one that treats merges alike. */
function byParts({ pre_tokenizer, model }: Cutting): string | undefined {
  const found = stepsOf(pre_tokenizer);
  const names = preTokenizers.names().filter((name) => cuts(preTokenizers.get(name), found));
  const ignores = model.ignore_merges === true;
  return names.find((name) => preTokenizers.get(name).ignoresMerges === ignores) ?? names[0];
}

/** `encode` with the special tokens that frame a text. */
export function preTokenizerName(
  definition: Cutting,
  encode: (text: string) => readonly number[],
): string | undefined {
  const ids = `[${encode(PROBE).join(", ")}]`;
  const digest = createHash("sha256").update(ids).digest("hex");
  return preTokenizerDigests[digest] ?? byParts(definition);
}
