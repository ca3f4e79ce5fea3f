// Vocabularies for constraints, and texts written under one: by chance, or the one that a test asks about.
import type { Random } from "../../src/core/random.ts";
import type {
  Constraint,
  ConstraintState,
  TokenVocabulary,
} from "../../src/generate/constraints/index.ts";

/** Tokens of these texts (or bytes), then the one that ends. */
export function vocabularyOfTexts(texts: readonly (string | Uint8Array)[]): TokenVocabulary {
  const bytes = texts.map((one) => (typeof one === "string" ? Buffer.from(one, "utf8") : one));
  return { bytes: [...bytes, undefined], endTokens: [texts.length], size: texts.length + 1 };
}

/** One token a byte. */
export const byteVocabulary = vocabularyOfTexts(
  Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
);

export function isAllowed(mask: Uint32Array, token: number): boolean {
  return (((mask[token >> 5] ?? 0) >>> (token & 31)) & 1) === 1;
}

export function allowedTokens(state: ConstraintState): number[] {
  const found: number[] = [];
  for (const [word, bits] of state.allowed().entries()) {
    for (let left = bits; left !== 0; left &= left - 1) {
      found.push(word * 32 + 31 - Math.clz32(left & -left));
    }
  }
  return found;
}

/** Whether the constraint lets this text be written, byte by byte, and end there. */
export function canWrite(constraint: Constraint, text: string): boolean {
  const state = constraint.begin();
  for (const byte of Buffer.from(text, "utf8")) {
    if (!isAllowed(state.allowed(), byte)) return false;
    state.accept(byte);
  }
  return isAllowed(state.allowed(), byteVocabulary.endTokens[0] ?? -1);
}

/** How near a token is to an end: of a text, a string, an object or a list; then to none of them beginning. */
function rank(bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return 0;
  const text = Buffer.from(bytes).toString("latin1");
  if (/^["}\])]+$/.test(text)) return 1;
  if (/^[\w.-]+$/.test(text)) return 2;
  return /^[,{[(]/.test(text) ? 4 : 3;
}

const known = new WeakMap<TokenVocabulary, number[]>();

function ranksOf(vocabulary: TokenVocabulary): number[] {
  let ranks = known.get(vocabulary);
  if (ranks === undefined) known.set(vocabulary, (ranks = vocabulary.bytes.map(rank)));
  return ranks;
}

export interface Written {
  text: string;
  /** False where the text was still open after `most` tokens. */
  isWhole: boolean;
  tokens: number[];
}

/** What tokens write, the first as it does at the beginning of a text. */
export function textOf({ bytes, firstBytes }: TokenVocabulary, tokens: readonly number[]): string {
  const pieces = tokens.map(
    (token, at) => (at === 0 ? firstBytes?.get(token) : undefined) ?? bytes[token],
  );
  return Buffer.concat(pieces.map((piece) => piece ?? new Uint8Array())).toString("utf8");
}

/** Any allowed token, each as likely; after `free` tokens one that leads to an end where there is one. */
export function randomText(
  constraint: Constraint,
  vocabulary: TokenVocabulary,
  random: Random,
  { free = 30, most = 1500 }: { free?: number; most?: number } = {},
): Written {
  const state = constraint.begin();
  const ranks = ranksOf(vocabulary);
  const tokens: number[] = [];
  while (tokens.length < most && !state.isFinished) {
    const token = chosen(allowedTokens(state), tokens.length < free ? undefined : ranks, random);
    state.accept(token);
    if (vocabulary.endTokens.includes(token)) break;
    tokens.push(token);
  }
  return { text: textOf(vocabulary, tokens), isWhole: state.isFinished, tokens };
}

function chosen(allowed: readonly number[], ranks: number[] | undefined, random: Random): number {
  if (allowed.length === 0) throw new Error("nothing may follow");
  const best = Math.min(...allowed.map((token) => ranks?.[token] ?? 0));
  const among =
    ranks === undefined ? allowed : allowed.filter((token) => (ranks[token] ?? 0) === best);
  return among[random.integer(among.length)] ?? -1;
}
