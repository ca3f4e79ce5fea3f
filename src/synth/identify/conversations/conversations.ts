// Conversations in sources that keep who said what: chats, threads, mail, assistants' exports, and transcripts. Streams:
// holds the conversations that may still go on.
import type { Block, SourcePart } from "../../sources/types.ts";
import type { ConversationsOf, FoundConversation } from "../types.ts";
import { rolesOf } from "./roles.ts";
import { Clock, saidOf, type Said } from "./said.ts";
import type { Talk } from "./talk.ts";
import { Transcript } from "./transcripts.ts";
import { turnsOf } from "./turns.ts";
import { Untangler } from "./untangle.ts";
import { doubtOf, speakerKey } from "./words.ts";

/** How sure one is by what held a conversation together, and by whether anything is asked in it. */
function sureness(talk: Talk): { rule: string; confidence: number } {
  if (talk.messages[0]?.role !== undefined) return { rule: "assistant-export", confidence: 1 };
  const doubt = doubtOf(talk.messages);
  if (talk.isMarked) return { rule: "thread", confidence: 0.95 - doubt };
  if (talk.speakers.size === 2) return { rule: "chat", confidence: 0.85 - doubt };
  return { rule: "group-chat", confidence: 0.75 - doubt };
}

/** Threads come in any order where mailboxes and exports are put together. */
function byTime(messages: readonly Said[]): readonly Said[] {
  if (messages.some(({ time }) => time === undefined)) return messages;
  return messages.toSorted((first, second) => (first.time ?? 0) - (second.time ?? 0));
}

function conversationOf(
  source: string,
  talk: Talk,
  assistants: ReadonlySet<string>,
): FoundConversation {
  const messages = talk.isMarked ? byTime(talk.messages) : talk.messages;
  const turns = turnsOf(messages, rolesOf(messages, assistants));
  return { source, messages: turns, ...sureness(talk) };
}

/** Whether someone asks and someone answers; how many and how surely is for who takes them. */
function isTalk({ messages }: FoundConversation): boolean {
  const has = (role: string): boolean => messages.some((message) => message.role === role);
  return has("user") && has("assistant");
}

const inPlace = (talks: readonly Talk[]): Talk[] =>
  talks.toSorted((one, other) => (one.messages[0]?.start ?? 0) - (other.messages[0]?.start ?? 0));

/** What is gathered of one source: its streams by thread, and its transcript. */
class Gathered {
  readonly #source: string;
  readonly #assistants: ReadonlySet<string>;
  readonly #streams = new Map<string, Untangler>();
  readonly #clock = new Clock();
  readonly #transcript: Transcript;

  constructor(source: string, assistants: ReadonlySet<string>) {
    this.#source = source;
    this.#assistants = assistants;
    this.#transcript = new Transcript(source, assistants);
  }

  /** The conversations that end with a block. */
  add(block: Block, part: SourcePart): FoundConversation[] {
    if (block.type === "cue") return this.#transcript.add(block, part);
    const said = block.type === "message" ? saidOf(block, part, this.#clock) : undefined;
    if (said === undefined || (said.isAutomatic && !this.#assistants.has(said.key))) return [];
    const stream = this.#streams.get(said.thread) ?? new Untangler();
    this.#streams.set(said.thread, stream);
    return this.#found(stream.add(said));
  }

  finish(): FoundConversation[] {
    const talks = [...this.#streams.values()].flatMap((stream) => stream.finish());
    return [...this.#transcript.finish(), ...this.#found(talks)];
  }

  #found(talks: readonly Talk[]): FoundConversation[] {
    return inPlace(talks).map((talk) => conversationOf(this.#source, talk, this.#assistants));
  }
}

/** Of a source whose parts have messages or cues. */
export const conversationsOf: ConversationsOf = async function* conversations(opened, options) {
  const gathered = new Gathered(opened.source, new Set(options.assistants.map(speakerKey)));
  for await (const part of opened.parts)
    for (const block of part.blocks) yield* gathered.add(block, part).filter(isTalk);
  yield* gathered.finish().filter(isTalk);
};
