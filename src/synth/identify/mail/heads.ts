// What begins a mail in text: a head of From, To, Subject and their like, or a line that says who wrote what is quoted
// below it.
import { wordSet } from "../lexicon/word-list.ts";
import { isColonCode, isDigitCode } from "../text/characters.ts";
import type { Stretch } from "../text/stretch.ts";

const senders = wordSet(
  "from, von, de, da, gönderen, kimden, van, od, от, от кого, 发件人, 寄件者, 差出人, expéditeur, remitente",
);
const otherFields = wordSet(
  "to, an, à, para, a, alıcı, kime, aan, do, кому, 收件人, 宛先, cc, kopie, sent, date, gesendet, datum, envoyé, enviado, fecha",
  "gönderildi, tarih, verzonden, wysłano, data, отправлено, дата, 发送时间, 日期, subject, betreff, objet, asunto, konu, assunto",
  "oggetto, onderwerp, temat, тема, 主题, 件名, reply-to, bcc, inviato, enviada, date d'envoi, destinataire, destinatario",
);
const subjects = wordSet(
  "subject, betreff, objet, asunto, konu, assunto, oggetto, onderwerp, temat, тема, 主题, 件名",
);

const wrote = [
  "wrote",
  "schrieb",
  "a écrit",
  "escribió",
  "yazdı",
  "写道",
  "ha scritto",
  "escreveu",
  "napisał",
  "schreef",
  "пишет",
  "написал",
  "skrev",
  "şunu yazdı",
];

function field(stretch: Stretch, line: number): { key: string; value: string } | undefined {
  const label = stretch.label(line);
  if (label === undefined || label.separator !== "colon" || label.quoted > 0) return undefined;
  return { key: label.key, value: stretch.text.slice(label.body, stretch.lines.end(line)) };
}

export interface MailHead {
  /** Line behind it. */
  readonly end: number;
  readonly author: string | undefined;
  readonly reply: boolean;
  /** Without marks of answering. */
  readonly subject: string | undefined;
}

const replyMarks = new Set([
  "re",
  "aw",
  "antw",
  "ynt",
  "rv",
  "sv",
  "fwd",
  "fw",
  "wg",
  "tr",
  "回复",
  "答复",
  "转发",
]);

/** A subject without `Re:` and its like, and whether it had one. */
function bareSubject(value: string): [subject: string, reply: boolean] {
  let [rest, reply] = [value.trim(), false];
  for (let colon = rest.search(/[:：]/u); colon > 0; colon = rest.search(/[:：]/u)) {
    if (!replyMarks.has(rest.slice(0, colon).trim().toLowerCase())) break;
    rest = rest.slice(colon + 1).trim();
    reply = true;
  }
  return [rest.toLowerCase(), reply];
}

/** A head that begins on a line: two fields at least, one of them the sender. */
export function headEnd(stretch: Stretch, line: number): MailHead | undefined {
  if (stretch.fence(line) > 0) return undefined;
  let [end, fields] = [line, 0];
  let dated = false;
  let author: string | undefined;
  let subject: string | undefined;
  let reply = false;
  for (; end < stretch.lines.count && end < line + 12; end += 1) {
    const found = field(stretch, end);
    if (found === undefined || !(senders.has(found.key) || otherFields.has(found.key))) break;
    if (senders.has(found.key) && !(found.key === "de" && author !== undefined))
      author = mailAuthor(found.value);
    if (subjects.has(found.key)) [subject, reply] = bareSubject(found.value.slice(0, 300));
    if (subjects.has(found.key) || hasDateOrAddress(found.value.slice(0, 300))) dated = true;
    fields += 1;
  }
  return author === undefined || author === "" || fields < 2 || !dated || /[{}()[\]=;]/.test(author)
    ? undefined
    : { end, author, reply, subject };
}

/** `Ann Lee <ann@lee.example>` is Ann Lee. */
export function mailAuthor(value: string): string {
  const bracket = value.indexOf("<");
  const name = (bracket > 0 ? value.slice(0, bracket) : value).slice(0, 80);
  return name.replaceAll('"', "").trim();
}

function endsInColon(stretch: Stretch, line: number): boolean {
  return isColonCode(stretch.text.charCodeAt(stretch.lines.end(line) - 1));
}

function hasDateOrAddress(text: string): boolean {
  if (text.includes("@")) return true;
  for (let at = 1; at < text.length; at += 1)
    if (isDigitCode(text.charCodeAt(at)) && isDigitCode(text.charCodeAt(at - 1))) return true;
  return false;
}

/** The line behind `On Monday, … wrote:`, which may be broken once; undefined where the line says nothing like it. */
export function attributionEnd(
  stretch: Stretch,
  line: number,
): { end: number; author: string | undefined } | undefined {
  const { lines } = stretch;
  if (stretch.fence(line) > 0) return undefined;
  for (let end = line + 1; end <= Math.min(line + 2, lines.count); end += 1) {
    if (lines.isBlank(end - 1) || lines.end(end - 1) - lines.start(line) > 240) return undefined;
    if (!endsInColon(stretch, end - 1)) continue;
    const text = stretch.text.slice(lines.ink(line), lines.end(end - 1));
    const verb = wrote.find((word) => text.includes(word));
    if (verb === undefined || !hasDateOrAddress(text)) return undefined;
    return { end, author: authorOf(text, verb) };
  }
  return undefined;
}

/** The words before the verb, behind the last comma or time. */
function authorOf(text: string, verb: string): string | undefined {
  const before = text.slice(0, text.indexOf(verb)).trim();
  const bracket = before.indexOf("<");
  const named = bracket > 0 ? before.slice(0, bracket).trim() : before;
  const words = named.split(/[\s,]+/u);
  const behind = words.slice(words.findLastIndex((word) => /\d/.test(word)) + 1);
  const name = behind
    .filter((word) => !/^(?:am|pm|uhr|um|at|le|el)$/i.test(word))
    .join(" ")
    .replace(/[:,]$/, "");
  return name === "" || name.length > 60 ? undefined : name;
}
