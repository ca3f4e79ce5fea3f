// Passes what may stand before a label on a line: marks of quoting, bullets, marks of headings, times, numbers,
// decoration. What comes then is label.ts.
import { isBlankCode, isDashCode, isDigitCode } from "./characters.ts";
import { bracketedTimeEnd, timeEnd } from "./times.ts";

const openers = "*_~`[(<«\"“”„»'‘’【「『《{‹";
const bullets = "-*+•·–—▪●○◦‣►▶";

/** One line being looked at; `at` moves to the right only. */
export class Scan {
  readonly text: string;
  readonly end: number;
  at: number;
  number = "";
  timed = false;
  decorated = false;
  bold = false;
  angle = false;
  bracket = false;
  heading = 0;
  quoted = 0;
  bullet = false;

  constructor(text: string, from: number, end: number) {
    this.text = text;
    this.at = from;
    this.end = end;
  }

  code(offset = 0): number {
    return this.at + offset < this.end ? this.text.charCodeAt(this.at + offset) : 0;
  }

  blanks(): void {
    while (this.at < this.end && isBlankCode(this.text.charCodeAt(this.at))) this.at += 1;
  }

  get over(): boolean {
    return this.at >= this.end;
  }
}

function quotes(scan: Scan): void {
  while (scan.code() === 0x3e && scan.quoted < 8) {
    scan.quoted += 1;
    scan.at += 1;
    scan.blanks();
  }
}

function bullet(scan: Scan): void {
  const code = scan.code();
  if (code === 0 || !bullets.includes(scan.text.charAt(scan.at)) || !isBlankCode(scan.code(1)))
    return;
  scan.bullet = true;
  scan.at += 1;
  scan.blanks();
}

/** `12. `, `12) `, `(12) `, `#12 `: what numbers a line. */
function numbering(scan: Scan): void {
  const opened = scan.code() === 0x28 || scan.code() === 0x23 ? 1 : 0;
  let digits = 0;
  while (digits < 4 && isDigitCode(scan.code(opened + digits))) digits += 1;
  if (digits === 0) return;
  const mark = scan.code(opened + digits);
  const marks =
    mark === 0x2e || mark === 0x29 || mark === 0x3001 || mark === 0xff0e || mark === 0xff09;
  const behind = scan.code(opened + digits + 1);
  if (!marks || isDigitCode(behind)) return;
  scan.number = scan.text.slice(scan.at + opened, scan.at + opened + digits);
  scan.at += opened + digits + 1;
  scan.blanks();
}

function hashes(scan: Scan): void {
  let count = 0;
  while (count < 6 && scan.code(count) === 0x23) count += 1;
  if (count === 0 || !isBlankCode(scan.code(count))) return;
  scan.heading = count;
  scan.at += count;
  scan.blanks();
}

function time(scan: Scan): void {
  const code = scan.code();
  const end = isDigitCode(code)
    ? timeEnd(scan.text, scan.at, scan.end)
    : bracketedTimeEnd(scan.text, scan.at, scan.end);
  if (end === -1) return;
  scan.at = end;
  scan.timed = true;
  scan.blanks();
  if (isDashCode(scan.code()) && isBlankCode(scan.code(1))) scan.at += 1;
  scan.blanks();
}

function opening(scan: Scan): void {
  for (let count = 0; count < 5 && !scan.over; count += 1) {
    const character = scan.text.charAt(scan.at);
    if (!openers.includes(character)) return;
    if (character !== "`") scan.decorated = true;
    if (character === "*" || character === "_") scan.bold = true;
    if (character === "<") scan.angle = true;
    if (character === "[" || character === "【") scan.bracket = true;
    scan.at += 1;
  }
}

/** Passes all that may stand before a name. */
export function passHead(scan: Scan): void {
  quotes(scan);
  bullet(scan);
  hashes(scan);
  time(scan);
  numbering(scan);
  opening(scan);
  if (scan.timed) return;
  time(scan);
  if (scan.timed) opening(scan);
}
