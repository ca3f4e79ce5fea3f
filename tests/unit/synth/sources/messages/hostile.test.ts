import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
// What a stranger may send: each about a megabyte, read and searched for conversations in less than two seconds of
// processor time, or refused.
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { conversationsOf } from "../../../../../src/synth/identify/conversations/conversations.ts";
import { openSources } from "../../../../../src/synth/sources/open.ts";

const megabyte = 1_000_000;
const fill = (piece: string, length = megabyte): string =>
  piece.repeat(Math.ceil(length / piece.length));
const list = (count: number, one: (at: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, at) => one(at));

const discord = (messages: unknown[]): string =>
  JSON.stringify({
    guild: {},
    channel: { name: "c" },
    messages: [{ id: "0", type: "Default", content: "a", author: { name: "x" } }, ...messages],
  });
const graph = (content: string): string =>
  JSON.stringify({
    value: list(2, (at) => ({
      id: at,
      messageType: "message",
      createdDateTime: "2024-01-01",
      from: { user: { displayName: `u${at}` } },
      body: { contentType: "html", content },
    })),
  });
const eml = (body: string, more = ""): string =>
  `From: a@x.example\nTo: b@x.example\nSubject: s\nMessage-ID: <1@x>\n${more}\n${body}`;
const vtt = (payload: string): string => `WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n${payload}`;
const irc = (line: string): string => fill(`[10:00:00] <a> hi\n[10:00:01] <b> yes\n${line}\n`);

