// One run from first step to last, as a stream of facts. Knows nothing of methods, adapters, models or screens, nor
// where the learner computes.
import { setImmediate } from "node:timers/promises";
import { replaceFolderAtomic, temporaryNameFor } from "../core/atomic-files.ts";
import { FtError } from "../core/errors.ts";
import type { RunFact } from "../runs/index.ts";
import { copyTrained, saveCheckpoint } from "./checkpoint.ts";
import { addMetrics, metricMeans, type MetricSums, type StepResult } from "./learner.ts";
import { batchesOf, type TrainingRun, validationBatchCount, validationBatches } from "./run.ts";
import { stepSeeds } from "./state.ts";

/**
 * Yields facts in order; ends with run-completed or run-stopped. A request to stop is heard between any two batches.
 * Throws FtError when the run cannot go on.
 */
export async function* train(run: TrainingRun): AsyncGenerator<RunFact> {
  const { state, totalSteps } = run;
  const meter = new Meter();
  if (evaluationIsOpen(run)) yield* evaluateRun(run);
  while (state.step < totalSteps && !run.shouldStop()) {
    const learningRate = run.schedule(state.step);
    const taken = await takeStep(run, learningRate);
    if (taken === undefined) break;
    meter.add(taken.seconds, taken.tokens);
    if (isDue(run, run.options.report_every))
      yield reported(run, taken.result, learningRate, meter);
    if (isDue(run, run.options.eval_steps)) yield* evaluateRun(run);
    if (isDue(run, run.options.save_steps)) yield* save(run);
    // Lets messages in: a request to stop, a parent that vanished.
    await setImmediate();
  }
  yield* state.step < totalSteps || evaluationIsOpen(run) ? stop(run) : finish(run);
}

/** Every n steps and at the last one. */
function isDue({ state, totalSteps }: TrainingRun, every: number): boolean {
  return state.step % every === 0 || state.step === totalSteps;
}

/** Whether an evaluation is due that the run was stopped in, or that comes before the first step. */
function evaluationIsOpen(run: TrainingRun): boolean {
  const { state, options } = run;
  if (validationBatchCount(run) === 0 || state.evaluatedStep === state.step) return false;
  return state.step === 0 || isDue(run, options.eval_steps);
}

async function takeStep(
  run: TrainingRun,
  learningRate: number,
): Promise<{ result: StepResult; seconds: number; tokens: number } | undefined> {
  const { state } = run;
  const started = performance.now();
  const batches = batchesOf(run, state.step);
  const seeds = stepSeeds(run.seed, state.step, batches.length);
  const input = { batches, learningRate, seeds };
  const result = await run.learner.step(input, () => run.shouldStop());
  if (result === undefined) return undefined;
  if (!Number.isFinite(result.loss)) throw notFinite(run, "training loss", learningRate);
  if (!Number.isFinite(result.gradientNorm ?? 0)) throw notFinite(run, "gradient", learningRate);
  const tokens = batches.reduce((sum, batch) => sum + batch.tokens, 0);
  state.step += 1;
  state.tokens += tokens;
  state.supervisedTokens += batches.reduce((sum, batch) => sum + batch.learnedTokens, 0);
  state.lossSum += result.loss * result.weight;
  state.weightSum += result.weight;
  addMetrics(state.metrics, result.metrics);
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

/** Named figures as an event carries them: left out when there are none. */
function metricFields(sums: MetricSums): { metrics?: Record<string, number> } {
  const metrics = metricMeans(sums);
  return Object.keys(metrics).length === 0 ? {} : { metrics };
}

function reported(
  run: TrainingRun,
  result: StepResult,
  learningRate: number,
  meter: Meter,
): RunFact {
  const { state } = run;
  state.trainLoss = state.lossSum / state.weightSum;
  const metrics = metricFields(state.metrics);
  state.lossSum = 0;
  state.weightSum = 0;
  state.metrics = {};
  const { activeBytes, peakBytes, residentBytes } = run.learner.memory();
  return {
    type: "step-reported",
    step: state.step,
    epoch: state.step / run.plan.windowsPerEpoch,
    trainLoss: state.trainLoss,
    ...metrics,
    learningRate,
    tokens: state.tokens,
    supervisedTokens: state.supervisedTokens,
    ...meter.take(),
    activeMemoryBytes: activeBytes,
    peakMemoryBytes: peakBytes,
    residentBytes,
    gradientNorm: result.gradientNorm,
    graphMilliseconds: result.graphMilliseconds,
  };
}

/** Validation loss over the fixed set; a new best is saved at once. Ends early, and stays open, when asked to stop. */
async function* evaluateRun(run: TrainingRun): AsyncGenerator<RunFact> {
  const batches = validationBatchCount(run);
  if (batches === 0) return;
  const { state } = run;
  yield { type: "evaluation-started", step: state.step, batches };
  const started = performance.now();
  const found = await evaluation(run, batches);
  if (found === undefined) return;
  const { loss: validationLoss, metrics } = found;
  if (!Number.isFinite(validationLoss)) {
    throw notFinite(run, "validation loss", run.schedule(Math.max(0, state.step - 1)));
  }
  state.validationLoss = validationLoss;
  state.evaluatedStep = state.step;
  const seconds = (performance.now() - started) / 1000;
  const fields = metricFields(metrics);
  yield { type: "evaluation-finished", step: state.step, validationLoss, ...fields, seconds };
  if (state.step === 0 || validationLoss >= (state.bestLoss ?? Infinity)) return;
  state.bestLoss = validationLoss;
  state.bestStep = state.step;
  yield* save(run);
}

/** Mean loss and sums of metrics over the validation set; undefined when asked to stop. */
async function evaluation(
  run: TrainingRun,
  total: number,
): Promise<{ loss: number; metrics: MetricSums } | undefined> {
  let lossSum = 0;
  let weightSum = 0;
  let done = 0;
  const metrics: MetricSums = {};
  for (const batch of validationBatches(run)) {
    const sums = await run.learner.evaluate(batch);
    lossSum += sums.lossSum;
    weightSum += sums.weightSum;
    addMetrics(metrics, sums.metrics);
    run.onProgress?.({ stage: "evaluating", done: ++done, total });
    await setImmediate();
    if (run.shouldStop()) return undefined;
  }
  return { loss: lossSum / weightSum, metrics };
}

/** Writes a checkpoint unless this step has one, and forgets old ones. */
async function* save(run: TrainingRun): AsyncGenerator<RunFact> {
  const { folder, state } = run;
  const path = folder.checkpointPath(state.step);
  if (folder.pointer("latest")?.step !== state.step) {
    await saveCheckpoint(path, run.learner, state);
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
  const modelStep = await saveResult(run, temporary);
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
    modelStep,
  };
}

/** Writes the model that the run is for, the best one where that was asked for; returns the step it is of. */
async function saveResult({ folder, learner, options, state }: TrainingRun, to: string) {
  const best = options.final_model === "best" ? folder.pointer("best") : undefined;
  if (best === undefined || best.step === state.step) await learner.saveResult(to);
  else await copyTrained(best.path, to);
  return best?.step ?? state.step;
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
