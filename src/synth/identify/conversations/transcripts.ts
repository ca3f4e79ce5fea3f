// Cues of a transcript as conversations: cues of one speaker joined, sentences that go on over another's "mm-hm" mended,
// repeated lines of rolling captions and sounds left out, and long silences dividing.
import type { Cue, SourcePart, Span } from "../../sources/types.ts";
import { wordCount } from "../turns/evidence.ts";
import type { FoundConversation } from "../types.ts";
import { rolesOf } from "./roles.ts";
import { slicesIn, type Said } from "./said.ts";
import { turnsOf } from "./turns.ts";
import { asks, doubtOf, speakerKey } from "./words.ts";

/** Seconds without a cue behind which another conversation begins. */
const longSilence = 300;
const mostCues = 20_000;

interface Spoken extends Said {
  readonly ends: number;
  /** The same where what looks like a name is the beginning of what is said: `Downloads: see the page`. */
  readonly unnamed?: Pick<Said, "text" | "spans" | "name" | "key">;
}

class Voices {
  #name: string | undefined;
  #lastText = "";

  /** Undefined for what nobody says, and for a line that the cue before has shown. */
  spoken(cue: Cue, part: SourcePart): Spoken | undefined {
    const before = this.#name;
    this.#name = cue.speaker ?? (cue.otherVoice === true ? undefined : this.#name);
    const spans = this.#fresh(cue.spans ?? [cue.span], part);
    const text = slicesIn(part, spans);
    if (text === undefined || isSound(text)) return undefined;
    const name = this.#name;
    return {
      text,
      spans,
      start: cue.span[0],
      name,
      key: speakerKey(name ?? ""),
      time: cue.begins,
      ends: cue.ends,
      id: undefined,
      replyTo: undefined,
      thread: "",
      role: undefined,
      isAutomatic: false,
      ...unnamed(cue, part, spans, before),
    };
  }

  /** Without a first line that is the last one of the cue before, as captions that roll up have. */
  #fresh(spans: readonly Span[], part: SourcePart): readonly Span[] {
    const texts = spans.map((span) => slicesIn(part, [span]) ?? "");
    const isRepeated = texts[0] !== "" && texts[0] === this.#lastText;
    this.#lastText = texts.at(-1) ?? "";
    return isRepeated ? spans.slice(1) : spans;
  }
}

function unnamed(
  { speakerSpan }: Cue,
  part: SourcePart,
  spans: readonly Span[],
  before: string | undefined,
): Pick<Spoken, "unnamed"> {
  const [first, ...rest] = spans;
  if (speakerSpan === undefined || first === undefined) return {};
  const whole: readonly Span[] = [[speakerSpan[0], first[1]], ...rest];
  const text = slicesIn(part, whole);
  if (text === undefined || !/^[^:<>]{1,60}:/u.test(text)) return {};
  return { unnamed: { text, spans: whole, name: before, key: speakerKey(before ?? "") } };
}

/** Names that come once, behind a sentence that is not at its end, are none. */
function withoutChance(spoken: readonly Spoken[]): Spoken[] {
  const counts = new Map<string, number>();
  for (const { key, unnamed: other } of spoken)
    if (other !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  const kept: Spoken[] = [];
  let chance = "";
  for (const one of spoken) {
    const last = kept.at(-1);
    const isChance =
      one.unnamed !== undefined &&
      counts.get(one.key) === 1 &&
      last !== undefined &&
      isUnfinished(last.text);
    if (isChance && last !== undefined) {
      chance = one.key;
      kept.push({ ...one, ...one.unnamed, name: last.name, key: last.key });
    } else if (one.key === chance && one.unnamed === undefined && last !== undefined)
      kept.push({ ...one, name: last.name, key: last.key });
    else {
      chance = "";
      kept.push(one);
    }
  }
  return kept;
}

/** `[Music]`, `(applause)`, `♪`. */
function isSound(text: string): boolean {
  const bare = text.trim();
  const [first, last] = [bare[0] ?? "", bare.at(-1) ?? ""];
  return (
    bare === "" ||
    (first === "[" && last === "]") ||
    (first === "(" && last === ")") ||
    "♪♫".includes(first)
  );
}

const ends = /[.!?…。！？؟]["'”’»)\]]{0,3}$/u;

function isUnfinished(text: string): boolean {
  return !ends.test(text.trimEnd().slice(-8));
}

/** A few words of another amid a sentence, which goes on behind them in small letters, are no turn. */
function isAmid(before: Spoken | undefined, one: Spoken, after: Spoken | undefined): boolean {
  if (before === undefined || after === undefined || before.key !== after.key) return false;
  if (one.key === before.key || wordCount(one.text) > 2) return false;
  return isUnfinished(before.text) && /^\p{Ll}/u.test(after.text);
}

function mended(spoken: readonly Spoken[]): Spoken[] {
  const kept: Spoken[] = [];
  for (const [at, one] of spoken.entries())
    if (!isAmid(kept.at(-1), one, spoken[at + 1])) kept.push(one);
  return kept;
}

/** Who asks most often for what they say; the first of equals. */
function asker(messages: readonly Said[]): string | undefined {
  const turns = new Map<string, { said: number; asked: number }>();
  let last: string | undefined;
  for (const { key, text } of messages) {
    const counts = turns.get(key) ?? { said: 0, asked: 0 };
    turns.set(key, counts);
    if (key !== last) counts.said++;
    if (asks(text)) counts.asked++;
    last = key;
  }
  let best: string | undefined;
  let most = -1;
  for (const [key, { said, asked }] of turns) {
    const share = asked / (said + 0.5);
    if (share > most) [best, most] = [key, share];
  }
  return best;
}

function conversationOf(
  source: string,
  spoken: readonly Spoken[],
  assistants: ReadonlySet<string>,
): FoundConversation {
  const messages = mended(withoutChance(spoken)).filter(({ name }) => name !== undefined);
  const roles = rolesOf(messages, assistants, asker(messages));
  const turns = turnsOf(messages, roles);
  const speakers = new Set(messages.map(({ key }) => key)).size;
  const isTalk = speakers > 1 && turns.length > 2;
  const confidence = (isTalk ? 0.9 : 0.7) - doubtOf(messages);
  return { source, messages: turns, rule: "transcript", confidence };
}

/** The cues of a source, gathered. */
export class Transcript {
  readonly #source: string;
  readonly #assistants: ReadonlySet<string>;
  readonly #voices = new Voices();
  #spoken: Spoken[] = [];

  constructor(source: string, assistants: ReadonlySet<string>) {
    this.#source = source;
    this.#assistants = assistants;
  }

  /** What ends before a cue. */
  add(cue: Cue, part: SourcePart): FoundConversation[] {
    const one = this.#voices.spoken(cue, part);
    if (one === undefined) return [];
    const isDivided = cue.begins - (this.#spoken.at(-1)?.ends ?? cue.begins) > longSilence;
    const ended = isDivided || this.#spoken.length >= mostCues ? this.finish() : [];
    this.#spoken.push(one);
    return ended;
  }

  finish(): FoundConversation[] {
    const spoken = this.#spoken;
    this.#spoken = [];
    return spoken.length === 0 ? [] : [conversationOf(this.#source, spoken, this.#assistants)];
  }
}
