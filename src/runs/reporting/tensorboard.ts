// Event files for TensorBoard in the run's folder: `tensorboard --logdir RUN/tensorboard` while it trains or afterwards.
// A resumed run begins a new file; steps that are done again take the place of the old ones.
import { appendFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolders } from "../../core/folders.ts";
import type { RunEvent } from "../events.ts";
import { restartEvent, scalarsEvent, versionEvent } from "./records.ts";
import { figuresOf, type Reporter, type ReporterEntry, type ReporterInput } from "./reporter.ts";

export const TENSORBOARD_FOLDER = "tensorboard";

class TensorBoard implements Reporter {
  readonly #file: string;
  readonly #onProblem: (message: string) => void;
  #isBroken = false;

  constructor({ folder, onProblem }: ReporterInput) {
    this.#onProblem = onProblem;
    const seconds = Math.floor(Date.now() / 1000);
    const name = `events.out.tfevents.${seconds}.${hostname()}.${process.pid}`;
    const to = join(folder, TENSORBOARD_FOLDER);
    this.#file = join(to, name);
    this.#write(() => {
      makeFolders(to);
      return versionEvent(Date.now() / 1000);
    });
  }

  tell(event: RunEvent): void {
    const seconds = Date.parse(event.time) / 1000;
    if (event.type === "run-started" && event.resumedFromStep !== null) {
      const from = event.resumedFromStep + 1;
      this.#write(() => restartEvent(seconds, from));
    }
    const { step, figures } = figuresOf(event);
    if (figures.length > 0) this.#write(() => scalarsEvent(seconds, step, figures));
  }

  #write(make: () => Buffer): void {
    if (this.#isBroken) return;
    try {
      appendFileSync(this.#file, make());
    } catch (error) {
      this.#isBroken = true;
      const reason = error instanceof Error ? error.message : String(error);
      this.#onProblem(`TensorBoard's event file cannot be written: ${reason}`);
    }
  }

  async close(): Promise<void> {}
}

export const tensorboard: ReporterEntry = {
  about: "event files in the run folder",
  problem: () => undefined,
  open: (input) => new TensorBoard(input),
};
