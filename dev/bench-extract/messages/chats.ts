// Chats of two people in one file after another: WhatsApp in its forms, Telegram, Teams. With lines of the program,
// media left out, edits.
import type { Random } from "../../../src/core/random.ts";
import {
  bytesOf,
  castOf,
  chance,
  goldOf,
  inTurn,
  partsOf,
  pick,
  two,
  type Render,
  type Sent,
} from "./rendering.ts";

type Parts = ReturnType<typeof partsOf>;

const half = ({ hour }: Parts): string => (hour < 12 ? "AM" : "PM");
const twelve = ({ hour }: Parts): number => (hour % 12 === 0 ? 12 : hour % 12);

/** Heads of a message as WhatsApp writes them. */
const heads: readonly ((at: Parts) => string)[] = [
  (at) =>
    `${at.month}/${at.day}/${two(at.year % 100)}, ${twelve(at)}:${two(at.minute)}\u202f${half(at)} - `,
  (at) =>
    `${two(at.day)}.${two(at.month)}.${two(at.year % 100)}, ${two(at.hour)}:${two(at.minute)} - `,
  (at) => `${two(at.day)}/${two(at.month)}/${at.year} ${two(at.hour)}:${two(at.minute)} - `,
  (at) =>
    `[${two(at.day)}.${two(at.month)}.${two(at.year % 100)}, ${two(at.hour)}:${two(at.minute)}:${two(at.second)}] `,
  (at) =>
    `[${at.month}/${at.day}/${two(at.year % 100)}, ${twelve(at)}:${two(at.minute)}:${two(at.second)}\u202f${half(at)}] `,
  (at) =>
    `[${at.year}/${at.month}/${at.day} ${at.hour < 12 ? "上午" : "下午"}${twelve(at)}:${two(at.minute)}:${two(at.second)}] `,
  (at) => `${at.year}-${two(at.month)}-${two(at.day)}, ${two(at.hour)}:${two(at.minute)} - `,
];

function whatsAppNoise(head: string, name: string, random: Random): string[] {
  const isBracketed = head.startsWith("[");
  if (chance(random, 0.06))
    return [
      isBracketed ? `\u200e${head}${name}: \u200eimage omitted` : `${head}${name}: <Media omitted>`,
    ];
  return chance(random, 0.03) && !isBracketed ? [`${head}${name} changed their phone number.`] : [];
}

export const whatsApp: Render = (dialogues, random) => {
  const headOf = pick(random, heads);
  const [pair] = castOf(1, random);
  const end = chance(random, 0.4) ? "\r\n" : "\n";
  const sent = inTurn(dialogues, random);
  const first = headOf(partsOf(sent[0]?.time ?? 0));
  const lines = [
    first.startsWith("[")
      ? `${first}${pair?.user}: \u200eMessages and calls are end-to-end encrypted.`
      : `${first}Messages and calls are end-to-end encrypted.`,
  ];
  for (const { role, text, time } of sent) {
    const head = headOf(partsOf(time));
    const name = pair?.[role] ?? role;
    const edited = chance(random, 0.05) ? " \u200e<This message was edited>" : "";
    lines.push(
      `${head}${name}: ${text.replaceAll("\n", end)}${edited}`,
      ...whatsAppNoise(head, name, random),
    );
  }
  return {
    name: "chat.txt",
    bytes: bytesOf(lines.join(end) + end),
    gold: goldOf(sent, dialogues.length),
  };
};

export const telegram: Render = (dialogues, random) => {
  const [pair] = castOf(1, random);
  const sent = inTurn(dialogues, random);
  const messages = sent.map(({ role, text, time }, id) => ({
    id,
    type: "message",
    date: new Date(time * 1000).toISOString().slice(0, 19),
    date_unixtime: String(time),
    from: pair?.[role],
    from_id: `user${role}`,
    text: chance(random, 0.2) ? [text.slice(0, 3), { type: "bold", text: text.slice(3) }] : text,
    text_entities: [],
  }));
  const chat = { name: pair?.user, type: "personal_chat", id: 7, messages };
  return {
    name: "result.json",
    bytes: bytesOf(JSON.stringify(chat, undefined, 1)),
    gold: goldOf(sent, dialogues.length),
  };
};

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** A message as Microsoft Graph gives it. */
function graphMessage(
  { role, text, time }: Sent,
  id: number,
  name: string | undefined,
  random: Random,
): object {
  const isHtml = chance(random, 0.6);
  const html = text
    .split("\n")
    .map((line) => `<p>${escaped(line)}</p>`)
    .join("");
  const isPlain = !isHtml || text.includes("\n") || text.includes("  ");
  return {
    id: String(id),
    replyToId: null,
    messageType: "message",
    createdDateTime: new Date(time * 1000).toISOString(),
    chatId: "19:chat",
    from: { user: { id: role, displayName: name } },
    body: { contentType: isPlain ? "text" : "html", content: isPlain ? text : html },
    attachments: [],
  };
}

export const teams: Render = (dialogues, random) => {
  const [pair] = castOf(1, random);
  const sent = inTurn(dialogues, random);
  const value = sent.map((one, id) => graphMessage(one, id, pair?.[one.role], random)).toReversed();
  return {
    name: "teams.json",
    bytes: bytesOf(JSON.stringify({ value })),
    gold: goldOf(sent, dialogues.length),
  };
};
