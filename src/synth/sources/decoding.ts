// Bytes as text, piece by piece: in the encoding that a byte-order mark says, else UTF-8, else UTF-16 where every other
// byte is zero, else Windows-1252, which is told. The mark goes; line ends stay as they are.
import { TextDecoder } from "node:util";
import type { ReadNote } from "./reader.ts";

/** A decoder of one encoding that never ends a piece amid a character. */
interface PieceDecoder {
  decode(bytes: Uint8Array, isLast: boolean): string;
}

type Tell = (note: ReadNote) => void;

const told = (reason: string): ReadNote => ({ code: "FT-SOURCE-011", reason });

/** How many bytes at the end begin a character of UTF-8 that goes on behind them. */
function openTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  return first.length === 0 ? second : Buffer.concat([first, second]);
}

/** What Windows-1252 has at 0x80 to 0x9F; Node's own decoder takes these for Latin-1's control characters. */
const windowsSigns = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

const windows1252: PieceDecoder = {
  decode: (bytes) =>
    Buffer.from(bytes)
      .toString("latin1")
      .replaceAll(/[\x80-\x9f]/g, (sign) => windowsSigns[sign.charCodeAt(0) - 0x80] ?? sign),
};

/** UTF-8 with faults is rather UTF-8 than Windows-1252 when more characters beyond ASCII are right than wrong. */
function isMostlyUtf8(text: string): boolean {
  let balance = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) balance += code === 0xfffd ? -1 : 1;
  }
  return balance > 0;
}

/** UTF-8 as long as it is; what is none, behind nothing but ASCII, makes all of it Windows-1252. */
class Utf8Pieces implements PieceDecoder {
  readonly #strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #tell: Tell;
  #rest: Uint8Array = new Uint8Array(0);
  #isAscii = true;
  /** Once something was no UTF-8. */
  #fallback: PieceDecoder | undefined;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  decode(more: Uint8Array, isLast: boolean): string {
    if (this.#fallback !== undefined) return this.#fallback.decode(more, isLast);
    const all = joined(this.#rest, more);
    const whole = isLast ? all.length : all.length - openTail(all);
    this.#rest = all.subarray(whole);
    try {
      const text = this.#strict.decode(all.subarray(0, whole));
      this.#isAscii &&= text.length === whole;
      return text;
    } catch {
      this.#fallback = this.#fallbackFor(all);
      return this.#fallback.decode(all, isLast);
    }
  }

  #fallbackFor(bytes: Uint8Array): PieceDecoder {
    const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
    const isUtf8 = !this.#isAscii || isMostlyUtf8(lenient.decode(bytes));
    const reason = isUtf8
      ? "not UTF-8 in places: what cannot be read there is U+FFFD"
      : "not UTF-8: read as Windows-1252; --encoding NAME says another";
    this.#tell(told(reason));
    return isUtf8 ? namedPieces("utf-8") : windows1252;
  }
}

function namedPieces(encoding: string): PieceDecoder {
  if (["windows-1252", "cp1252"].includes(encoding.toLowerCase())) return windows1252;
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return { decode: (bytes, isLast) => decoder.decode(bytes, { stream: !isLast }) };
}

/** By its mark, and how long that is. */
function markOf(head: Uint8Array): { encoding: string; length: number } | undefined {
  const [first, second, third] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: "utf-8", length: 3 };
  if (first === 0xff && second === 0xfe) return { encoding: "utf-16le", length: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: "utf-16be", length: 2 };
  return undefined;
}

/** UTF-16 without a mark: of text in most scripts every other byte is often zero, and of UTF-8 none is. */
export function unmarkedUtf16(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const zeros = [0, 0];
  for (let at = 0; at < head.length; at++)
    if (head[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const pairs = Math.floor(head.length / 2);
  if (odd > pairs * 0.3 && even < pairs * 0.05) return "utf-16le";
  return even > pairs * 0.3 && odd < pairs * 0.05 ? "utf-16be" : undefined;
}

function decoderFor(head: Uint8Array, encoding: string | undefined, tell: Tell): PieceDecoder {
  if (encoding !== undefined) return namedPieces(encoding);
  const found = markOf(head)?.encoding ?? unmarkedUtf16(head) ?? "utf-8";
  return found === "utf-8" ? new Utf8Pieces(tell) : namedPieces(found);
}

/** `encoding` is what the user says it is; without it the bytes decide. */
export async function* decodedPieces(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  tell: Tell,
): AsyncGenerator<string> {
  let decoder: PieceDecoder | undefined;
  for await (const chunk of chunks) {
    const skipped = decoder === undefined ? (markOf(chunk)?.length ?? 0) : 0;
    decoder ??= decoderFor(chunk, encoding, tell);
    const text = decoder.decode(chunk.subarray(skipped), false);
    if (text !== "") yield text;
  }
  const rest = decoder?.decode(new Uint8Array(0), true) ?? "";
  if (rest !== "") yield rest;
}
