// Recognises the times and dates that stand beside speakers: `[10:23]`, `12/05/2024, 10:23 AM`, `Today at 10:23`.
// Says how far one reaches, not what it means.
import { folded, isBlankCode, isDashCode, isDigitCode, isLetterCode } from "./characters.ts";

const longest = 48;

const timeWords = new Set(
  (
    "am pm a.m p.m a p at on uhr um h hrs min mins s sec utc gmt est edt cet pst pdt ist t z " +
    "today yesterday heute gestern hier aujourd hoy ayer oggi ieri bugun dun hoje ontem a à le el el de " +
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday " +
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september " +
    "october november december januar februar marz mai juni juli oktober dezember janvier fevrier mars avril juin " +
    "juillet aout septembre octobre novembre decembre enero febrero marzo abril mayo junio julio agosto septiembre " +
    "octubre noviembre diciembre ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik " +
    "st nd rd th ago days day hours hour minutes 年 月 日 上午 下午 今天 昨天"
  ).split(" "),
);

function isTimeMark(code: number): boolean {
  return (
    isBlankCode(code) ||
    isDashCode(code) ||
    code === 0x3a || // :
    code === 0x2e || // .
    code === 0x2c || // ,
    code === 0x2f || // /
    code === 0x2b || // +
    code === 0xff1a
  );
}

function wordEnd(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isLetterCode(text.charCodeAt(at))) at += 1;
  return at;
}

interface Run {
  end: number;
  digits: number;
  clock: boolean;
  /** Points between digits: two make a date, one a number. */
  points: number;
}

/** A colon, point or slash with digits on both sides: what a time or a date has and a plain number has not. */
function joinsDigits(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const joins = code === 0x3a || code === 0x2f || code === 0x2e || code === 0x2d || code === 0xff1a;
  return joins && isDigitCode(text.charCodeAt(at - 1)) && isDigitCode(text.charCodeAt(at + 1));
}

function step(text: string, at: number, end: number, run: Run): number {
  const code = text.charCodeAt(at);
  if (isDigitCode(code)) {
    run.digits += 1;
    run.end = at + 1;
    return at + 1;
  }
  if (isTimeMark(code)) {
    if (joinsDigits(text, at)) {
      run.points += code === 0x2e ? 1 : 0;
      run.clock ||= code !== 0x2e || run.points > 1;
    }
    return at + 1;
  }
  if (!isLetterCode(code)) return -1;
  const behind = wordEnd(text, at, end);
  if (!timeWords.has(folded(text.slice(at, behind)))) return -1;
  run.end = behind;
  return behind;
}

/**
 * Where a time or date that begins at `from` ends, -1 when none does. A colon behind it is not of it.
 */
export function timeEnd(text: string, from: number, lineEnd: number): number {
  const end = Math.min(lineEnd, from + longest);
  const run: Run = { end: from, digits: 0, clock: false, points: 0 };
  for (let at = from; at !== -1 && at < end;) at = step(text, at, end, run);
  return run.clock && run.digits >= 2 ? run.end : -1;
}

/** Where a time in square or round brackets that begins at `from` ends, behind the bracket; -1 when none does. */
export function bracketedTimeEnd(text: string, from: number, lineEnd: number): number {
  const open = text.charCodeAt(from);
  if (open !== 0x5b && open !== 0x28) return -1;
  const end = timeEnd(text, from + 1, lineEnd);
  if (end === -1) return -1;
  let at = end;
  while (at < lineEnd && (isBlankCode(text.charCodeAt(at)) || text.charCodeAt(at) === 0x2e))
    at += 1;
  return text.charCodeAt(at) === (open === 0x5b ? 0x5d : 0x29) ? at + 1 : -1;
}
