// Telegram Desktop's HTML export, the one that it offers first: messages.html, messages2.html and so on, each read by
// itself. Messages that were forwarded are nobody's here.
import type { SourceInput, SourceReader } from "../reader.ts";
import { layOut, type Spoken } from "./extracted.ts";
import { present } from "./fields.ts";
import { htmlText } from "./html-text.ts";
import { headText } from "./lines-of-head.ts";

const opening = '<div class="message ';
const forwarded = 'class="forwarded body"';

/** What stands between two texts, the first of them behind `from`; undefined where either is not there. */
function between(html: string, begin: string, end: string, from = 0): string | undefined {
  const at = html.indexOf(begin, from);
  if (at === -1) return undefined;
  const until = html.indexOf(end, at + begin.length);
  return until === -1 ? undefined : html.slice(at + begin.length, until);
}

/** `01.02.2024 10:00:00 UTC+01:00`; older exports have no offset. */
function isoDate(title: string | undefined): string | undefined {
  const found = /^(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d:\d\d))?/u.exec(
    title ?? "",
  );
  if (found === null) return undefined;
  const [, day, month, year, time, offset = ""] = found;
  return `${year}-${month}-${day}T${time}${offset}`;
}

/** The messages of a page, in order; one without a name is by who wrote the one before. */
function* spokenIn(html: string): Generator<Spoken> {
  const chat = htmlText(between(html, '<div class="text bold">', "</div>") ?? "chat");
  let speaker: string | undefined;
  let at = html.indexOf(opening);
  while (at !== -1) {
    const next = html.indexOf(opening, at + opening.length);
    const message = html.slice(at, next === -1 ? html.length : next);
    const [own = ""] = message.split(forwarded, 1);
    const name = between(own, '<div class="from_name">', "</div>");
    if (name !== undefined) speaker = htmlText(name.split("<span")[0] ?? name);
    const spoken = spokenOf(message, chat, speaker);
    if (spoken !== undefined) yield spoken;
    at = next;
  }
}

function spokenOf(message: string, chat: string, speaker: string | undefined): Spoken | undefined {
  const isService = message.startsWith(`${opening}service`);
  const body = isService
    ? between(message, '<div class="body details">', "</div>")
    : between(message, '<div class="text">', "</div>");
  const text = htmlText(body ?? "");
  if (text === "") return undefined;
  const isForwarded = message.includes(forwarded);
  return {
    text,
    thread: chat,
    ...present({
      id: between(message, 'id="message', '"'),
      replyTo: between(message, "#go_to_message", '"'),
      speaker: isService ? undefined : speaker,
      sentAt: isoDate(between(message, 'date details" title="', '"')),
    }),
    ...(isService || isForwarded ? { automatic: true } : {}),
  };
}

async function* pages(input: SourceInput): AsyncGenerator<Spoken> {
  yield* spokenIn(await input.text());
}

export const telegramHtmlReader: SourceReader = {
  about: "Telegram chats, exported as HTML (messages.html)",
  extensions: ["html"],
  container: true,
  recognises: (_name, head) => {
    const text = headText(head);
    const isPage = text.includes('class="page_wrap') && text.includes('class="history"');
    return isPage && text.includes(opening) ? 0.97 : 0;
  },
  read: (input) => layOut(pages(input)),
};
