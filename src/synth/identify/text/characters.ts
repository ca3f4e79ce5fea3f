// What single characters are, by code, for scanners that look at each character of a document at most a few times.

/** Blanks within a line: space, tab, form feed, no-break and wide spaces, and marks that show nothing. */
export function isBlankCode(code: number): boolean {
  if (code < 0x80) return code === 0x20 || code === 0x09 || code === 0x0c || code === 0x0b;
  return (
    code === 0xa0 ||
    code === 0x3000 ||
    code === 0xfeff ||
    code === 0x202f ||
    (code >= 0x2000 && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}

export function isDigitCode(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const letter = /\p{L}|\p{M}/u;

export function isLetterCode(code: number): boolean {
  if (code < 0x80) return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  if (code >= 0xd800 && code <= 0xdfff) return false;
  return letter.test(String.fromCharCode(code));
}

/** Chinese, Japanese, Korean: written without spaces between a label, its colon and what follows. */
export function isEastAsianCode(code: number): boolean {
  return (code >= 0x2e80 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3);
}

export function isColonCode(code: number): boolean {
  return code === 0x3a || code === 0xff1a || code === 0xfe55 || code === 0xfe13 || code === 0xa789;
}

export function isDashCode(code: number): boolean {
  return code === 0x2d || (code >= 0x2010 && code <= 0x2015) || code === 0x2212;
}

export function isQuestionMarkCode(code: number): boolean {
  return code === 0x3f || code === 0xff1f || code === 0x61f || code === 0x37e || code === 0xbf;
}

/** Characters that end a sentence in the scripts much used. */
export function endsSentenceCode(code: number): boolean {
  return (
    code === 0x2e ||
    code === 0x21 ||
    isQuestionMarkCode(code) ||
    code === 0x2026 ||
    code === 0x3002 ||
    code === 0xff01 ||
    code === 0xff0e ||
    code === 0x6d4 ||
    code === 0x964
  );
}

const marks = /\p{M}/gu;

/** Lower case without accents, so that `RÉPONSE` and `reponse` are one; the dotless i of Turkish is an i. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  for (let index = 0; index < lower.length; index += 1)
    if (lower.charCodeAt(index) >= 0x80)
      return lower.normalize("NFD").replace(marks, "").normalize("NFC").replaceAll("ı", "i");
  return lower;
}
