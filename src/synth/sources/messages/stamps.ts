// Dates and times as people's programs print them before a message: any order, separator, clock and script of digits.
// Scans one place of a line; which of day and month comes first is decided over a file (date-order.ts).

/** A date as it is written: three numbers in the order they stand in. */
export type WrittenDate = readonly [first: number, second: number, third: number];

export interface Stamp {
  /** Behind the stamp. */
  readonly end: number;
  readonly date: WrittenDate | undefined;
  /** Written between the date's numbers. */
  readonly separator: string;
  /** Set where the month is a word: the date is then year, month, day. */
  readonly isOrdered: boolean;
  /** Seconds from midnight. */
  readonly time: number;
  readonly hasSeconds: boolean;
}

const zeros = [0x30, 0x660, 0x6f0, 0x966, 0x9e6];
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** What stands beside a time of the twelve-hour clock; true for the second half of the day. */
const halves: readonly (readonly [string, boolean])[] = [
  ["a.m.", false],
  ["p.m.", true],
  ["a. m.", false],
  ["p. m.", true],
  ["am", false],
  ["pm", true],
  ["a", false],
  ["p", true],
  ["오전", false],
  ["오후", true],
  ["上午", false],
  ["下午", true],
  ["凌晨", false],
  ["早上", false],
  ["中午", true],
  ["晚上", true],
  ["午前", false],
  ["午後", true],
  ["ص", false],
  ["م", true],
  ["π.μ.", false],
  ["μ.μ.", true],
  ["öö", false],
  ["ös", true],
  ["पूर्वाह्न", false],
  ["अपराह्न", true],
];

export function isMark(code: number): boolean {
  return (
    (code >= 0x200e && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) || code === 0xfeff
  );
}

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0xa0 || code === 0x202f || code === 0x09;
}

/** A place in a line that moves as things are recognised. */
export class Cursor {
  readonly text: string;
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  /** Past spaces and marks of direction. */
  skip(): void {
    while (this.at < this.text.length) {
      const code = this.text.charCodeAt(this.at);
      if (!isSpace(code) && !isMark(code)) return;
      this.at++;
    }
  }

  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  /** One of the characters of `any`, or "". */
  takeOneOf(any: string): string {
    const character = this.text[this.at] ?? "";
    if (character === "" || !any.includes(character)) return "";
    this.at++;
    return character;
  }

  /** A number of at most `longest` digits; undefined where there is none or a longer one. */
  number(longest: number): number | undefined {
    let value = 0;
    let length = 0;
    for (; length <= longest; length++) {
      const digit = digitOf(this.text.charCodeAt(this.at + length));
      if (digit === undefined) break;
      value = value * 10 + digit;
    }
    if (length === 0 || length > longest) return undefined;
    this.at += length;
    return value;
  }
}

function digitOf(code: number): number | undefined {
  for (const zero of zeros) if (code >= zero && code < zero + 10) return code - zero;
  return undefined;
}

/** A date and a time, in that order, or a time alone where `dateIsNeeded` is not set. */
export function scanStamp(text: string, from: number, dateIsNeeded = true): Stamp | undefined {
  const cursor = new Cursor(text, from);
  cursor.skip();
  const date = scanDate(cursor);
  if (date === undefined && dateIsNeeded) return undefined;
  if (date !== undefined) betweenDateAndTime(cursor);
  const time = scanTime(cursor);
  if (time === undefined) return undefined;
  return {
    hasSeconds: time.hasSeconds,
    end: cursor.at,
    date: date?.numbers,
    separator: date?.separator ?? "",
    isOrdered: date?.isOrdered ?? false,
    time: time.seconds,
  };
}

interface ScannedDate {
  numbers: WrittenDate;
  separator: string;
  isOrdered: boolean;
}

function scanDate(cursor: Cursor): ScannedDate | undefined {
  const { at } = cursor;
  const found = scanNumbers(cursor);
  if (found === undefined) cursor.at = at;
  return found;
}

function scanNumbers(cursor: Cursor): ScannedDate | undefined {
  const first = cursor.number(4);
  if (first === undefined) return undefined;
  const separator = dateSeparator(cursor);
  if (separator === "") return undefined;
  const named = monthWord(cursor);
  const second = named ?? cursor.number(2);
  if (second === undefined || dateSeparator(cursor) === "") return undefined;
  const third = cursor.number(4);
  if (third === undefined) return undefined;
  cursor.takeOneOf(".日일");
  if (named !== undefined) return { numbers: [third, second, first], separator, isOrdered: true };
  return { numbers: [first, second, third], separator, isOrdered: false };
}

function dateSeparator(cursor: Cursor): string {
  cursor.skip();
  const separator = cursor.takeOneOf("/.-‐‑年月년월");
  cursor.skip();
  return separator;
}

function monthWord(cursor: Cursor): number | undefined {
  const month = months.indexOf(cursor.text.slice(cursor.at, cursor.at + 3).toLowerCase());
  if (month === -1) return undefined;
  cursor.at += 3;
  return month + 1;
}

function betweenDateAndTime(cursor: Cursor): void {
  cursor.takeOneOf(",،T");
  cursor.skip();
  for (const word of ["at ", "um ", "klo ", "kl. ", "à ", "às "]) if (cursor.take(word)) break;
}

interface ScannedTime {
  /** From midnight. */
  readonly seconds: number;
  readonly hasSeconds: boolean;
}

export function scanTime(cursor: Cursor): ScannedTime | undefined {
  const before = scanHalf(cursor);
  const hour = cursor.number(2);
  if (hour === undefined || cursor.takeOneOf(":.") === "") return undefined;
  const minute = cursor.number(2);
  if (minute === undefined || minute > 59) return undefined;
  const second = scanSeconds(cursor);
  const half = before ?? scanHalf(cursor);
  if (hour > 24 || (half !== undefined && hour > 12)) return undefined;
  const hours = half === undefined ? hour : (hour % 12) + (half ? 12 : 0);
  const seconds = hours * 3600 + minute * 60 + (second ?? 0);
  return { seconds, hasSeconds: second !== undefined };
}

function scanSeconds(cursor: Cursor): number | undefined {
  const { at } = cursor;
  if (cursor.takeOneOf(":.") === "") return undefined;
  const second = cursor.number(2);
  if (second !== undefined && second < 60) return second;
  cursor.at = at;
  return undefined;
}

function scanHalf(cursor: Cursor): boolean | undefined {
  const { at } = cursor;
  cursor.skip();
  const next = cursor.text
    .slice(cursor.at, cursor.at + 10)
    .toLowerCase()
    .replace("\u{a0}", " ");
  for (const [word, isSecond] of halves) {
    if (!next.startsWith(word) || isLetter(next.charCodeAt(word.length))) continue;
    cursor.at += word.length;
    cursor.skip();
    return isSecond;
  }
  cursor.at = at;
  return undefined;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x3b1 && code <= 0x3c9);
}
