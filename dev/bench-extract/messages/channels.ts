// Channels in which several conversations run at once: IRC in its forms, Discord as JSON and text, Slack as a zip. With
// joins, bots and words addressed to somebody.
import { strToU8, zipSync } from "fflate";
import type { Random } from "../../../src/core/random.ts";
import {
  bytesOf,
  castOf,
  chance,
  goldOf,
  interleaved,
  inTurn,
  nicks,
  partsOf,
  pick,
  two,
  type GoldMessage,
  type Render,
  type Sent,
} from "./rendering.ts";

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const clock = (time: number): string => {
  const { hour, minute, second } = partsOf(time);
  return `${two(hour)}:${two(minute)}:${two(second)}`;
};
const date = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10);
const words = (time: number): string => {
  const { year, month, day } = partsOf(time);
  return `${days[new Date(time * 1000).getUTCDay()]} ${months[month - 1]} ${two(day)} ${year}`;
};

interface IrcForm {
  readonly name: string;
  say(time: number, nick: string, text: string): string;
  join(time: number, nick: string): string;
  day(time: number): string | undefined;
}

const forms: readonly IrcForm[] = [
  {
    name: "#help.log",
    say: (time, nick, text) => `${clock(time).slice(0, 5)} < ${nick}> ${text}`,
    join: (time, nick) => `${clock(time).slice(0, 5)} -!- ${nick} [~${nick}@host] has joined #help`,
    day: (time) => `--- Day changed ${words(time)}`,
  },
  {
    name: "irc.#help.weechatlog",
    say: (time, nick, text) => `${date(time)} ${clock(time)}\t${nick}\t${text}`,
    join: (time, nick) =>
      `${date(time)} ${clock(time)}\t-->\t${nick} (~${nick}@host) has joined #help`,
    day: () => undefined,
  },
  {
    name: "help.log",
    say: (time, nick, text) => `${words(time).slice(4, 10)} ${clock(time)} <${nick}>\t${text}`,
    join: (time, nick) =>
      `${words(time).slice(4, 10)} ${clock(time)} *\t${nick} (~${nick}@host) has joined`,
    day: () => undefined,
  },
  {
    name: "#help.txt",
    say: (time, nick, text) => `[${clock(time)}] <${nick}> ${text}`,
    join: (time, nick) => `[${clock(time)}] *** Joins: ${nick} (~${nick}@host)`,
    day: () => undefined,
  },
];

/** Messages of one line, and sometimes addressed to whom they answer. */
function asIrc(
  sent: readonly Sent[],
  cast: readonly { user: string; assistant: string }[],
  random: Random,
): Sent[] {
  const seen = new Set<string>();
  return sent.map((one) => {
    const text = one.text.replaceAll(/\s+/gu, " ").trim();
    const pair = cast[one.dialogue] as { user: string; assistant: string };
    const other = one.role === "user" ? pair.assistant : pair.user;
    const key = `${one.dialogue} ${one.role}`;
    const isFirst = !seen.has(key);
    seen.add(key);
    const isAnswer = seen.has(`${one.dialogue} ${one.role === "user" ? "assistant" : "user"}`);
    const isAddressed = isAnswer && chance(random, isFirst ? 0.9 : 0.6);
    return { ...one, text: isAddressed ? `${other}: ${text}` : text };
  });
}

export const irc: Render = (dialogues, random) => {
  const form = pick(random, forms);
  const cast = castOf(dialogues.length, random, nicks);
  const sent = asIrc(interleaved(dialogues, random), cast, random);
  const lines: string[] = [];
  let last = "";
  for (const { dialogue, role, text, time } of sent) {
    const day = date(time) === last ? undefined : form.day(time);
    last = date(time);
    if (day !== undefined) lines.push(day);
    if (chance(random, 0.1)) lines.push(form.join(time, pick(random, nicks)));
    lines.push(form.say(time, cast[dialogue]?.[role] ?? role, text));
  }
  return {
    name: form.name,
    bytes: bytesOf(`${lines.join("\n")}\n`),
    gold: goldOf(sent, dialogues.length),
  };
};

