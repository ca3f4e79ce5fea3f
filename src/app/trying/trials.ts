// Blind comparisons: two answers to one question in an order that chance decides, and who gave which is told only once
// somebody has voted. Trials that wait are in memory; votes are kept.
import { randomBytes, randomInt } from "node:crypto";
import type { Environment } from "../../core/paths.ts";
import type { Message } from "../../text/types.ts";
import type { TryEvent, TryQuestion, TrySide } from "./asking.ts";
import { notBlind, unknownTrial } from "./try-errors.ts";
import { addVote, type Choice, type Vote } from "./votes.ts";

interface Trial {
  messages: Message[];
  subjects: [string, string];
  names: [string, string];
  texts: [string, string];
}

/** Trials that wait for a vote; older ones are forgotten. */
const mostWaiting = 100;

const nameOf = ({ subject: { name, step } }: TrySide): string =>
  step === null ? name : `${name}, step ${step}`;

/** @throws UsageError FT-TRY-005 for what is no comparison of two. */
export function shuffled(question: TryQuestion): TryQuestion {
  const [first, second, ...more] = question.sides;
  if (first === undefined || second === undefined || more.length > 0)
    throw notBlind("a blind comparison is of two");
  if (first.subject.id === second.subject.id) throw notBlind("both sides are the same");
  if (JSON.stringify(first.messages) !== JSON.stringify(second.messages))
    throw notBlind("the two sides are asked different questions");
  return { ...question, sides: randomInt(2) === 0 ? [first, second] : [second, first] };
}

export class Trials {
  readonly #waiting = new Map<string, Trial>();

  /** Passes events on without what would tell who answers, and names the trial at the end, if both have answered. */
  async *follow(
    { sides }: TryQuestion,
    events: AsyncGenerator<TryEvent, void>,
  ): AsyncGenerator<TryEvent, void> {
    const [first, second] = sides as [TrySide, TrySide];
    const texts: [string, string] = ["", ""];
    let ended = 0;
    for await (const event of events) {
      if (event.type === "loading") yield { ...event, base: "" };
      else if (event.type === "piece") {
        texts[event.side as 0 | 1] += event.text;
        yield event;
      } else if (event.type === "done") {
        yield ended < 2 ? event : { ...event, trial: this.#add({ first, second, texts }) };
      } else {
        if (event.type === "ended") ended += 1;
        yield event;
      }
    }
  }

  #add(of: { first: TrySide; second: TrySide; texts: [string, string] }): string {
    const { first, second, texts } = of;
    const id = randomBytes(9).toString("base64url");
    this.#waiting.set(id, {
      ...{ messages: first.messages, texts },
      subjects: [first.subject.id, second.subject.id],
      names: [nameOf(first), nameOf(second)],
    });
    for (const old of [...this.#waiting.keys()].slice(0, -mostWaiting)) this.#waiting.delete(old);
    return id;
  }

  /** Keeps the vote and tells who was who. @throws UsageError FT-TRY-002. */
  async vote(environment: Environment, id: string, choice: Choice): Promise<Vote> {
    const trial = this.#waiting.get(id);
    if (trial === undefined) throw unknownTrial(id);
    this.#waiting.delete(id);
    const { messages, subjects, names, texts } = trial;
    const answers = [0, 1].map((at) => ({
      ...{ subject: subjects[at] ?? "", name: names[at] ?? "", text: texts[at] ?? "" },
    }));
    return await addVote(environment, { messages, answers, choice });
  }
}
