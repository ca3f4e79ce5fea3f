// Mail: mailboxes of threads with quotes above or below what is new, and one mail that quotes all before it. With
// signatures, several encodings, subjects in any language.
import type { Random } from "../../../src/core/random.ts";
import {
  bytesOf,
  castOf,
  chance,
  goldOf,
  interleaved,
  pick,
  type Render,
  type Sent,
} from "./rendering.ts";

const address = (name: string): string => `u${Buffer.from(name).toString("hex")}@mail.example`;
const encoded = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;
const signatures = ["\n\n-- \nThe Team\n+1 555 0100", "\n\nSent from my iPhone", ""];

const quoted = (text: string): string =>
  text
    .split("\n")
    .map((line) => (line.startsWith(">") ? `>${line}` : `> ${line}`))
    .join("\n");
const introduction = (name: string, time: number): string =>
  `On ${new Date(time * 1000).toUTCString()}, ${name} <${address(name)}> wrote:`;

interface Letter {
  readonly from: string;
  readonly to: string;
  readonly time: number;
  readonly id: string;
  readonly references: readonly string[];
  readonly subject: string;
  readonly body: string;
}

function mimeOf(
  { from, to, time, id, references, subject, body }: Letter,
  isEncoded: boolean,
): string {
  const last = references.at(-1);
  const headers = [
    `From: ${encoded(from)} <${address(from)}>`,
    `To: ${encoded(to)} <${address(to)}>`,
    `Subject: ${encoded(subject)}`,
    `Date: ${new Date(time * 1000).toUTCString()}`,
    `Message-ID: ${id}`,
    ...(last === undefined ? [] : [`In-Reply-To: ${last}`, `References: ${references.join(" ")}`]),
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Transfer-Encoding: ${isEncoded ? "base64" : "8bit"}`,
  ];
  const wrapped = (
    Buffer.from(body)
      .toString("base64")
      .match(/.{1,76}/gu) ?? []
  ).join("\n");
  const text = isEncoded ? wrapped : body.replaceAll(/^(>*From )/gmu, ">$1");
  return `${headers.join("\n")}\n\n${text}\n`;
}

/** One mail a turn: turns that were sent in two messages are one. */
function turnsOf(sent: readonly Sent[]): Sent[] {
  const turns: Sent[] = [];
  for (const one of sent) {
    const at = turns.findLastIndex(({ dialogue }) => dialogue === one.dialogue);
    const last = turns[at];
    if (last?.role === one.role) turns[at] = { ...last, text: `${last.text}\n${one.text}` };
    else turns.push(one);
  }
  return turns;
}

export const mbox: Render = (dialogues, random) => {
  const cast = castOf(dialogues.length, random);
  const turns = turnsOf(interleaved(dialogues, random)).map((one) => ({
    ...one,
    text: one.text.trim(),
  }));
  const before = new Map<number, Sent & { id: string; references: string[] }>();
  const mails = turns.map((one, at) => {
    const pair = cast[one.dialogue] as { user: string; assistant: string };
    const [from, to] =
      one.role === "user" ? [pair.user, pair.assistant] : [pair.assistant, pair.user];
    const last = before.get(one.dialogue);
    const id = `<${at}.${one.dialogue}@mail.example>`;
    const references = last === undefined ? [] : [...last.references, last.id];
    before.set(one.dialogue, { ...one, id, references });
    const signature = pick(random, signatures);
    const quote = last === undefined ? "" : `${introduction(to, last.time)}\n${quoted(last.text)}`;
    const isOnTop = chance(random, 0.5);
    const own = one.text + signature;
    const body = quote === "" ? own : isOnTop ? `${own}\n\n${quote}` : `${quote}\n\n${own}`;
    const subject = `${references.length > 0 ? "Re: " : ""}Question ${one.dialogue}`;
    const letter = { from, to, time: one.time, id, references, subject, body };
    return `From ${address(from)} ${new Date(one.time * 1000).toUTCString().replaceAll(",", "")}\n${mimeOf(letter, chance(random, 0.3))}`;
  });
  return {
    name: "inbox.mbox",
    bytes: bytesOf(mails.join("\n")),
    gold: goldOf(turns, dialogues.length),
  };
};

/** The last mail of a dialogue, with all that was written before in its quotes. */
export const eml: Render = (dialogues, random: Random) => {
  const [pair] = castOf(1, random);
  const dialogue = dialogues[0] ?? { turns: [] };
  const turns = dialogue.turns.map(({ role, text }) => ({
    role,
    text: text.trim().replaceAll(/\n{2,}/gu, "\n"),
  }));
  const isOnTop = chance(random, 0.6);
  let body = "";
  let time = 1_709_539_200;
  for (const [at, { role, text }] of turns.entries()) {
    const other = role === "user" ? pair?.assistant : pair?.user;
    const quote = at === 0 ? "" : `${introduction(other ?? "", time)}\n${quoted(body)}`;
    body = at === 0 ? text : isOnTop ? `${text}\n\n${quote}` : `${quote}\n\n${text}`;
    time += 5000;
  }
  const last = turns.at(-1)?.role ?? "user";
  const [from = "", to = ""] =
    last === "user" ? [pair?.user, pair?.assistant] : [pair?.assistant, pair?.user];
  const mail = mimeOf(
    { from, to, time, id: "<1@x>", references: ["<0@x>"], subject: "Re: a question", body },
    false,
  );
  return {
    name: "mail.eml",
    bytes: bytesOf(mail.replaceAll("\n", "\r\n")),
    gold: [turns.map(({ role, text }) => ({ role, content: text }))],
  };
};
