// The line that introduces a quote in a mail ("On … Ada wrote:") in several languages, and the header block that others
// put there, with the name of whom they quote.

/** Word that such a line begins with, and one that stands at its end or near it. */
const forms: readonly (readonly [begin: string, end: string])[] = [
  ["on ", "wrote:"],
  ["on ", "writes:"],
  ["am ", "schrieb"],
  ["le ", "a écrit"],
  ["el ", "escribió:"],
  ["em ", "escreveu"],
  ["il ", "ha scritto"],
  ["op ", "schreef"],
  ["den ", "skrev"],
  ["w dniu ", "napisał"],
  ["", "пишет:"],
  ["", "написал"],
  ["", "写道："],
  ["", "写道:"],
  ["", "wrote:"],
  ["", "yazdı:"],
];
const longest = 300;
/** Words of a line that begins with no such word: `Ada wrote:`. */
const longestBare = 12;

/** Whom an introducing line names, "" where it names nobody; undefined where the line is none. */
export function attributed(line: string): string | undefined {
  const text = line.trimEnd();
  if (text.length > longest || !(text.endsWith(":") || text.endsWith("："))) return undefined;
  const lower = text.trimStart().toLowerCase();
  const form = forms.find(
    ([begin, end]) => lower.startsWith(begin) && lower.slice(-80).includes(end),
  );
  if (form === undefined) return endsWithAddress(lower) ? nameIn(text, ">:") : undefined;
  if (form[0] === "" && text.split(" ").length > longestBare) return undefined;
  return nameIn(text, form[1]);
}

/** `1 янв. 2024 г. в 10:00, Ada <ada@x.org>:`, as some languages leave the verb out. */
function endsWithAddress(lower: string): boolean {
  const open = lower.lastIndexOf("<");
  return (
    lower.endsWith(">:") &&
    open > 0 &&
    lower.indexOf("@", open) !== -1 &&
    /\d/u.test(lower.slice(0, open))
  );
}

/** `Mon, Jan 1, 2024 at 10:00 AM Ada King <ada@x.org>` has Ada King. */
function nameIn(text: string, verb: string): string {
  const open = text.indexOf("<");
  const at = text.toLowerCase().lastIndexOf(verb);
  const verbEnd = at + verb.length;
  const isVerbFirst = at < open;
  const before = text
    .slice(isVerbFirst ? verbEnd : 0, open === -1 ? at : open)
    .replace(/^on /iu, "");
  const behindVerb = text.slice(verbEnd).split("<")[0] ?? "";
  const name = lastName(before) || lastName(behindVerb.replace(/[:：]/gu, ""));
  if (name !== "" || open === -1) return name;
  const close = text.indexOf(">", open);
  return close === -1 ? "" : text.slice(open + 1, close).replace("mailto:", "");
}

/** The words behind the last number, comma or half of the day. */
function lastName(text: string): string {
  const words = text.trim().split(" ");
  let from = words.length;
  while (from > 0 && isNameWord(words[from - 1] ?? "")) from--;
  return words
    .slice(from)
    .join(" ")
    .replace(/^["'( ]+|["'() ]+$/gu, "");
}

const dayWords = new Set([
  "am",
  "pm",
  "a.m.",
  "p.m.",
  "um",
  "at",
  "uhr",
  "à",
  "om",
  "alle",
  "às",
  "utc",
  "gmt",
]);

function isNameWord(word: string): boolean {
  return word !== "" && !/[\d,:]/u.test(word) && !dayWords.has(word.toLowerCase());
}

const dividers = [
  "-----original message-----",
  "-----ursprüngliche nachricht-----",
  "-----message d'origine-----",
  "-----mensaje original-----",
  "-----messaggio originale-----",
  "-----mensagem original-----",
  "---------- forwarded message ---------",
  "-------- original message --------",
];
const froms = [
  "from:",
  "von:",
  "de:",
  "da:",
  "van:",
  "från:",
  "от:",
  "发件人:",
  "发件人：",
  "kimden:",
];
const headers = [
  ...[
    "sent:",
    "date:",
    "to:",
    "cc:",
    "subject:",
    "gesendet:",
    "datum:",
    "an:",
    "betreff:",
    "envoyé",
    "à:",
    "objet",
  ],
  ...[
    "enviado",
    "para:",
    "asunto:",
    "assunto:",
    "data:",
    "inviato:",
    "a:",
    "oggetto:",
    "verzonden:",
    "aan:",
  ],
  ...["onderwerp:", "发送时间", "收件人", "主题", "importance:", "reply-to:", "bcc:"],
];

export function isDivider(line: string): boolean {
  if (line.length > 80 || !(line.includes("--") || line.includes("__"))) return false;
  const lower = line.trim().toLowerCase();
  return dividers.includes(lower) || /^_{20,60}$/u.test(lower);
}

/** Whom a `From:` line of a quoted header names. */
export function fromLine(line: string): string | undefined {
  if (!line.includes(":") && !line.includes("：")) return undefined;
  const lower = line.trim().replace(/^\*+/u, "").toLowerCase();
  const begin = froms.find((word) => lower.startsWith(word));
  if (begin === undefined) return undefined;
  const said = line.trim().replaceAll("*", "").slice(begin.length).trim();
  return (said.split("<")[0] ?? said).split("[")[0]?.trim() || said;
}

export function isQuotedHeader(line: string): boolean {
  const lower = line.trim().replace(/^\*+/u, "").toLowerCase();
  return headers.some((word) => lower.startsWith(word));
}
