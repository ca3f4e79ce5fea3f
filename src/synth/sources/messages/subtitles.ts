// WebVTT and SubRip: cues with their times, the voices they name, and their text without markup. Lines of settings,
// notes and styles are no cues.
import type { Block, Cue, Span } from "../types.ts";
import { saidInLine, type Said } from "./cue-lines.ts";
import type { LogParser } from "./text-log.ts";

interface Times {
  readonly begins: number;
  readonly ends: number;
}

/** What one voice says in the cue in hand. */
interface Voice {
  readonly speaker: { readonly name: string; readonly span: Span } | undefined;
  readonly isOther: boolean;
  readonly spans: Span[];
}

export class SubtitleLog implements LogParser {
  readonly found: Block[] = [];
  #times: Times | undefined;
  #from: number | undefined;
  #voices: Voice[] = [];

  get unfinishedFrom(): number | undefined {
    return this.#voices.length === 0 ? undefined : this.#from;
  }

  line(text: string, start: number): void {
    const times = text.includes("-->") ? scanTimes(text) : undefined;
    if (times !== undefined) {
      this.finish();
      this.#times = times;
      this.#from = start;
    } else if (text.trim() === "") this.finish();
    else if (this.#times !== undefined) this.#say(text, start);
  }

  #say(text: string, start: number): void {
    let isFirst = true;
    for (const said of saidInLine(text)) {
      this.#add(said, start, isFirst);
      isFirst = false;
    }
  }

  #add(said: Said, start: number, isFirst: boolean): void {
    const span: Span = [start + said.start, start + said.end];
    const last = this.#voices.at(-1);
    const isSame = last !== undefined && said.isOther !== true && continues(last, said, isFirst);
    if (isSame) last.spans.push(span);
    else this.#voices.push(voiceOf(said, span, start));
  }

  finish(): void {
    if (this.#times !== undefined)
      for (const voice of this.#voices) this.found.push(cueOf(voice, this.#times));
    this.#times = undefined;
    this.#voices = [];
  }
}

/** A line without a name goes on with the voice before; a tag's voice lasts to its end. */
function continues(last: Voice, said: Said, isFirst: boolean): boolean {
  if (said.speaker === undefined) return isFirst || last.speaker === undefined;
  return said.speaker.name === last.speaker?.name;
}

function voiceOf({ speaker, isOther }: Said, span: Span, start: number): Voice {
  const named =
    speaker === undefined
      ? undefined
      : { name: speaker.name, span: [start + speaker.start, start + speaker.end] as const };
  return { speaker: named, isOther: isOther === true, spans: span[0] < span[1] ? [span] : [] };
}

function cueOf({ speaker, spans, isOther }: Voice, { begins, ends }: Times): Cue {
  const from = spans[0]?.[0] ?? speaker?.span[0] ?? 0;
  const to = spans.at(-1)?.[1] ?? speaker?.span[1] ?? from;
  return {
    type: "cue",
    span: [from, to],
    spans,
    begins,
    ends,
    ...(speaker === undefined ? {} : { speaker: speaker.name, speakerSpan: speaker.span }),
    ...(isOther ? { otherVoice: true } : {}),
  };
}

function scanTimes(text: string): Times | undefined {
  const arrow = text.indexOf("-->");
  const begins = seconds(text.slice(Math.max(0, arrow - 20), arrow).trim());
  const ends = seconds(
    text
      .slice(arrow + 3, arrow + 24)
      .trim()
      .split(/[ \t]/u)[0] ?? "",
  );
  return begins === undefined || ends === undefined ? undefined : { begins, ends };
}

/** `01:02:03.456`, `02:03,456`. */
function seconds(written: string): number | undefined {
  const numbers = written.replace(",", ".").split(":");
  if (numbers.length < 2 || numbers.length > 3) return undefined;
  let total = 0;
  for (const number of numbers) {
    if (!/^\d{1,6}(?:\.\d{1,9})?$/u.test(number)) return undefined;
    total = total * 60 + Number(number);
  }
  return Math.round(total * 1000) / 1000;
}
