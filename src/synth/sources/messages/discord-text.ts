// DiscordChatExporter's plain text: a frame with the channel's name, then `[date time] author` lines with the message
// below. Sections in braces (attachments, embeds, reactions) are the program's.
import { isDate } from "./date-order.ts";
import { StampedLog, type Draft } from "./stamped-log.ts";
import { Cursor, scanStamp, type Stamp } from "./stamps.ts";

const sections = new Set([
  "{Attachments}",
  "{Embed}",
  "{Embeds}",
  "{Stickers}",
  "{Reactions}",
  "{Forwarded Message}",
]);
/** What the program writes as the message of someone who did something. */
const deeds = [
  "Joined the server.",
  "Pinned a message.",
  "Left the group.",
  "Joined the group.",
  "Changed the channel icon.",
  "Changed the channel name:",
  "Started a call that lasted",
  "Started a thread:",
  "Added ",
  "Removed ",
];
const frame = "=".repeat(20);

export class DiscordText extends StampedLog {
  #isSaying = false;

  line(text: string, start: number): void {
    const head = discordHead(text);
    if (head === undefined) {
      this.#follow(text, start);
      return;
    }
    const { stamp, speaker } = head;
    if (/[ap]m\]/iu.test(text.slice(0, stamp.end + 3))) this.noteTwelveHours();
    this.begin({
      start,
      end: start + text.length,
      spans: [],
      stamp,
      speaker,
      automatic: false,
      saidUntil: start,
    });
    this.#isSaying = true;
  }

  #follow(text: string, start: number): void {
    if (text.startsWith(frame)) this.endDraft();
    if (this.draft === undefined) return;
    if (sections.has(text)) this.#isSaying = false;
    if (!this.#isSaying) return;
    if (this.draft.spans.length === 0 && deeds.some((deed) => isDeed(text, deed)))
      this.draft.automatic = true;
    this.say(text, start);
  }

  protected ended(draft: Draft): void {
    if (draft.spans.length === 0) draft.automatic = true;
  }
}

function isDeed(text: string, deed: string): boolean {
  if (!text.startsWith(deed)) return false;
  return (
    !deed.endsWith(" ") || text.endsWith(" to the group.") || text.endsWith(" from the group.")
  );
}

/** `[04/01/2024 10:23] alice`, `[04-Jan-24 10:23 AM] alice#1234 (pinned)`. */
export function discordHead(line: string): { stamp: Stamp; speaker: string } | undefined {
  if (line[0] !== "[") return undefined;
  const stamp = scanStamp(line, 1);
  if (stamp?.date === undefined || !(stamp.isOrdered || isDate(stamp.date))) return undefined;
  const cursor = new Cursor(line, stamp.end);
  if (!cursor.take("] ") || line.length - cursor.at > 80) return undefined;
  let speaker = line.slice(cursor.at).trim();
  if (speaker.endsWith(" (pinned)")) speaker = speaker.slice(0, -" (pinned)".length);
  return speaker === "" || speaker.includes(": ") ? undefined : { stamp, speaker };
}
