// A Slack export, as a zip or its folder: channels.json and its like, users.json, and a folder a channel with a file a
// day. Threads keep together over days; what programs post is automatic.
import type { SourceInput, SourceMember, SourceReader } from "../reader.ts";
import { layOut, type Opening, type Spoken } from "./extracted.ts";
import { fieldsOf, isoFromSeconds, listOf, present, textOf, type Fields } from "./fields.ts";
import { slackText, type Names } from "./slack-text.ts";

const lists = ["users.json", "channels.json", "groups.json", "dms.json", "mpims.json"];
/** Subtypes that are what a person wrote. */
const written = new Set([
  "thread_broadcast",
  "me_message",
  "file_comment",
  "file_share",
  "reply_broadcast",
]);

interface People {
  readonly names: Names;
  readonly bots: ReadonlySet<string>;
}

async function parse(member: SourceMember, input: SourceInput): Promise<unknown> {
  try {
    return JSON.parse(await member.text());
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 120) : String(error);
    input.note({ code: "FT-SOURCE-004", reason: `${member.name}: ${reason}` });
    return undefined;
  }
}

/** Where in the zip the export is: some tools pack the folder around it too. */
function rootOf(names: readonly string[]): string | undefined {
  const known = names.filter((name) =>
    lists.some((list) => name === list || name.endsWith(`/${list}`)),
  );
  const at = known.toSorted((first, second) => first.length - second.length)[0];
  return at === undefined ? undefined : at.slice(0, at.lastIndexOf("/") + 1);
}

function isDay(name: string): boolean {
  return /^\d{4}-\d{2}-\d{2}\.json$/u.test(name.slice(name.lastIndexOf("/") + 1));
}

function isSlackExport(names: readonly string[]): boolean {
  const root = rootOf(names);
  return root !== undefined && names.some((name) => name.startsWith(root) && isDay(name));
}

function nameOf(user: Fields): string | undefined {
  const profile = fieldsOf(user["profile"]);
  return (
    textOf(profile?.["display_name"]) ??
    textOf(profile?.["real_name"]) ??
    textOf(user["real_name"]) ??
    textOf(user["name"])
  );
}

function peopleOf(users: unknown): People {
  const names = new Map<string, string>();
  const bots = new Set<string>();
  for (const user of listOf(users).map(fieldsOf)) {
    const id = textOf(user?.["id"]);
    if (user === undefined || id === undefined) continue;
    names.set(id, nameOf(user) ?? id);
    if (user["is_bot"] === true || id === "USLACKBOT") bots.add(id);
  }
  return { names, bots };
}

function isAutomatic(message: Fields, { bots }: People): boolean {
  const subtype = textOf(message["subtype"]);
  if (subtype !== undefined && !written.has(subtype)) return true;
  return textOf(message["bot_id"]) !== undefined || bots.has(textOf(message["user"]) ?? "");
}

function speakerOf(message: Fields, { names }: People): string | undefined {
  const user = textOf(message["user"]);
  const profile = fieldsOf(message["user_profile"]);
  const named =
    names.get(user ?? "") ?? textOf(profile?.["display_name"]) ?? textOf(profile?.["real_name"]);
  return named ?? textOf(message["username"]) ?? user;
}

/** One entry of a day's file; undefined for what says nothing. */
function spokenOf(message: Fields, channel: string, people: People): Spoken | undefined {
  const id = textOf(message["ts"]);
  const root = textOf(message["thread_ts"]);
  const text = slackText(textOf(message["text"]) ?? "", people.names);
  if (text.trim() === "") return undefined;
  return {
    text,
    thread: root === undefined ? channel : `${channel}/${root}`,
    ...present({
      id,
      replyTo: root === id ? undefined : root,
      speaker: speakerOf(message, people),
      sentAt: isoFromSeconds(id),
    }),
    ...(isAutomatic(message, people) ? { automatic: true } : {}),
  };
}

/** Members by the folder they are in, day files alone. */
function channelsOf(input: SourceInput, root: string): Map<string, SourceMember[]> {
  const channels = new Map<string, SourceMember[]>();
  for (const member of input.members) {
    if (!member.name.startsWith(root) || !isDay(member.name)) continue;
    const channel = member.name.slice(root.length, member.name.lastIndexOf("/"));
    const days = channels.get(channel);
    if (days === undefined) channels.set(channel, [member]);
    else days.push(member);
  }
  return channels;
}

async function* spokenIn(input: SourceInput): AsyncGenerator<Spoken | Opening> {
  const root = rootOf(input.members.map(({ name }) => name)) ?? "";
  const users = input.members.find(({ name }) => name === `${root}users.json`);
  const people = peopleOf(users === undefined ? undefined : await parse(users, input));
  for (const [channel, days] of channelsOf(input, root)) {
    yield { title: channel };
    for (const day of days.toSorted((first, second) => (first.name < second.name ? -1 : 1)))
      for (const message of listOf(await parse(day, input)).map(fieldsOf)) {
        const spoken = message === undefined ? undefined : spokenOf(message, channel, people);
        if (spoken !== undefined) yield spoken;
      }
  }
}

export const slackReader: SourceReader = {
  about: "Slack exports, as a zip file or folder",
  extensions: [],
  container: true,
  collection: (names) => (isSlackExport(names) ? 0.95 : 0),
  read: (input) => layOut(spokenIn(input)),
};