export const discord: Render = (dialogues, random) => {
  const cast = castOf(dialogues.length, random);
  const sent = interleaved(dialogues, random);
  const lastOf = new Map<string, string>();
  const author = (name: string, isBot = false): object => ({
    id: name,
    name: name.toLowerCase(),
    nickname: name,
    isBot,
  });
  const messages = sent.flatMap(({ dialogue, role, text, time }, at) => {
    const id = String(1_000_000 + at);
    const name = cast[dialogue]?.[role] ?? role;
    const answered = lastOf.get(`${dialogue} ${role === "user" ? "assistant" : "user"}`);
    const isReply = answered !== undefined;
    lastOf.set(`${dialogue} ${role}`, id);
    const timestamp = new Date(time * 1000).toISOString();
    const said = {
      id,
      type: isReply ? "Reply" : "Default",
      timestamp,
      content: text,
      author: author(name),
      mentions: [],
      ...(isReply ? { reference: { messageId: answered } } : {}),
    };
    const noise = {
      id: `9${id}`,
      type: "GuildMemberJoin",
      timestamp,
      content: "Joined the server.",
      author: author("Someone"),
    };
    return chance(random, 0.08) ? [said, noise] : [said];
  });
  const whole = {
    guild: { id: "1", name: "Server" },
    channel: { id: "2", name: "help" },
    dateRange: {},
    exportedAt: "2024-06-01",
    messages,
    messageCount: messages.length,
  };
  return {
    name: "help.json",
    bytes: bytesOf(JSON.stringify(whole, undefined, 2)),
    gold: goldOf(sent, dialogues.length),
  };
};

export const discordText: Render = (dialogues, random) => {
  const cast = castOf(dialogues.length, random);
  const sent = inTurn(dialogues, random);
  const frame = "=".repeat(62);
  const blocks = sent.map(({ dialogue, role, text, time }) => {
    const { year, month, day, hour, minute } = partsOf(time);
    const files = chance(random, 0.1) ? "\n\n{Attachments}\nhttps://cdn.example/a.png" : "";
    return `[${two(month)}/${two(day)}/${year} ${two(hour)}:${two(minute)}] ${cast[dialogue]?.[role]}\n${text}${files}\n`;
  });
  const text = [
    frame,
    "Guild: Server",
    "Channel: help",
    frame,
    "",
    ...blocks,
    frame,
    `Exported ${sent.length} message(s)`,
    frame,
    "",
  ].join("\n");
  return { name: "help.txt", bytes: bytesOf(text), gold: goldOf(sent, dialogues.length) };
};

/** Slack's escapes taken back, as a reader shows what was said. */
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export const slack: Render = (dialogues, random) => {
  const cast = castOf(dialogues.length, random);
  const sent = interleaved(dialogues, random);
  const ids = [...new Set(cast.flatMap(({ user, assistant }) => [user, assistant]))];
  const files: Record<string, object[]> = {};
  const roots = new Map<number, string>();
  for (const [at, { dialogue, role, text, time }] of sent.entries()) {
    const ts = `${time}.${String(at).padStart(6, "0")}`;
    const root = roots.get(dialogue) ?? ts;
    roots.set(dialogue, root);
    const user = `U${ids.indexOf(cast[dialogue]?.[role] ?? "")}`;
    const day = (files[`help/${date(time)}.json`] ??= []);
    day.push({ type: "message", user, text: escaped(text), ts, thread_ts: root });
    if (chance(random, 0.08))
      day.push({
        type: "message",
        subtype: "channel_join",
        user,
        text: `<@${user}> has joined the channel`,
        ts: `${time}.999999`,
      });
  }
  const users = ids.map((name, id) => ({
    id: `U${id}`,
    name: name.toLowerCase(),
    profile: { display_name: name },
  }));
  const all: Record<string, object> = {
    "channels.json": [{ id: "C1", name: "help" }],
    "users.json": users,
    ...files,
  };
  const zip = zipSync(
    Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, strToU8(JSON.stringify(value))]),
    ),
    { level: 1 },
  );
  const gold: GoldMessage[][] = goldOf(sent, dialogues.length);
  return { name: "slack.zip", bytes: zip, gold };
};

/** A group in which two or three conversations run at once and nothing marks what belongs to which. */
export const telegramGroup: Render = (dialogues, random) => {
  const cast = castOf(dialogues.length, random);
  const sent = interleaved(dialogues, random);
  const messages = sent.map(({ dialogue, role, text, time }, id) => ({
    id,
    type: "message",
    date_unixtime: String(time),
    from: cast[dialogue]?.[role],
    from_id: `user${dialogue}${role}`,
    text,
  }));
  const group = { name: "Help", type: "private_supergroup", id: 8, messages };
  return {
    name: "result.json",
    bytes: bytesOf(JSON.stringify(group)),
    gold: goldOf(sent, dialogues.length),
  };
};
