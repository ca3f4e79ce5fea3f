// Plain text: it says nothing of its structure, so parts come without blocks. Also whatever else is text and no kind
// of its own: logs, source code, files without an extension.
import { unmarkedUtf16 } from "../decoding.ts";
import { linesAsParts } from "../parts.ts";
import type { SourceReader } from "../reader.ts";

/** Control characters that text has no use for; a few are forgiven. */
function isText(head: Uint8Array): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return true;
  if (unmarkedUtf16(head) !== undefined) return true;
  let controls = 0;
  for (const byte of head) {
    if (byte === 0) return false;
    if (byte < 0x20 && (byte < 0x07 || byte > 0x0d) && byte !== 0x1b) controls++;
  }
  return controls <= head.length / 100;
}

export const textReader: SourceReader = {
  about: "plain text",
  extensions: ["txt", "text", "log"],
  container: false,
  streams: true,
  recognises: (_, head) => (isText(head) ? 0.3 : 0),
  read: (input) => linesAsParts(input.texts()),
};