const files: Readonly<Record<string, readonly [name: string, content: () => string | Uint8Array]>> =
  {
    "a WhatsApp chat of one line": [
      "a.txt",
      () => `01.01.24, 10:00 - A: x\n01.01.24, 10:00 - B: ${fill("y ")}`,
    ],
    "a WhatsApp chat of empty lines": [
      "a.txt",
      () => `01.01.24, 10:00 - A: x\n01.01.24, 10:00 - B: y${fill("\r\n")}z`,
    ],
    "a WhatsApp chat of dates alone": [
      "a.txt",
      () => fill("01.01.24, 10:00 - A: \n02.13.24, 10:00 - B: \n"),
    ],
    "a WhatsApp chat of a million-fold bracket": [
      "a.txt",
      () => `[01.01.24, 10:00:00] A: x\n[01.01.24, 10:00:00] B: y\n${fill("[")}`,
    ],
    "a chat of fifty thousand people": [
      "a.txt",
      () => list(30_000, (at) => `01.01.24, 10:00 - P${at}: q${at}?`).join("\n"),
    ],
    "an IRC log of many nicks addressed": [
      "a.log",
      () =>
        list(20_000, (at) => `[10:00:00] <n${at}> n${at - 7}: how, n${at - 3}? @n${at} @x @y`).join(
          "\n",
        ),
    ],
    "an IRC log without times": ["a.log", () => fill("<a> b: what?\n<b> a: that\n<c> hm\n")],
    "an IRC log of angles": ["a.log", () => irc("<".repeat(500))],
    "an IRC log of commas": ["a.log", () => irc(`[10:00:02] <c> ${"a, ".repeat(300)}`)],
    "subtitles of arrows": ["a.vtt", () => vtt(fill("-->"))],
    "subtitles of open tags": ["a.vtt", () => vtt(fill("<v "))],
    "subtitles of voices": ["a.vtt", () => vtt(fill("<v A>x</v> <v B>y</v>"))],
    "subtitles of times": ["a.srt", () => fill("1\n00:00:01,000 --> 00:00:02,000\n")],
    "subtitles of a colon a line": [
      "a.srt",
      () => `1\n00:00:01,000 --> 00:00:02,000\n${fill("A:\n")}`,
    ],
    "a Discord export of a ring of replies": [
      "a.json",
      () =>
        discord(
          list(6000, (at) => ({
            id: String(at),
            type: "Reply",
            content: "a?",
            author: { name: `u${at % 9}` },
            reference: { messageId: String((at * 7 + 1) % 6000) },
          })),
        ),
    ],
    "a Discord export of mentions": [
      "a.json",
      () =>
        discord([
          {
            id: "1",
            type: "Default",
            content: fill("@a "),
            author: { name: "x" },
            mentions: list(5000, () => ({ name: "a", nickname: "b" })),
          },
        ]),
    ],
    "JSON in JSON": [
      "a.json",
      () => `{"guild":{},"channel":{},"author":1,"messages":[${fill("[")}`,
    ],
    "JSON that never ends": [
      "a.json",
      () => `{"guild":{},"channel":{},"author":1,"messages":["${fill("a")}`,
    ],
    "JSON of quotes": [
      "a.json",
      () => `{"guild":{},"channel":{},"author":1,"messages":[${fill('"\\\\",')}`,
    ],
    "a ChatGPT export that is one chain": [
      "conversations.json",
      () =>
        JSON.stringify([
          {
            mapping: Object.fromEntries(
              list(6000, (at) => [
                `n${at}`,
                {
                  id: `n${at}`,
                  parent: `n${at - 1}`,
                  children: [],
                  message: {
                    author: { role: at % 2 === 0 ? "user" : "assistant" },
                    content: { parts: ["a"] },
                  },
                },
              ]) as [string, unknown][],
            ),
            current_node: "n5999",
          },
        ]),
    ],
    "a Claude export of a ring": [
      "conversations.json",
      () =>
        JSON.stringify([
          {
            uuid: "x",
            chat_messages: list(6000, (at) => ({
              uuid: `${at}`,
              parent_message_uuid: `${(at + 1) % 6000}`,
              sender: at % 2 === 0 ? "human" : "assistant",
              text: "a",
            })),
          },
        ]),
    ],
    "HTML of open tags": ["a.json", () => graph(fill("<p"))],
    "HTML of quotes": ["a.json", () => graph(fill("<blockquote>x"))],
    "HTML of scripts": ["a.json", () => graph(fill("<script>"))],
    "HTML of ampersands": ["a.json", () => graph(fill("&"))],
    "HTML of entities": ["a.json", () => graph(fill("&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;"))],
    "a Telegram page of message heads": [
      "messages.html",
      () => `<div class="page_wrap"><div class="history">${fill('<div class="message x')}`,
    ],
    "a Telegram page of texts": [
      "messages.html",
      () =>
        `<div class="page_wrap"><div class="history">${fill('<div class="message default" id="message1"><div class="text">a<')}`,
    ],
    "a mail of quote marks": ["a.eml", () => eml(fill(">"))],
    "a mail of introductions": ["a.eml", () => eml(fill("On a day\nAda wrote:\n> x\n"))],
    "a mail of half introductions": ["a.eml", () => eml(fill("On \n"))],
    "a mail of header blocks": ["a.eml", () => eml(fill("From: a\nSent: b\nTo: c\nSubject: d\n"))],
    "a mail of dividers": ["a.eml", () => eml(fill(`${"_".repeat(32)}\n\n\n`))],
    "a mail of references": ["a.eml", () => eml("x", `References: ${fill("<a@x> ")}\n`)],
    "a mail of parts": [
      "a.eml",
      () =>
        eml(
          fill("--b\nContent-Type: multipart/mixed; boundary=b\n\n"),
          "Content-Type: multipart/mixed; boundary=b\n",
        ),
    ],
    "a mailbox of envelopes": [
      "a.mbox",
      () => fill("From a@x Mon Jan  1 10:00:00 2024\nFrom: a@x\nSubject: s\n\n"),
    ],
    "a mailbox that answers itself": [
      "a.mbox",
      () =>
        list(
          3000,
          (at) =>
            `From a@x Mon Jan  1 10:00:00 2024\nFrom: a${at}@x\nSubject: Re: s\nMessage-ID: <${at}@x>\nReferences: <${(at + 1) % 3000}@x> <${(at + 2) % 3000}@x>\n\nx?\n`,
        ).join("\n"),
    ],
    "posts with a document type": [
      "Posts.xml",
      () => `<!DOCTYPE a [<!ENTITY b "c">]>\n<posts>\n<row PostTypeId="1"/>${fill("&b;")}`,
    ],
    "posts in posts": ["Posts.xml", () => `<posts><row PostTypeId="1"/>${fill("<posts>")}`],
    "a Slack zip of a million users": [
      "a.zip",
      () =>
        zipSync({
          "users.json": strToU8(
            JSON.stringify(list(20_000, (at) => ({ id: `U${at}`, name: `u${at}` }))),
          ),
          "c/2024-01-01.json": strToU8(
            JSON.stringify(
              list(3000, (at) => ({ ts: `${at}`, user: `U${at}`, text: fill("<@U1", 200) })),
            ),
          ),
        }),
    ],
  };

test.each(Object.entries(files))(
  "%s",
  async (_name, [name, content]) => {
    const folder = mkdtempSync(join(tmpdir(), "ft-hostile-"));
    try {
      writeFileSync(join(folder, name), content());
      const begin = process.cpuUsage();
      const options = { assistants: [], minTurns: 2, minConfidence: 0 };
      const opened = openSources([folder], { isInProcess: true });
      for await (const source of opened)
        for await (const { messages } of conversationsOf(source, options))
          expect(messages.length).toBeGreaterThan(1);
      const { user, system } = process.cpuUsage(begin);
      expect((user + system) / 1e6).toBeLessThan(2);
      expect(opened.report.read.length + opened.report.skipped.length).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000,
);
