// Answers to a menu as keys, each sent when the question that it answers is there.
import { setTimeout as sleep } from "node:timers/promises";

export const ENTER = "\r";
export const CTRL_C = "\u0003";
const DOWN = "\u001b[B";

/** Keys that choose the item at a place of a list. */
export const item = (place: number): string => DOWN.repeat(place) + ENTER;

export interface Answer {
  /** Text of the question; looked for after that of the answer before. */
  after: string;
  keys: string;
}

/** Sends each answer once its question has been shown; rejects where one does not come within a minute and a half. */
export async function answer(
  shown: () => string,
  send: (keys: string) => void,
  answers: readonly Answer[],
): Promise<void> {
  let from = 0;
  for (const { after, keys } of answers) {
    const end = Date.now() + 90_000;
    while (!shown().includes(after, from)) {
      if (Date.now() > end)
        throw new Error(`'${after}' was not asked; there is:\n${shown().slice(from)}`);
      await sleep(10);
    }
    from = shown().length;
    // a key at a time, as a person presses them
    const pressed = keys
      .split(DOWN)
      .flatMap((part, at) => [...(at > 0 ? [DOWN] : []), ...Array.from(part)]);
    for (const key of pressed) {
      send(key);
      await sleep(15);
    }
  }
}
