// The process in which readers run: takes targets one after another, tells what they hold no faster than it is taken,
// and is ended from outside when it is stuck or swells. Holds nothing that must survive.
import { Archives } from "./opening/archives.ts";
import { readTarget } from "./opening/read-target.ts";
import type { FromReader, ToReader } from "./opening/reader-messages.ts";
import { PARTS_AHEAD } from "./opening/reader-messages.ts";
import type { ReadSettings, ReadTarget } from "./opening/target.ts";

/** How many parts may leave before more are asked for, and who waits for that. */
class Allowance {
  #left = PARTS_AHEAD;
  #isStopped = false;
  #wake: () => void = () => undefined;

  more(): void {
    this.#left++;
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  /** False when no more is wanted. */
  async take(): Promise<boolean> {
    while (this.#left === 0 && !this.#isStopped)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#left--;
    return !this.#isStopped;
  }
}

let allowance = new Allowance();
let archives: Archives | undefined;

const sent = (message: FromReader): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });

async function tellAll(target: ReadTarget, settings: ReadSettings): Promise<void> {
  archives ??= new Archives(settings.limits);
  for await (const told of readTarget(target, settings, archives)) {
    if (told.type === "part" && !(await allowance.take())) break;
    await sent(told);
  }
  await sent({ type: "idle" });
}

process.on("message", (message: ToReader) => {
  if (message.type === "more") allowance.more();
  else if (message.type === "stop") allowance.stop();
  else {
    allowance = new Allowance();
    void tellAll(message.target, message.settings);
  }
});
process.on("disconnect", () => process.exit());
