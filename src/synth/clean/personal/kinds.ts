// Personal data and secrets by kind: where they are in a text. Each is checked beyond its look: card numbers by Luhn,
// accounts by their remainder, addresses by their ranges. Patterns are bounded, so that any text is read in one go.
import { isIPv6 } from "node:net";
import { secretsIn } from "../../../core/secrets.ts";

export interface Found {
  readonly start: number;
  readonly end: number;
}

export interface PersonalKind {
  readonly about: string;
  find(text: string): Found[];
}

function matches(
  text: string,
  look: RegExp,
  isOne: (match: string, start: number) => boolean = () => true,
): Found[] {
  return [...text.matchAll(look)]
    .filter((match) => isOne(match[0], match.index))
    .map(({ 0: match, index }) => ({ start: index, end: index + match.length }));
}

const digitsOf = (text: string): string => text.replaceAll(/\D/g, "");

/** Luhn's check: every second digit from the right doubled, the sum divisible by ten (ISO/IEC 7812). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 1 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Whole lengths by country (ISO 13616 register, 2024). */
const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 " +
    "FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 " +
    "LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 " +
    "SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Remainder by 97 of the number that an IBAN stands for; 1 for a sound one (ISO 7064). */
export function isIban(text: string): boolean {
  const plain = text.replaceAll(" ", "").toUpperCase();
  if (ibanLengths[plain.slice(0, 2)] !== plain.length) return false;
  let remainder = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** An IBAN may be followed by a word in capitals: the country says how long it is. */
function findIbans(text: string): Found[] {
  const look = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}/g;
  return [...text.matchAll(look)].flatMap(({ 0: match, index }) => {
    const length = ibanLengths[match.slice(0, 2)] ?? 0;
    let [end, letters] = [0, 0];
    while (end < match.length && letters < length) if (match[end++] !== " ") letters++;
    const isWhole = !/[A-Za-z0-9]/.test(text[index + end] ?? "");
    return isWhole && isIban(match.slice(0, end)) ? [{ start: index, end: index + end }] : [];
  });
}

const localPart = /[A-Za-z0-9._%+-]/;

/** From each @ to both sides. */
function findEmails(text: string): Found[] {
  const found: Found[] = [];
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    let start = at;
    while (start > 0 && at - start < 64 && localPart.test(text[start - 1]!)) start--;
    const [host = ""] =
      /^(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])/.exec(
        text.slice(at + 1, at + 300),
      ) ?? [];
    while (text[start] === ".") start++;
    if (start < at && host !== "") found.push({ start, end: at + 1 + host.length });
  }
  return found;
}

/** Beginnings and lengths of the large issuers' numbers. */
const cardLooks = [
  /^4(?:\d{12}|\d{15}|\d{18})$/,
  /^(?:5[1-5]|2[2-7])\d{14}$/,
  /^3[47]\d{13}$/,
  /^3[068]\d{12}$/,
  /^6\d{15,18}$/,
];

const isCard = (match: string): boolean => {
  const digits = digitsOf(match);
  return cardLooks.some((look) => look.test(digits)) && passesLuhn(digits);
};

/** With the country's number, or written in groups as the United States and Europe write them. */
const phoneLooks = [
  /(?<![\w+])\+\d{1,3}(?:[ ().\-/]{0,2}\d){6,13}(?![\w])/g,
  /(?<![\w.])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-. ]\d{4}(?![\w])/g,
  /(?<![\w.,/-]|\d )0\d{1,4}[ /-]{1,3}\d{2,8}(?:[ -]\d{2,6}){0,3}(?![\w.,/-])/g,
];

const isPhone = (match: string): boolean => {
  const { length } = digitsOf(match);
  // 2026-11-26 and its like
  return length >= 7 && length <= 15 && !/^\d{2,4}[-/.]\d{1,2}[-/.]\d{1,4}$/.test(match);
};

const isAddress = (match: string, start: number, text: string): boolean => {
  const octets = match.split(".").map(Number);
  const isVersion = /(?:v|version|release) ?$/i.test(text.slice(Math.max(0, start - 9), start));
  const isLocal = octets[0] === 127 || octets.every((octet) => octet === 0);
  return octets.every((octet) => octet <= 255) && !isVersion && !isLocal;
};

const findAddresses = (text: string): Found[] => [
  ...matches(text, /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g, (match, start) =>
    isAddress(match, start, text),
  ),
  ...matches(
    text,
    /(?<![\w:.])[0-9A-Fa-f:]{6,39}(?![\w:.])/g,
    (match) => match.includes(":") && isIPv6(match),
  ),
];

/** A secret ends where nothing of its kind goes on; a private key with its last line. */
function findSecrets(text: string): Found[] {
  return secretsIn(text, new Map()).map(({ kind, at }) => {
    const ending = kind === "a private key" ? text.indexOf("-----END", at) : -1;
    if (ending !== -1) {
      const line = text.indexOf("\n", ending);
      return { start: at, end: line === -1 ? text.length : line };
    }
    const [rest = ""] = /^[^\s"'`<>()[\]{},;]{1,4096}/.exec(text.slice(at, at + 4096)) ?? [];
    return { start: at, end: at + Math.max(1, rest.length) };
  });
}

/** The next kind is one line here. Earlier ones win where two find the same place. */
export const personalKinds: Readonly<Record<string, PersonalKind>> = {
  secret: { about: "API keys, tokens, passwords in URLs", find: findSecrets },
  email: { about: "e-mail addresses", find: findEmails },
  iban: { about: "bank account numbers (IBAN)", find: findIbans },
  card: {
    about: "payment card numbers",
    find: (text) => matches(text, /(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w])/g, isCard),
  },
  ssn: {
    about: "US social security numbers",
    find: (text) =>
      matches(text, /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g),
  },
  ip: { about: "IP addresses", find: findAddresses },
  phone: {
    about: "phone numbers",
    find: (text) => phoneLooks.flatMap((look) => matches(text, look, isPhone)),
  },
};
