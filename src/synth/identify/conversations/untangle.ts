// Divides one stream of messages (a channel, a chat, a log) into the conversations that run in it: by reply marks, by
// whom a message addresses, by who spoke where last, and by silences. What is sure comes before what is likely.
// The signs are those that people who annotated such logs went by (Kummerfeld et al. 2019, arXiv:1810.11118).
import { wordCount } from "../turns/evidence.ts";
import type { Said } from "./said.ts";
import { silence, Talk } from "./talk.ts";
import { Topics } from "./topics.ts";
import { addressed, asks, greets, longWords } from "./words.ts";

const minute = 60;
const hour = 3600;
/** Silence after which someone who speaks again in a group begins anew. */
const groupSilence = hour;
/** In which an address finds the conversation of whom it names. */
const addressReach = 8 * hour;
/** In which words that address nobody answer what was asked last. */
const answerReach = 10 * minute;
/** Behind which a conversation cannot be taken up again but by reply marks. */
const forgotten = 2 * 24 * hour;
/** How long, and how many, are kept for a reply that may come. */
const longKept = 60 * 24 * hour;
const mostKept = 5000;
const mostMessages = 400;
const mostOpen = 64;
/** Of those, how many newcomers are held against. */
const mostNear = 8;
/** Messages of a session without silences that are divided at once. */
const longestSession = 2000;
/** How many messages ahead an answer to a newcomer's question is looked for. */
const ahead = 30;

export class Untangler {
  /** Messages since the last long silence. */
  #session: Said[] = [];
  /** Older ones that a reply may still take up. */
  readonly #kept = new Set<Talk>();
  /** The most recent last. */
  readonly #open: Talk[] = [];
  readonly #byId = new Map<string, Talk>();
  /** Who spoke in this stream, by their last message's number. */
  readonly #speakers = new Map<string, number>();
  #topics = new Topics([]);
  /** Whom each message of the session addresses. */
  #addressed: readonly (string | undefined)[] = [];
  #number = 0;

