// What a run tells of itself, as a job's log and progress. Writes in order, and loses nothing that it was told.
import { lineOf, type RunEvent, type StepReportedEvent } from "../../../runs/index.ts";
import type { UnitContext } from "../../../store/index.ts";
import type { WorkProgress } from "../../../train/run.ts";

/** What made a run fail is its job's error. */
const isToldOtherwise = ({ type }: RunEvent): boolean => type === "run-failed";

export class RunTeller {
  readonly #context: UnitContext;
  #writing: Promise<void> = Promise.resolve();
  #fault: unknown;
  #total = 0;
  #step = 0;
  /** The first report of this process, for the time that is left. */
  #first: { step: number; at: number } | undefined;

  constructor(context: UnitContext) {
    this.#context = context;
  }

  tell(event: RunEvent): void {
    if (event.type === "run-started") this.#total = event.totalSteps;
    if (event.type === "step-reported") this.#tellStep(event);
    const line = isToldOtherwise(event) ? undefined : lineOf(event);
    if (line !== undefined) this.#then(() => this.#context.log(...line));
  }

  /** Tokenizing and evaluating, before and between steps. */
  tellWork({ stage, done, total }: WorkProgress): void {
    const phase = `${stage} ${done}/${total}`;
    const steps = { done: this.#step, total: Math.max(1, this.#total), of: "steps" };
    this.#then(() => this.#context.progress({ ...steps, secondsLeft: null, phase }));
  }

  /** Resolves when all is written; throws what kept it from being so. */
  async told(): Promise<void> {
    await this.#writing;
    if (this.#fault !== undefined) throw this.#fault;
  }

  #tellStep({
    step,
    trainLoss,
    stepSeconds,
    tokensPerSecond,
    learningRate,
  }: StepReportedEvent): void {
    const now = performance.now();
    this.#step = step;
    this.#first ??= { step, at: now };
    const since = step - this.#first.step;
    const pace = since > 0 ? (now - this.#first.at) / 1000 / since : stepSeconds;
    const secondsLeft = Math.max(0, this.#total - step) * pace;
    const figures = { loss: trainLoss, tokensPerSecond, learningRate };
    const told = { done: step, total: this.#total, of: "steps", secondsLeft, figures };
    this.#then(() => this.#context.progress(told));
  }

  #then(write: () => Promise<void>): void {
    this.#writing = this.#writing
      .then(write)
      .catch((error: unknown) => void (this.#fault ??= error));
  }
}
