// One run from first step to last, as a stream of facts. Knows nothing of methods, adapters, models or screens.
import { setImmediate } from "node:timers/promises";
import { replaceFolderAtomic, temporaryNameFor } from "../core/atomic-files.ts";
import { FtError } from "../core/errors.ts";
import { memory } from "../mx/index.ts";
import type { RunFact } from "../runs/index.ts";
import { saveCheckpoint } from "./checkpoint.ts";
import { batchesOf, type TrainingRun, validationBatchCount, validationBatches } from "./run.ts";
import { stepSeeds } from "./state.ts";
import { meanLoss, type StepResult } from "./step.ts";

/** Yields facts in order; ends with run-completed or run-stopped. Throws FtError when the run cannot go on. */
export async function* train(run: TrainingRun): AsyncGenerator<RunFact> {
  const { state, totalSteps } = run;
  const meter = new Meter();
  if (state.step === 0) yield* evaluateRun(run);
  while (state.step < totalSteps) {
    const learningRate = run.schedule(state.step);
    const { result, seconds, tokens } = trainStep(run, learningRate);
    meter.add(seconds, tokens);
    if (isDue(run, run.options.report_every)) yield reported(run, result, learningRate, meter);
    if (isDue(run, run.options.eval_steps)) yield* evaluateRun(run);
    if (isDue(run, run.options.save_steps)) yield* save(run);
    // Lets messages in: a request to stop, a parent that vanished.
    await setImmediate();
    if (run.shouldStop() && state.step < totalSteps) return yield* stop(run);
  }
  yield* finish(run);
}

/** Every n steps and at the last one. */
function isDue({ state, totalSteps }: TrainingRun, every: number): boolean {
  return state.step % every === 0 || state.step === totalSteps;
}

function trainStep(
  run: TrainingRun,
  learningRate: number,
): { result: StepResult; seconds: number; tokens: number } {
  const { state } = run;
  const started = performance.now();
  const batches = batchesOf(run, state.step);
  const seeds = stepSeeds(run.seed, state.step, batches.length);
  const result = run.step.run(batches, learningRate, seeds);
  if (!Number.isFinite(result.loss)) throw notFinite(run, "training loss", learningRate);
  if (!Number.isFinite(result.gradientNorm ?? 0)) throw notFinite(run, "gradient", learningRate);
  const tokens = batches.reduce((sum, batch) => sum + batch.tokens, 0);
  state.step += 1;
  state.tokens += tokens;
  state.supervisedTokens += batches.reduce((sum, batch) => sum + batch.supervisedTokens, 0);
  state.lossSum += result.loss * result.weight;
  state.weightSum += result.weight;
  return { result, seconds: (performance.now() - started) / 1000, tokens };
}

function notFinite(run: TrainingRun, what: string, learningRate: number): FtError {
  const { state, folder } = run;
  const latest = folder.pointer("latest");
  return new FtError("FT-TRAIN-001", {
    message:
      `the ${what} became infinite or undefined after ${state.step} steps ` +
      `(learning rate ${learningRate})`,
    hint:
      latest === undefined
        ? "train again with a tenth of the learning rate (--lr)"
        : `the last good checkpoint is ${latest.path}; train again with a tenth of the learning rate (--lr)`,
  });
}

function reported(
  run: TrainingRun,
  result: StepResult,
  learningRate: number,
  meter: Meter,
): RunFact {
  const { state } = run;
  state.trainLoss = state.lossSum / state.weightSum;
  state.lossSum = 0;
  state.weightSum = 0;
  const figures = memory();
  return {
    type: "step-reported",
    step: state.step,
    epoch: state.step / run.plan.windowsPerEpoch,
    trainLoss: state.trainLoss,
    learningRate,
    tokens: state.tokens,
    supervisedTokens: state.supervisedTokens,
    ...meter.take(),
    activeMemoryBytes: figures.activeBytes,
    peakMemoryBytes: figures.peakBytes,
    residentBytes: process.memoryUsage.rss(),
    gradientNorm: result.gradientNorm,
    graphMilliseconds: result.graphMilliseconds,
  };
}

/** Validation loss over the fixed set; a new best is saved at once. */
async function* evaluateRun(run: TrainingRun): AsyncGenerator<RunFact> {
  const batches = validationBatchCount(run);
  if (batches === 0) return;
  const { state } = run;
  yield { type: "evaluation-started", step: state.step, batches };
  const started = performance.now();
  const validationLoss = meanLoss(run.model, run.method, validationBatches(run));
  if (!Number.isFinite(validationLoss)) {
    throw notFinite(run, "validation loss", run.schedule(Math.max(0, state.step - 1)));
  }
  state.validationLoss = validationLoss;
  const seconds = (performance.now() - started) / 1000;
  yield { type: "evaluation-finished", step: state.step, validationLoss, seconds };
  if (state.step === 0 || validationLoss >= (state.bestLoss ?? Infinity)) return;
  state.bestLoss = validationLoss;
  state.bestStep = state.step;
  yield* save(run);
}

/** Writes a checkpoint unless this step has one, and forgets old ones. */
async function* save(run: TrainingRun): AsyncGenerator<RunFact> {
  const { folder, state } = run;
  const path = folder.checkpointPath(state.step);
  if (folder.pointer("latest")?.step !== state.step) {
    await saveCheckpoint(path, run.tuning, run.optimizer, state);
    // Resuming starts at `latest`: it moves last, so that a crash in between is done over again.
    if (state.bestStep === state.step) await folder.setPointer("best", state.step);
    await folder.setPointer("latest", state.step);
    yield { type: "checkpoint-saved", step: state.step, path };
  }
  await folder.prune(run.options.keep_checkpoints);
}

async function* stop(run: TrainingRun): AsyncGenerator<RunFact> {
  yield* save(run);
  const { folder, state } = run;
  yield {
    type: "run-stopped",
    step: state.step,
    checkpointPath: folder.checkpointPath(state.step),
    outputDir: folder.path,
  };
}

async function* finish(run: TrainingRun): AsyncGenerator<RunFact> {
  const { folder, state } = run;
  const temporary = temporaryNameFor(folder.finalModelPath);
  await run.tuning.save(temporary);
  await replaceFolderAtomic(temporary, folder.finalModelPath);
  yield {
    type: "run-completed",
    finalTrainingLoss: state.trainLoss,
    finalValidationLoss: state.validationLoss,
    totalSteps: state.step,
    epochsCompleted: state.step / run.plan.windowsPerEpoch,
    trainableParameters: run.trainableParameters,
    totalParameters: run.totalParameters,
    outputDir: folder.path,
    adapterPath: folder.finalModelPath,
    bestStep: state.bestStep,
  };
}

/** Speed since the last report; evaluation and saving do not count. */
class Meter {
  #seconds = 0;
  #tokens = 0;
  #steps = 0;

  add(seconds: number, tokens: number): void {
    this.#seconds += seconds;
    this.#tokens += tokens;
    this.#steps += 1;
  }

  take(): { tokensPerSecond: number; stepSeconds: number } {
    const figures = {
      tokensPerSecond: this.#tokens / this.#seconds,
      stepSeconds: this.#seconds / this.#steps,
    };
    this.#seconds = 0;
    this.#tokens = 0;
    this.#steps = 0;
    return figures;
  }
}
