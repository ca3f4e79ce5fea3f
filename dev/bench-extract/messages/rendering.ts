// What renderers of chats, transcripts and mail have in common: dialogues in, a file with known conversations out.
// Speakers, times and noise are drawn from the seed. Reads and finds nothing.
import type { Random } from "../../../src/core/random.ts";

export interface DialogueTurn {
  readonly role: "user" | "assistant";
  readonly text: string;
}

export interface Dialogue {
  readonly turns: readonly DialogueTurn[];
}

export interface GoldMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
}

/** A file as a program would have written it, and the conversations in it. */
export interface Rendered {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly gold: readonly (readonly GoldMessage[])[];
}

export type Render = (dialogues: readonly Dialogue[], random: Random) => Rendered;

const names = (
  "Alice,Bob,Carla,Deniz,Emre,Fatma,Greta,Hans,Irina,José,Kenji,Lena,Marek,Noor,Olga,Pavel,Quinn,Rosa,Sami,Tomás,Uma," +
  "Viktor,Wei,Ximena,Yusuf,Zoë,小明,李娜,민수,Ayşe,Åsa,Øyvind"
).split(",");

export const pick = <T>(random: Random, items: readonly T[]): T =>
  items[random.integer(items.length)] as T;

export const chance = (random: Random, share: number): boolean => random.next() < share;

/** Who asks and who answers in each dialogue; people of one file differ. */
export function castOf(
  count: number,
  random: Random,
  known = names,
): { user: string; assistant: string }[] {
  const shuffled = random.shuffled(known);
  return Array.from({ length: count }, (_, at) => ({
    user: shuffled[(at * 2) % shuffled.length] as string,
    assistant: shuffled[(at * 2 + 1) % shuffled.length] as string,
  }));
}

export const nicks = (
  "alice,bob42,carla_,deniz,emre|away,fatma,gr3ta,hans,irina,jose,kenji,lena,marek,noor,olga,pavel,quinn,rosa,sami,tomas," +
  "uma,viktor,wei,ximena,yusuf,zoe,[mia],nils-,otto`,ada"
).split(",");

/** One message of a dialogue as it is sent. */
export interface Sent {
  readonly dialogue: number;
  readonly role: "user" | "assistant";
  readonly text: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** A turn in one message, or in two where it has sentences to divide. */
function messagesOf(text: string, random: Random): string[] {
  const end = text.search(/[.!?] /u);
  if (end === -1 || !chance(random, 0.25)) return [text];
  return [text.slice(0, end + 1), text.slice(end + 2)];
}

/** Messages of dialogues that follow one another with days between. */
export function inTurn(
  dialogues: readonly Dialogue[],
  random: Random,
  from = 1_709_539_200,
): Sent[] {
  let time = from;
  return dialogues.flatMap(({ turns }, dialogue) => {
    time += 86_400 * (1 + random.integer(4)) + random.integer(20_000);
    return turns.flatMap(({ role, text }) => {
      time += 20 + random.integer(400);
      return messagesOf(text, random).map((part) => {
        time += 2 + random.integer(20);
        return { dialogue, role, text: part, time };
      });
    });
  });
}

/** Messages of dialogues of which two or three run at the same time. */
export function interleaved(
  dialogues: readonly Dialogue[],
  random: Random,
  from = 1_709_539_200,
): Sent[] {
  const sent: Sent[] = [];
  let time = from;
  for (let first = 0; first < dialogues.length;) {
    const count = Math.min(dialogues.length - first, 2 + random.integer(2));
    const group = dialogues.slice(first, first + count);
    const all = inTurn(group, random, time).map((one) => ({
      ...one,
      dialogue: one.dialogue + first,
    }));
    const begins = group.map(
      (_, at) => all.find(({ dialogue }) => dialogue === first + at)?.time ?? 0,
    );
    const moved = all.map((one) => {
      const own = begins[one.dialogue - first] ?? 0;
      return { ...one, time: time + (one.time - own) + (one.dialogue - first) * 90 };
    });
    sent.push(...moved.toSorted((one, other) => one.time - other.time));
    time = (sent.at(-1)?.time ?? time) + 7200 + random.integer(50_000);
    first += count;
  }
  return sent;
}

/** The conversations of sent messages: those of one speaker in a row are one turn. */
export function goldOf(sent: readonly Sent[], count: number): GoldMessage[][] {
  return Array.from({ length: count }, (_, dialogue) => {
    const turns: { role: "user" | "assistant"; content: string }[] = [];
    for (const one of sent) {
      if (one.dialogue !== dialogue) continue;
      const last = turns.at(-1);
      if (last?.role === one.role) last.content += `\n${one.text}`;
      else turns.push({ role: one.role, content: one.text });
    }
    return turns;
  });
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export const two = (value: number): string => String(value).padStart(2, "0");

/** Parts of a time, in Greenwich. */
export function partsOf(time: number): {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
} {
  const date = new Date(time * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}
