// Looks at a PDF before a parser does: streams that unpack to far more than the file are what bombs are made of. Only
// streams of text and structure are tried, by the system's own zlib; pictures are never unpacked for their text.
import { inflateSync } from "node:zlib";
import { beyondLimit } from "../../errors.ts";
import type { ReadLimits } from "../../limits.ts";

/** How far before its stream a dictionary may begin. */
const DICTIONARY_BYTES = 2048;
const MOST_FILTERS = 4;

/** Saved states within each other; a page that is drawn has 28 at most (ISO 32000-1, annex C). */
const MOST_SAVED = 10_000;

const isPicture = (dictionary: string): boolean => /\/Subtype\s{0,4}\/Image/.test(dictionary);

/** What ends an operator: white space. */
const isSpace = (byte: number | undefined): boolean => byte === undefined || byte <= 0x20;

/** The parser takes states that are saved and never restored one by one, each at the price of all before it. */
function refuseSaved(stream: Uint8Array): void {
  let depth = 0;
  for (let at = 0; at < stream.length; at++) {
    const byte = stream[at];
    if (byte !== 0x71 && byte !== 0x51) continue;
    if (!isSpace(stream[at - 1]) || !isSpace(stream[at + 1])) continue;
    depth = byte === 0x71 ? depth + 1 : Math.max(0, depth - 1);
    if (depth > MOST_SAVED) throw beyondLimit("a page that saves its state without end");
  }
}

/** How often a stream is packed by deflate, one around the other; 0 for pictures and other filters. */
function timesPacked(dictionary: string): number {
  if (isPicture(dictionary)) return 0;
  return Math.min(dictionary.split(/\/(?:FlateDecode|Fl)\b/).length - 1, MOST_FILTERS);
}

function unpacked(bytes: Uint8Array, most: number): Uint8Array | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw beyondLimit("a part of the document that unpacks to far more than it is");
    // damaged, cut short, or encrypted: the parser says so, or reads what is there
    return undefined;
  }
}

/** Pages that a tree of pages says it has, before anything is made of them. */
function refuseCounted(text: string, limits: ReadLimits): void {
  for (const [, count] of text.matchAll(/\/Count\s{0,4}(\d{1,12})/g))
    if (Number(count) > limits.pages)
      throw beyondLimit(`${count} pages, more than ${limits.pages}`);
}

/** @throws DataError FT-SOURCE-005 for a document that unpacks beyond the limits. */
export function refusePackedBombs(bytes: Uint8Array, limits: ReadLimits): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const most = Math.max(
    limits.freeBytes,
    Math.min(bytes.length * limits.expansion, 4 * limits.fileBytes),
  );
  let left = most * 2;
  refuseCounted(file.toString("latin1"), limits);
  for (let at = file.indexOf("stream"); at !== -1; at = file.indexOf("stream", at + 6)) {
    if (file.toString("latin1", Math.max(0, at - 3), at) === "end") continue;
    const before = file.toString("latin1", Math.max(0, at - DICTIONARY_BYTES), at);
    const dictionary = before.slice(before.lastIndexOf("obj"));
    const times = timesPacked(dictionary);
    const start = at + 6 + (file[at + 6] === 0x0d ? 2 : 1);
    const end = file.indexOf("endstream", start);
    let stream: Uint8Array | undefined = file.subarray(start, end === -1 ? file.length : end);
    for (let time = 0; time < times && stream !== undefined; time++)
      stream = unpacked(stream, most);
    if (times > 0 && stream !== undefined && before.includes("/ObjStm"))
      refuseCounted(Buffer.from(stream).toString("latin1"), limits);
    if (stream !== undefined && !isPicture(dictionary)) refuseSaved(stream);
    left -= times > 0 ? (stream?.length ?? 0) : 0;
    if (left < 0) throw beyondLimit("a document that unpacks to far more than it is");
    if (end !== -1) at = end;
  }
}
