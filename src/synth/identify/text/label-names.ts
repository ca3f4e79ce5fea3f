// What a label's words come to without their number and without the verb of saying.
import { isDigitCode } from "./characters.ts";

const numberWords = new Set(["no", "nr", "n", "num", "number", "nummer"]);

function isNumberCode(code: number): boolean {
  return isDigitCode(code) || (code >= 0xff10 && code <= 0xff19);
}

/** `question 12` and `question no. 12` are `question` and `12`. */
export function stemOf(key: string): [stem: string, number: string] {
  let digits = key.length;
  while (digits > 0 && isNumberCode(key.charCodeAt(digits - 1))) digits -= 1;
  if (digits === key.length || digits === 0) return [key, ""];
  let end = digits;
  while (end > 0 && " .#°_-".includes(key.charAt(end - 1))) end -= 1;
  const word = key.lastIndexOf(" ", end - 1);
  if (word > 0 && numberWords.has(key.slice(word + 1, end))) end = word;
  return [key.slice(0, end).trimEnd(), key.slice(digits)];
}

const verbs = new Set(
  "said wrote writes says asks asked replied replies answered answers schrieb sagt sagte fragt antwortet écrit dit escribió dijo escribe yazdı dedi sordu".split(
    " ",
  ),
);

/** `From Ann to Everyone` is Ann, as meetings write it. */
function sender(written: string): string | undefined {
  const to = written.startsWith("From ") ? written.indexOf(" to ") : -1;
  return to === -1 ? undefined : written.slice(5, to).trim();
}

/** `Ann wrote` is Ann. */
export function withoutVerb(written: string): string {
  const from = sender(written);
  if (from !== undefined && from !== "") return from;
  const blank = written.lastIndexOf(" ");
  if (blank !== -1)
    return verbs.has(written.slice(blank + 1)) ? written.slice(0, blank).trimEnd() : written;
  for (const verb of ["写道", "说", "說", "问道", "答道"])
    if (written.length > verb.length && written.endsWith(verb))
      return written.slice(0, -verb.length);
  return written;
}
