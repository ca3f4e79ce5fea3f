// What single tokens write, in bytes, by the decoder of a tokenizer.json: byte-level alphabets, SentencePiece's ▁ and
// bytes. Decoding whole texts is the tokenizer's; here a token stands for itself, whatever is around it.
import { ModelError } from "../core/errors.ts";

export interface TokenWriting {
  bytes(token: string): Uint8Array;
  /** At the beginning of a text; undefined: as elsewhere. */
  firstBytes(token: string): Uint8Array | undefined;
}

/** A step of a decoder: a token's text becomes another text, or bytes. */
interface Step {
  text?: (token: string) => string;
  bytes?: (token: string) => Uint8Array | undefined;
  /** Of a text's first token, from what it writes elsewhere. */
  first?: (text: string) => string;
}

interface Decoder {
  type?: unknown;
  decoders?: unknown;
  pattern?: { String?: unknown } | null;
  content?: unknown;
  start?: unknown;
  stop?: unknown;
  replacement?: unknown;
  prepend_scheme?: unknown;
  add_prefix_space?: unknown;
}

/** GPT-2's letters for bytes: printable ones stand for themselves, the rest follow from U+0100 on. */
function byteLetters(): Map<string, number> {
  const isOwn = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const letters = new Map<string, number>();
  let others = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    letters.set(String.fromCodePoint(isOwn(byte) ? byte : others++), byte);
  }
  return letters;
}

const letters = byteLetters();

/** A token with any other letter is taken as it is, as the library does with added tokens. */
function byteLevel(token: string): Uint8Array | undefined {
  const bytes = Array.from(token).map((letter) => letters.get(letter));
  const known = bytes.filter((byte) => byte !== undefined);
  return known.length === bytes.length ? Uint8Array.from(known) : undefined;
}

function byteFallback(token: string): Uint8Array | undefined {
  const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  return hex === undefined ? undefined : Uint8Array.of(Number.parseInt(hex, 16));
}

function unknown(what: string): ModelError {
  return new ModelError("FT-MODEL-027", {
    message: `cannot tell what each token of this model writes: its tokenizer's decoder has ${what}`,
    hint: "constraints need a byte-level or SentencePiece tokenizer; generate without one",
  });
}

const steps: Readonly<Record<string, (decoder: Decoder) => Step>> = {
  ByteLevel: () => ({ bytes: byteLevel }),
  ByteFallback: () => ({ bytes: byteFallback }),
  Fuse: () => ({}),
  Replace: ({ pattern, content }) => {
    const from = pattern?.String;
    if (typeof from !== "string" || typeof content !== "string") throw unknown("a pattern");
    return { text: (token) => token.replaceAll(from, content) };
  },
  Strip: ({ content, start, stop }) => {
    if (typeof content !== "string" || stop !== 0 || typeof start !== "number")
      throw unknown("a Strip of the text's end");
    return { first: (text) => stripped(text, content, start) };
  },
  Metaspace: ({ replacement = "▁", prepend_scheme, add_prefix_space }) => {
    const drops =
      prepend_scheme === undefined ? add_prefix_space !== false : prepend_scheme !== "never";
    return {
      text: (token) => token.replaceAll(String(replacement), " "),
      ...(drops && { first: (text: string) => text.replaceAll(" ", "") }),
    };
  },
};

function stripped(text: string, content: string, most: number): string {
  let rest = text;
  for (let left = most; left > 0 && rest.startsWith(content); left--)
    rest = rest.slice(content.length);
  return rest;
}

function stepsOf(decoder: unknown): Step[] {
  const { type, decoders, ...own } = (decoder ?? {}) as Decoder;
  if (type === "Sequence" && Array.isArray(decoders)) return decoders.flatMap(stepsOf);
  const step = typeof type === "string" ? steps[type] : undefined;
  if (step === undefined) throw unknown(typeof type === "string" ? `the kind ${type}` : "no kind");
  return [step(own)];
}

/** `decoder`: that of tokenizer.json. Throws ModelError FT-MODEL-027 for a kind that is not known. */
export function tokenWriting(decoder: unknown): TokenWriting {
  const all = stepsOf(decoder);
  const fold = (token: string): { text: string; bytes: Uint8Array | undefined } => {
    let text = token;
    for (const step of all) {
      const bytes = step.bytes?.(text);
      if (bytes !== undefined) return { text, bytes };
      text = step.text?.(text) ?? text;
    }
    return { text, bytes: undefined };
  };
  return {
    bytes(token) {
      const { text, bytes } = fold(token);
      return bytes ?? Buffer.from(text, "utf8");
    },
    firstBytes(token) {
      const { text, bytes } = fold(token);
      if (bytes !== undefined) return undefined;
      const first = all.reduce((rest, step) => step.first?.(rest) ?? rest, text);
      return first === text ? undefined : Buffer.from(first, "utf8");
    },
  };
}