  /** Adds a message; the conversations that are over since. */
  add(said: Said): Talk[] {
    const isOther = endsSession(this.#session, said) || this.#session.length >= longestSession;
    const closed = isOther ? this.#divide() : [];
    this.#session.push(said);
    return closed;
  }

  finish(): Talk[] {
    const closed = this.#divide();
    this.#byId.clear();
    return [...closed, ...this.#open.splice(0), ...this.#kept];
  }

  /** Puts each message of the session into its conversation; those that are over. */
  #divide(): Talk[] {
    const session = this.#session;
    this.#session = [];
    const isOfTwo = new Set(session.map(({ key }) => key)).size <= 2;
    for (const said of session) this.#speakers.set(said.key, this.#number);
    this.#addressed = isOfTwo ? [] : session.map(({ text }) => addressed(text, this.#speakers));
    this.#topics = new Topics(session);
    const closed: Talk[] = [];
    let own: Talk | undefined;
    for (const [at, said] of session.entries()) {
      this.#number++;
      const isFull = own !== undefined && own.messages.length >= mostMessages && !own.isWaiting;
      const likely = isOfTwo ? (isFull ? undefined : own) : this.#likely(said, session, at);
      const talk = this.#marked(said) ?? likely ?? new Talk();
      own = talk;
      this.#put(said, talk);
      closed.push(...this.#close(said));
    }
    return closed;
  }

  #put(said: Said, talk: Talk): void {
    talk.add(said, this.#number);
    this.#kept.delete(talk);
    const at = this.#open.indexOf(talk);
    if (at !== -1) this.#open.splice(at, 1);
    this.#open.push(talk);
    this.#speakers.set(said.key, this.#number);
    const { id, replyTo } = said;
    if (id !== undefined) this.#byId.set(id, talk);
    if (replyTo !== undefined && !this.#byId.has(replyTo)) this.#byId.set(replyTo, talk);
  }

  /** Where the format itself says it. */
  #marked(said: Said): Talk | undefined {
    if (said.role !== undefined) return this.#open.at(-1);
    const talk = this.#byId.get(said.replyTo ?? "") ?? this.#byId.get(said.id ?? "");
    if (talk !== undefined) talk.isMarked = true;
    return talk;
  }

  #likely(said: Said, session: readonly Said[], at: number): Talk | undefined {
    return (
      this.#toWhom(said, this.#addressed[at]) ??
      this.#ofSpeaker(said) ??
      this.#ofNewcomer(said, session, at)
    );
  }

  #quiet(talk: Talk, said: Said): number {
    return silence(talk, said, this.#number);
  }

  /** The conversation of whom the message names, best one with the speaker in it. */
  #toWhom(said: Said, whom: string | undefined): Talk | undefined {
    if (whom === undefined || whom === said.key) return undefined;
    const theirs = this.#open.filter(
      (talk) => talk.speakers.has(whom) && this.#quiet(talk, said) < addressReach,
    );
    const shared = theirs.filter(({ speakers }) => speakers.has(said.key));
    return latestOf(shared.length > 0 ? shared : theirs, whom);
  }

  /** The one in which the speaker spoke last; a new question after a closed one is a new conversation. */
  #ofSpeaker(said: Said): Talk | undefined {
    const own = latestOf(
      this.#open.filter(({ speakers }) => speakers.has(said.key)),
      said.key,
    );
    if (own === undefined) return undefined;
    const quiet = this.#quiet(own, said);
    if (quiet > groupSilence || own.messages.length >= mostMessages) return undefined;
    return this.#beginsAnew(said, own, quiet) ? undefined : own;
  }

  #beginsAnew(said: Said, own: Talk, quiet: number): boolean {
    if (own.last?.key === said.key || own.isWaiting) return false;
    const isOpening = greets(said.text) || wordCount(said.text) > 6;
    return quiet > 15 * minute && asks(said.text) && isOpening;
  }

  /** Someone who spoke in none: a question of their own, or words to what was asked last. */
  #ofNewcomer(said: Said, session: readonly Said[], at: number): Talk | undefined {
    const text = this.#topics.wholeText(at);
    const isAsking = asks(text);
    const reach = isAsking ? answerReach : groupSilence;
    const near = this.#open.slice(-mostNear).filter((talk) => this.#quiet(talk, said) < reach);
    const partner = this.#partner(said, session, at);
    if (partner !== undefined) return near.findLast(({ speakers }) => speakers.has(partner));
    const waiting = this.#nearest(
      near.filter(({ isWaiting }) => isWaiting),
      said,
      at,
    );
    if (isAsking) return waiting !== undefined && asksBack(text, waiting) ? waiting : undefined;
    return waiting ?? this.#nearest(near.toReversed(), said, at);
  }

  /** The one whose speakers speak most of the same; of equals the first, which has waited longest. */
  #nearest(talks: readonly Talk[], said: Said, at: number): Talk | undefined {
    if (talks.length < 2) return talks[0];
    const own = this.#topics.around(at, new Set([said.key]));
    let best: Talk | undefined;
    let most = -1;
    for (const talk of talks) {
      const like = this.#topics.likeness(own, this.#topics.around(at, talk.speakers));
      if (like > most) [best, most] = [talk, like];
    }
    return best;
  }

  /** With whom a newcomer is seen to speak soon after: who names or answers them, or whom they name or answer. */
  #partner(said: Said, session: readonly Said[], at: number): string | undefined {
    const own = new Set([said.id]);
    for (let next = at + 1; next < Math.min(session.length, at + 1 + ahead); next++) {
      const one = session[next] as Said;
      const whom = this.#addressed[next];
      if (one.key === said.key) {
        own.add(one.id);
        if (whom !== undefined && whom !== said.key) return whom;
      } else if (one.replyTo === undefined ? whom === said.key : own.has(one.replyTo))
        return one.key;
    }
    return undefined;
  }

  /** Conversations that are over when a message comes. Those that a reply mark may still reach are kept for long. */
  #close(said: Said): Talk[] {
    const closed: Talk[] = [];
    for (let at = 0; at < this.#open.length;) {
      const talk = this.#open[at] as Talk;
      const isForgotten = talk.last !== said && this.#quiet(talk, said) > forgotten;
      if (!isForgotten && this.#open.length <= mostOpen) {
        at++;
        continue;
      }
      this.#open.splice(at, 1);
      if (talk.last?.id === undefined) closed.push(talk);
      else this.#kept.add(talk);
    }
    return this.#number % 500 === 0 ? [...closed, ...this.#letGo(said)] : closed;
  }

  #letGo(said: Said): Talk[] {
    const gone: Talk[] = [];
    for (const talk of this.#kept) {
      const isOld = this.#quiet(talk, said) > longKept;
      if (isOld || this.#kept.size - gone.length > mostKept) gone.push(talk);
    }
    for (const talk of gone) {
      this.#kept.delete(talk);
      for (const { id, replyTo } of talk.messages)
        for (const one of [id, replyTo])
          if (this.#byId.get(one ?? "") === talk) this.#byId.delete(one ?? "");
    }
    return gone;
  }
}

/** The conversation in which someone spoke last. */
function latestOf(talks: readonly Talk[], key: string): Talk | undefined {
  let latest: Talk | undefined;
  for (const talk of talks)
    if (latest === undefined || (talk.speakers.get(key) ?? 0) > (latest.speakers.get(key) ?? 0))
      latest = talk;
  return latest;
}

/** Whether a question is one about what was asked: short, or with words of it. */
function asksBack(text: string, talk: Talk): boolean {
  if (greets(text)) return false;
  const theirs = new Set(talk.messages.slice(-3).flatMap((said) => longWords(said.text)));
  const isOfIt = longWords(text).some((word) => word.length >= 5 && theirs.has(word));
  return isOfIt || wordCount(text) <= 5;
}

/** Whether so long a silence is before a message that nothing before it goes on, unless an answer is still due. */
function endsSession(session: readonly Said[], said: Said): boolean {
  const last = session.at(-1);
  if (last?.time === undefined || said.time === undefined) return false;
  const isAnswer = asks(last.text) && last.key !== said.key;
  return said.time - last.time > (isAnswer ? 30 : 4) * hour;
}
