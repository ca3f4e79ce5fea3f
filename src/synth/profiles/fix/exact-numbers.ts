// Numbers of a row that JavaScript cannot hold (integers beyond 2^53, 1e400, more digits than a double has) in their own
// spelling when the row is written again.
import { randomUUID } from "node:crypto";

/** Texts, to be stepped over, and numbers. */
const numberOrText = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** No shorter number is changed by being read. */
const mayBeLost = /\d[\d.]{15}|\d[eE][+-]?\d/;

/** Digits without zeros around them, and how often ten times them it is. */
function canonical(spelled: string): string {
  const [, sign = "", whole = "", part = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(spelled) ?? [];
  const digits = `${whole}${part}`.replace(/^0+/, "");
  const short = digits.replace(/0+$/, "");
  if (short === "") return "0";
  return `${sign}${short}e${Number(power) - part.length + digits.length - short.length}`;
}

function isLost(spelled: string): boolean {
  const value = Number(spelled);
  return !Number.isFinite(value) || canonical(spelled) !== canonical(String(value));
}

/** By the number that was read: how it was spelled; null where two are read as one and cannot be told apart. */
function lostNumbers(text: string): Map<number, string | null> {
  const lost = new Map<number, string | null>();
  if (!mayBeLost.test(text)) return lost;
  const spelled = new Map<number, Set<string>>();
  for (const [token] of text.matchAll(numberOrText)) {
    if (token.startsWith('"')) continue;
    const value = Number(token);
    spelled.set(value, (spelled.get(value) ?? new Set()).add(token));
  }
  for (const [value, spellings] of spelled) {
    const [first = ""] = spellings;
    if ([...spellings].some(isLost)) lost.set(value, spellings.size === 1 ? first : null);
  }
  return lost;
}

/** Whether the text has a number that is another one when it is read. */
export const losesNumbers = (text: string): boolean => lostNumbers(text).size > 0;

/** A row that was read of `text` as JSON; undefined where a number could only be written as another. */
export function exactJson(row: unknown, text: string): string | undefined {
  const lost = lostNumbers(text);
  if (lost.size === 0) return JSON.stringify(row);
  if ([...lost.values()].includes(null)) return undefined;
  const mark = randomUUID();
  const written = JSON.stringify(row, (_, value: unknown) =>
    typeof value === "number" && lost.has(value) ? `${mark}${lost.get(value)}` : value,
  );
  return written.replaceAll(new RegExp(`"${mark}([^"]+)"`, "g"), "$1");
}
