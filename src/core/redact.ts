// Text without what looks like a key, a token or a password. Knows no log and no stream.

export const REDACTED = "[redacted]";
/** Names of values that are told nowhere. */
export const SECRET_KEY =
  /(?:^|[_-])(?:token|secret|password|passwd|authorization|api[_-]?key|credential)s?$/i;
const SECRET_VALUES: readonly [RegExp, string][] = [
  [/\bhf_[A-Za-z0-9]{8,}/g, REDACTED],
  [/\b(?:sk|pk|rk|tml|xai|gsk)-[A-Za-z0-9_-]{8,}/g, REDACTED],
  [/\bAKIA[A-Z0-9]{12,}/g, REDACTED],
  [/\bAIza[A-Za-z0-9_-]{20,}/g, REDACTED],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/(\/\/[^/\s:@]+:)[^@\s/]+@/g, `$1${REDACTED}@`],
  [
    // A parser's "Unexpected token: EndOfFile" tells no secret.
    /(?<!unexpected )\b((?:api[_-]?key|access[_-]?token|token|secret|password)["']?\s*[=:]\s*["']?)[^\s"',&]{6,}/gi,
    `$1${REDACTED}`,
  ],
];

/** Text without anything that looks like a key, a token or a password. */
export function redact(text: string): string {
  return SECRET_VALUES.reduce((line, [pattern, by]) => line.replace(pattern, by), text);
}
