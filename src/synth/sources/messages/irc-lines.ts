// One line of an IRC log: when, who, and where what was said begins. The programs' forms differ in few enough places
// to be scanned as one: a time in one of five forms, then a nick in <>, behind a tab, or a sign of the program.
import { Cursor, isSpace, scanStamp, scanTime } from "./stamps.ts";

export interface IrcLine {
  /** YYYY-MM-DD, where the line says which day it is. */
  readonly day?: string;
  /** MM-DD, where the line says the day without its year. */
  readonly dayOfYear?: string;
  /** Seconds from midnight. */
  readonly time?: number;
  readonly speaker?: string;
  /** Absent where the line is none of a conversation at all. */
  readonly textFrom?: number;
  readonly isAction?: boolean;
}

const longestNick = 40;
const modes = "@+%&~! ";
const months = "janfebmaraprmayjunjulaugsepoctnovdec";
const programSigns = ["***", "-!-", "===", "-->", "<--", "---", "--", "=!=", "!", "**"];
const dayLines = [
  "--- Day changed ",
  "--- Log opened ",
  "**** BEGIN LOGGING AT ",
  "**** ENDING LOGGING AT ",
  "Session Start: ",
  "--- Log closed ",
  "Session Close: ",
];

/** Undefined for a line in none of the forms. */
export function ircLine(text: string): IrcLine | undefined {
  for (const begin of dayLines)
    if (text.startsWith(begin)) return dayOf(text.slice(begin.length, begin.length + 40));
  const cursor = new Cursor(text);
  const when = lineTime(cursor);
  const isTabbed = text[cursor.at] === "\t";
  skipSpaces(cursor);
  const said = isTabbed ? (nickInAngles(cursor) ?? nickBeforeTab(cursor)) : nickInAngles(cursor);
  if (said !== undefined && when === undefined && isMarkup(text, said)) return undefined;
  const line = said ?? programLine(cursor, when !== undefined);
  return line === undefined ? undefined : { ...when, ...line };
}

/** HTML's tags look like nicks where no time stands before them. */
function isMarkup(text: string, { textFrom = 0 }: IrcLine): boolean {
  return !isSpace(text.charCodeAt(textFrom - 1)) || text.slice(0, 2000).includes("</");
}

/** `Mon Jan 01 10:00:00 2024`, `Tue Jan 02 2024`. */
function dayOf(words: string): IrcLine {
  const [, month, day, ...rest] = words.split(" ").filter((word) => word !== "");
  const year = rest.find((word) => /^\d{4}$/u.test(word));
  const number = months.indexOf((month ?? "-").toLowerCase()) / 3 + 1;
  if (year === undefined || number < 1 || !/^\d{1,2}$/u.test(day ?? "")) return {};
  return { day: `${year}-${twoDigits(number)}-${(day ?? "").padStart(2, "0")}` };
}

function skipSpaces(cursor: Cursor): void {
  while (isSpace(cursor.text.charCodeAt(cursor.at))) cursor.at++;
}

/** The time that a line begins with: in brackets or not, with or without a date. */
function lineTime(cursor: Cursor): Pick<IrcLine, "day" | "dayOfYear" | "time"> | undefined {
  const isBracketed = cursor.takeOneOf("[(") !== "";
  const dayOfYear = monthDay(cursor);
  const stamp = dayOfYear === undefined ? scanStamp(cursor.text, cursor.at, false) : undefined;
  const time = dayOfYear === undefined ? stamp?.time : scanTime(cursor)?.seconds;
  if (time === undefined) {
    cursor.at = 0;
    return undefined;
  }
  if (stamp !== undefined) cursor.at = stamp.end;
  if (isBracketed) cursor.takeOneOf("])");
  return { ...isoDay(stamp?.date), ...(dayOfYear === undefined ? {} : { dayOfYear }), time };
}

function isoDay(date: readonly number[] | undefined): { day?: string } {
  if (date === undefined || (date[0] ?? 0) < 1000) return {};
  return { day: date.map(twoDigits).join("-") };
}

/** `Jan 01 ` as `01-01`. */
function monthDay(cursor: Cursor): string | undefined {
  const { at, text } = cursor;
  const place = months.indexOf(text.slice(at, at + 3).toLowerCase());
  if (place === -1 || place % 3 !== 0 || text[at + 3] !== " ") return undefined;
  cursor.at = at + 4;
  skipSpaces(cursor);
  const day = cursor.number(2);
  skipSpaces(cursor);
  if (day === undefined) cursor.at = at;
  return day === undefined ? undefined : [place / 3 + 1, day].map(twoDigits).join("-");
}

const twoDigits = (number: number): string => String(number).padStart(2, "0");

function nickInAngles(cursor: Cursor): IrcLine | undefined {
  const { text, at } = cursor;
  if (text[at] !== "<") return undefined;
  const end = text.slice(at, at + longestNick + 4).indexOf(">");
  const speaker = end === -1 ? undefined : nickOf(text.slice(at + 1, at + end));
  return speaker === undefined ? undefined : { speaker, textFrom: behindSpace(text, at + end + 1) };
}

function behindSpace(text: string, at: number): number {
  return isSpace(text.charCodeAt(at)) ? at + 1 : at;
}

/** WeeChat: `time TAB nick TAB text`. */
function nickBeforeTab(cursor: Cursor): IrcLine | undefined {
  const { text, at } = cursor;
  const end = text.slice(at, at + longestNick + 4).indexOf("\t");
  const speaker = end === -1 ? undefined : nickOf(text.slice(at, at + end));
  return speaker === undefined ? undefined : { speaker, textFrom: at + end + 1 };
}

/** Without the sign of its rights; undefined for what cannot be a nick. */
function nickOf(written: string): string | undefined {
  let from = 0;
  while (from < written.length && modes.includes(written[from] ?? "")) from++;
  const nick = written.slice(from).trimEnd();
  if (nick === "" || nick.length > longestNick) return undefined;
  return /^[\p{L}\p{N}_[\]\\^{}|`.-]+$/u.test(nick) && !/^[-.]+$/u.test(nick) ? nick : undefined;
}

/** `* alice waves`, `*** Joins: bob`, `-!- bob has left`, `-bob- a notice`. */
function programLine(cursor: Cursor, hasTime: boolean): IrcLine | undefined {
  const { text, at } = cursor;
  const sign = programSigns.find((begin) => text.startsWith(begin, at));
  if (sign !== undefined)
    return hasTime || sign === "===" || sign === "***" ? { textFrom: at } : undefined;
  if (!hasTime) return undefined;
  if (text[at] === "*") return { textFrom: at, isAction: true };
  return text[at] === "-" ? { textFrom: at } : undefined;
}
