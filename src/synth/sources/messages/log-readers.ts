// The readers of chats and subtitles that are text files: how each is known by its first lines, and its parser. Offsets
// are into the file's own text.
import type { SourceInput, SourceReader } from "../reader.ts";
import { DiscordText, discordHead } from "./discord-text.ts";
import { ircLine } from "./irc-lines.ts";
import { dayInName, IrcLog } from "./irc.ts";
import { headLines, headText, sureness } from "./lines-of-head.ts";
import { SubtitleLog } from "./subtitles.ts";
import { readLog, type LogParser } from "./text-log.ts";
import { whatsAppHead } from "./whatsapp-heads.ts";
import { WhatsAppLog } from "./whatsapp.ts";

function logReader(
  about: string,
  extensions: readonly string[],
  recognises: (name: string, head: Uint8Array) => number,
  parser: (input: SourceInput) => LogParser,
): SourceReader {
  return {
    about,
    extensions,
    container: false,
    streams: true,
    recognises,
    read: (input) => readLog(input.texts(), parser(input)),
  };
}

/** The form's lines of a head, as who says them. */
function speakersIn<H>(
  lines: readonly string[],
  headOf: (line: string) => H | undefined,
  speakerOf: (head: H) => string | undefined,
): (string | undefined)[] {
  return lines.flatMap((line) => {
    const head = headOf(line);
    return head === undefined ? [] : [speakerOf(head)];
  });
}

/** Names of people and groups have capitals, spaces, numbers of telephones; those of programs seldom. */
function isPerson(name: string): boolean {
  return name !== name.toLowerCase() || /[\s+]|[^\p{ASCII}]/u.test(name);
}

export const whatsAppReader = logReader(
  "WhatsApp chats, exported as text",
  ["txt"],
  (_name, head) => {
    const lines = headLines(head);
    const speakers = speakersIn(lines, whatsAppHead, ({ speaker }) => speaker);
    const isOfPeople = speakers.some((speaker) => speaker !== undefined && isPerson(speaker));
    return isOfPeople ? sureness(speakers, lines.length, 0.1) : 0;
  },
  () => new WhatsAppLog(),
);

export const discordTextReader = logReader(
  "Discord channels, exported as plain text by DiscordChatExporter",
  ["txt"],
  (_name, head) => {
    const lines = headLines(head);
    const isFramed =
      lines[0]?.startsWith("=====") === true && lines[1]?.startsWith("Guild: ") === true;
    return isFramed && lines.some((line) => discordHead(line) !== undefined) ? 0.97 : 0;
  },
  () => new DiscordText(),
);

export const ircReader = logReader(
  "IRC logs of irssi, WeeChat, HexChat, ZNC, mIRC",
  ["log", "txt", "weechatlog", "irc"],
  (_name, head) => {
    const lines = headLines(head);
    const heads = speakersIn(lines, ircLine, ({ speaker }) => speaker);
    return sureness(heads, lines.length, 0.7);
  },
  ({ name }) => new IrcLog(dayInName(name)),
);

export const vttReader = logReader(
  "WebVTT subtitles and transcripts",
  ["vtt"],
  (_name, head) => (headText(head).startsWith("WEBVTT") ? 0.99 : 0),
  () => new SubtitleLog(),
);

export const srtReader = logReader(
  "SubRip subtitles and transcripts",
  ["srt"],
  (_name, head) => {
    const [first = "", second = ""] = headLines(head);
    return /^\d{1,9}$/u.test(first) && second.includes(" --> ") ? 0.97 : 0;
  },
  () => new SubtitleLog(),
);
