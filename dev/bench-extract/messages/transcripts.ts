// Transcripts of interviews with cues: WebVTT with voices or names, SubRip. Sentences go over cues, sounds stand between.
import type { Random } from "../../../src/core/random.ts";
import { bytesOf, castOf, chance, two, type GoldMessage, type Render } from "./rendering.ts";

interface CueText {
  readonly speaker: string;
  readonly isFirst: boolean;
  readonly text: string;
  readonly begins: number;
  readonly ends: number;
}

/** Pieces of a turn as captions break it: about seven words each. */
function pieces(text: string, random: Random): string[] {
  const words = text.split(/\s+/u).filter((word) => word !== "");
  const found: string[] = [];
  for (let at = 0; at < words.length;) {
    const count = 5 + random.integer(5);
    found.push(words.slice(at, at + count).join(" "));
    at += count;
  }
  return found;
}

const clock = (seconds: number, point: string): string => {
  const thousandths = Math.round(seconds * 1000);
  const whole = Math.floor(thousandths / 1000);
  const [hour, minute] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(thousandths % 1000).padStart(3, "0");
  return `${two(hour)}:${two(minute)}:${two(whole % 60)}${point}${rest}`;
};

interface Track {
  readonly cues: CueText[];
  readonly gold: GoldMessage[][];
}

/** Cues of dialogues, a long silence between them. */
function trackOf(dialogues: Parameters<Render>[0], random: Random): Track {
  const cues: CueText[] = [];
  let time = 1;
  const cast = castOf(dialogues.length, random);
  const gold = dialogues.map(({ turns }, dialogue) => {
    time += dialogue === 0 ? 0 : 900;
    return turns.map(({ role, text }) => {
      const parts = pieces(text, random);
      for (const [at, part] of parts.entries()) {
        const ends = time + 1 + part.length * 0.05;
        cues.push({
          speaker: cast[dialogue]?.[role] ?? role,
          isFirst: at === 0,
          text: part,
          begins: time,
          ends,
        });
        time = ends + 0.2;
      }
      return { role, content: parts.join("\n") };
    });
  });
  return { cues, gold };
}

export const vtt: Render = (dialogues, random) => {
  const { cues, gold } = trackOf(dialogues, random);
  const isVoiced = chance(random, 0.6);
  const lines = ["WEBVTT", ""];
  for (const [at, { speaker, isFirst, text, begins, ends }] of cues.entries()) {
    if (chance(random, 0.5)) lines.push(String(at + 1));
    lines.push(`${clock(begins, ".")} --> ${clock(ends, ".")}`);
    lines.push(isVoiced ? `<v ${speaker}>${text}</v>` : isFirst ? `${speaker}: ${text}` : text, "");
    if (chance(random, 0.03))
      lines.push(`${clock(ends, ".")} --> ${clock(ends + 0.1, ".")}`, "[Applause]", "");
  }
  return { name: "interview.vtt", bytes: bytesOf(lines.join("\n")), gold };
};

export const srt: Render = (dialogues, random) => {
  const { cues, gold } = trackOf(dialogues, random);
  const end = chance(random, 0.5) ? "\r\n" : "\n";
  const blocks = cues.map(({ speaker, isFirst, text, begins, ends }, at) =>
    [
      at + 1,
      `${clock(begins, ",")} --> ${clock(ends, ",")}`,
      isFirst ? `${speaker}: ${text}` : text,
      "",
    ].join(end),
  );
  return { name: "interview.srt", bytes: bytesOf(blocks.join(end)), gold };
};
