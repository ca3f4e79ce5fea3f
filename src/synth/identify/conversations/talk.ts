// A conversation while its messages are being gathered: who takes part, when each spoke last, what waits for an answer.
import type { Said } from "./said.ts";
import { asks } from "./words.ts";

export class Talk {
  readonly messages: Said[] = [];
  /** When each speaker spoke here last, by message number of the stream. */
  readonly speakers = new Map<string, number>();
  /** Said by the format to belong together: a thread, or by reply marks. */
  isMarked = false;
  characters = 0;
  #number = 0;
  #isAsking = false;

  get opener(): string {
    return this.messages[0]?.key ?? "";
  }

  get last(): Said | undefined {
    return this.messages.at(-1);
  }

  /** Number of its last message in the stream. */
  get number(): number {
    return this.#number;
  }

  /** Whether its last message asks something that nobody has answered. */
  get isWaiting(): boolean {
    return this.#isAsking;
  }

  add(said: Said, number: number): void {
    const goesOn = this.last?.key === said.key;
    this.messages.push(said);
    this.speakers.set(said.key, number);
    this.characters += said.text.length;
    this.#number = number;
    this.#isAsking = asks(said.text) || (goesOn && this.#isAsking);
  }
}

const hour = 3600;
/** Messages between that are as good as a long silence where there are no times. */
const manyMessages = 60;

/** How long nothing was said in a conversation, in seconds. */
export function silence(talk: Talk, said: Said, number: number): number {
  const last = talk.last?.time;
  if (last === undefined || said.time === undefined)
    return ((number - talk.number) / manyMessages) * hour;
  return Math.max(0, said.time - last);
}
