// Steps that are begun before the one that is waited for is done, for a learner elsewhere that takes several at once: a
// service then always has the next one. Nothing is begun past a place where the run looks at its weights or keeps them,
// so that what it then finds is the state after the last step that is done.
import type { StepInput, StepResult } from "./learner.ts";
import { type TrainingRun, windowOf } from "./run.ts";

/** One optimizer step, ready to be taken. */
interface ReadyStep {
  input: StepInput;
  tokens: number;
  learnedTokens: number;
}

function readyStep(run: TrainingRun, step: number): ReadyStep {
  const started = performance.now();
  const window = windowOf(run, step);
  run.phases.add("batches", performance.now() - started);
  const mine = window.filter(({ worker }) => worker === (run.crew?.rank ?? 0));
  const of = run.stepsAnUpdate;
  const sum = (what: "weightSum" | "tokens" | "learnedTokens"): number =>
    window.reduce((all, { batch }) => all + batch[what], 0);
  return {
    input: {
      batches: mine.map(({ batch }) => batch),
      learningRate: run.schedule(step),
      seeds: mine.map(({ seed }) => seed),
      weight: sum("weightSum"),
      part: of === 1 ? undefined : { index: step % of, of },
    },
    tokens: sum("tokens"),
    learnedTokens: sum("learnedTokens"),
  };
}

export class StepsAhead {
  readonly #run: TrainingRun;
  /** Of the steps after `state.step`, in their order: begun, and not yet taken. */
  readonly #begun: ReadyStep[] = [];

  constructor(run: TrainingRun) {
    this.#run = run;
  }

  /** Whether a step is under way that has to be taken before anything else. */
  get isBegun(): boolean {
    return this.#begun.length > 0;
  }

  /** Takes the next step; undefined when asked to stop in the middle of it. */
  async take(): Promise<(ReadyStep & { result: StepResult }) | undefined> {
    const run = this.#run;
    const { step } = run.state;
    const ready = this.#begun.shift() ?? readyStep(run, step);
    const taken = run.learner.step(ready.input, () => run.shouldStop());
    this.#beginMore(step + 1);
    const result = await taken;
    return result && { ...ready, result };
  }

  #beginMore(next: number): void {
    const { learner, shouldStop } = this.#run;
    const most = (learner.stepsAtOnce ?? 1) - 1;
    while (
      learner.begin !== undefined &&
      this.#begun.length < most &&
      !shouldStop() &&
      !this.#isPlaceToLook(next + this.#begun.length)
    ) {
      const ready = readyStep(this.#run, next + this.#begun.length);
      learner.begin(ready.input);
      this.#begun.push(ready);
    }
  }

  /** Whether the run evaluates, saves or ends after so many steps. */
  #isPlaceToLook(steps: number): boolean {
    const { evaluations, options, totalSteps } = this.#run;
    return steps >= totalSteps || steps % options.save_steps === 0 || evaluations.isDue(steps);
  }
}
