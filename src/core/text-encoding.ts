// Bytes of text files as UTF-8 or strings, in whichever Unicode encoding their byte-order mark says: UTF-8, or UTF-16
// of either order, as Windows programs write it. Guesses nothing: without a mark, text is UTF-8.
import { TextDecoder } from "node:util";

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be";

/** What the first bytes of a file say. */
export function encodingOf(start: Uint8Array): TextEncoding {
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  return start[0] === 0xfe && start[1] === 0xff ? "utf-16be" : "utf-8";
}

/** All of a file as a string, without its mark. Throws TypeError for bytes that are not in its encoding. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
}

/** The bytes of a file as UTF-8, whatever they were; those of UTF-8 pass as they are, valid or not. */
export async function* utf8Chunks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | undefined;
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst) decoder = decoderOf(encodingOf(chunk));
    isFirst = false;
    yield decoder === undefined ? chunk : Buffer.from(decoded(decoder, chunk), "utf8");
  }
  if (decoder !== undefined) yield Buffer.from(decoded(decoder), "utf8");
}

function decoderOf(encoding: TextEncoding): TextDecoder | undefined {
  return encoding === "utf-8" ? undefined : new TextDecoder(encoding, { fatal: true });
}

/** The next part of the text; the last one without bytes. */
function decoded(decoder: TextDecoder, chunk?: Buffer): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new RangeError("it begins as UTF-16 text and is none", { cause });
  }
}
