// The head of a message in a WhatsApp export: its stamp in brackets or before a dash, and who speaks. Both programs and
// all their languages write one of three forms.
import { isDate } from "./date-order.ts";
import { Cursor, isMark, isSpace, scanStamp, type Stamp } from "./stamps.ts";

export interface Head {
  readonly stamp: Stamp;
  /** Absent on lines that the program wrote. */
  readonly speaker: string | undefined;
  /** Where the message begins in the line. */
  readonly textFrom: number;
}

const longestName = 120;

/** The head that a line begins with, if it begins with one. The form without brackets has no seconds: logs have. */
export function whatsAppHead(line: string): Head | undefined {
  const first = firstVisible(line);
  const isBracketed = line[first] === "[";
  const stamp = scanStamp(line, isBracketed ? first + 1 : first);
  if (stamp?.date === undefined || !isDate(stamp.date)) return undefined;
  const cursor = new Cursor(line, stamp.end);
  cursor.skip();
  if (isBracketed) return cursor.take("]") ? speakerAt(stamp, line, cursor.at) : undefined;
  if (stamp.hasSeconds) return undefined;
  if (cursor.take("-") || cursor.take("–")) return speakerAt(stamp, line, cursor.at);
  return cursor.take(", ") ? koreanHead(stamp, line, cursor.at) : undefined;
}

function firstVisible(line: string): number {
  let at = 0;
  while (at < line.length && isMark(line.charCodeAt(at))) at++;
  return at;
}

function speakerAt(stamp: Stamp, line: string, from: number): Head | undefined {
  if (!isSpace(line.charCodeAt(from)))
    return from === line.length ? { stamp, speaker: undefined, textFrom: from } : undefined;
  const colon = line.indexOf(":", from);
  const behind = line.charCodeAt(colon + 1);
  const endsName = colon !== -1 && (colon + 1 === line.length || isSpace(behind) || isMark(behind));
  const speaker = endsName ? cleanName(line.slice(from, colon)) : undefined;
  if (speaker === undefined) return { stamp, speaker, textFrom: behindSpace(line, from) };
  return { stamp, speaker, textFrom: behindSpace(line, colon + 1) };
}

function behindSpace(line: string, at: number): number {
  return isSpace(line.charCodeAt(at)) ? at + 1 : at;
}

function koreanHead(stamp: Stamp, line: string, from: number): Head | undefined {
  const colon = line.indexOf(" : ", from);
  const speaker = colon === -1 ? undefined : cleanName(line.slice(from, colon));
  return { stamp, speaker, textFrom: speaker === undefined ? from : colon + 3 };
}

/** Undefined for what is no name: a system line that quotes a group's name, or a sentence. */
function cleanName(written: string): string | undefined {
  if (written.length > longestName) return undefined;
  for (const quote of ['"', "“", "„", "«"]) if (written.includes(quote)) return undefined;
  let name = "";
  for (const character of written) if (!isMark(character.charCodeAt(0))) name += character;
  name = name.trim();
  if (name.startsWith("~")) name = name.slice(1).trim();
  return name === "" ? undefined : name;
}
