// One run from first step to last, as a stream of facts. Knows nothing of methods, adapters, models or screens, nor
// where the learner computes.
import { setImmediate } from "node:timers/promises";
import { replaceFolderAtomic, temporaryNameFor } from "../core/atomic-files.ts";
import { PauseWatch } from "../core/pause-watch.ts";
import { formatDuration } from "../core/units.ts";
import { type Checkpoint, type RunFact, writeTrainedManifest } from "../runs/index.ts";
import { StepsAhead } from "./ahead.ts";
import { hasStalled, judge } from "./best.ts";
import { copyTrained, saveCheckpoint } from "./checkpoint.ts";
import {
  addMetrics,
  type EvaluationSums,
  type Learner,
  metricMeans,
  type MetricSums,
  type StepResult,
} from "./learner.ts";
import { notFinite, soundCheckpoint } from "./not-finite.ts";
import type { LossBatch } from "./objectives/objective.ts";
import { isWriter, testBatches, type TrainingRun, validationBatches } from "./run.ts";

/** Steps in a row that may be skipped before a run is given up. */
const skipLimit = 3;

/**
 * Yields facts in order; ends with run-completed or run-stopped. A request to stop is heard between any two batches.
 * Throws FtError when the run cannot go on.
 */
export async function* train(run: TrainingRun): AsyncGenerator<RunFact> {
  const { state, totalSteps } = run;
  const meter = new Meter();
  const watch = new PauseWatch();
  if (evaluationIsOpen(run)) yield* evaluateRun(run);
  if (state.step === 0) yield* writeSamples(run);
  const ahead = new StepsAhead(run);
  const goesOn = (): boolean =>
    state.step < totalSteps && !hasStalled(state, run.options) && !run.shouldStop();
  // What is begun elsewhere is done there: a run that stops waits for it.
  while (ahead.isBegun || goesOn()) {
    const taken = await takeStep(run, ahead);
    if (taken === undefined) break;
    const { learningRate } = taken;
    const pause = watch.look();
    meter.add(Math.max(0, taken.seconds - pause), taken.tokens);
    if (pause > 0) yield pauseNotice(pause);
    if (taken.problem !== undefined) yield* skipped(run, taken.problem, learningRate);
    if (isDue(run, run.options.report_every))
      yield reported(run, taken.result, learningRate, meter);
    if (run.evaluations.isDue(state.step)) yield* lookBack(run);
    if (isDue(run, run.options.save_steps)) yield* save(run);
    // Lets messages in: a request to stop, a parent that vanished.
    await setImmediate();
  }
  if (evaluationIsOpen(run)) yield* stop(run);
  else if (state.step >= totalSteps) yield* finish(run);
  else if (hasStalled(state, run.options)) yield* finishEarly(run);
  else yield* stop(run);
}

/** Every n steps and at the last one. */
function isDue({ state, totalSteps }: TrainingRun, every: number): boolean {
  return state.step % every === 0 || state.step === totalSteps;
}

/** Whether an evaluation is due that the run was stopped in, or that comes before the first step. */
function evaluationIsOpen(run: TrainingRun): boolean {
  const { state, evaluations } = run;
  if (run.validation.length === 0 || state.evaluatedStep === state.step) return false;
  return evaluations.isDue(state.step);
}

function pauseNotice(seconds: number): RunFact {
  const message = `the machine slept, or the run was stopped, for ${formatDuration(seconds)}; it goes on`;
  return { type: "notice", level: "info", message };
}

interface TakenStep {
  result: StepResult;
  seconds: number;
  tokens: number;
  learningRate: number;
  /** What was not finite, so that nothing was learned from these rows. */
  problem: StepResult["notFinite"];
}

async function takeStep(run: TrainingRun, ahead: StepsAhead): Promise<TakenStep | undefined> {
  const { state } = run;
  const started = performance.now();
  const taken = await ahead.take();
  if (taken === undefined) return undefined;
  const { result, tokens, learnedTokens, input } = taken;
  run.phases.add("steps", performance.now() - started);
  run.phases.add("graph", result.graphMilliseconds);
  state.step += 1;
  state.tokens += tokens;
  state.supervisedTokens += learnedTokens;
  const problem = result.notFinite;
  if (problem === undefined) learned(run, result);
  const seconds = (performance.now() - started) / 1000;
  return { result, seconds, tokens, problem, learningRate: input.learningRate };
}

function learned({ state }: TrainingRun, result: StepResult): void {
  state.skippedInRow = 0;
  state.lossSum += result.loss * result.weight;
  state.weightSum += result.weight;
  addMetrics(state.metrics, result.metrics);
}

/** A step that moved nothing is counted and told; with the third in a row the run ends, and keeps what it has. */
async function* skipped(
  run: TrainingRun,
  reason: NonNullable<StepResult["notFinite"]>,
  learningRate: number,
): AsyncGenerator<RunFact> {
  const { state } = run;
  state.skippedSteps += 1;
  state.skippedInRow += 1;
  const { step, skippedSteps, skippedInRow: inRow } = state;
  yield { type: "step-skipped", step, reason, learningRate, skippedSteps, inRow };
  if (inRow < skipLimit) return;
  const sound = soundCheckpoint(run);
  // Who goes on from here begins with other rows, and may skip as many again.
  state.skippedInRow = 0;
  yield* save(run, sound);
  const what = reason === "loss" ? "training loss" : "gradient";
  throw notFinite(
    run,
    `the ${what} became infinite or undefined in ${inRow} steps in a row`,
    sound,
  );
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
  const trainLoss = state.weightSum === 0 ? null : state.lossSum / state.weightSum;
  state.trainLoss = trainLoss ?? state.trainLoss;
  const metrics = metricFields(state.metrics);
  state.lossSum = 0;
  state.weightSum = 0;
  state.metrics = {};
  const { activeBytes, peakBytes, cacheBytes, residentBytes } = run.learner.memory();
  return {
    type: "step-reported",
    step: state.step,
    epoch: state.step / run.plan.windowsPerEpoch,
    trainLoss,
    ...metrics,
    learningRate,
    tokens: state.tokens,
    supervisedTokens: state.supervisedTokens,
    ...meter.take(),
    activeMemoryBytes: activeBytes,
    peakMemoryBytes: peakBytes,
    ...(cacheBytes !== undefined && { cacheMemoryBytes: cacheBytes }),
    residentBytes,
    gradientNorm: result.gradientNorm,
    graphMilliseconds: result.graphMilliseconds,
  };
}

/** Validation loss over the fixed set; a new best is saved at once. Ends early, and stays open, when asked to stop. */
async function* evaluateRun(run: TrainingRun): AsyncGenerator<RunFact> {
  const { state } = run;
  const batches = run.evaluations.batches(state.step).length;
  if (batches === 0) return;
  yield { type: "evaluation-started", step: state.step, batches };
  const started = performance.now();
  const found = await evaluation(run, validationBatches(run), batches);
  if (found === undefined) return;
  const { loss: validationLoss, metrics } = found;
  if (!Number.isFinite(validationLoss)) {
    const message = "the validation loss became infinite or undefined";
    throw notFinite(run, message, soundCheckpoint(run));
  }
  state.validationLoss = validationLoss;
  state.evaluatedStep = state.step;
  const seconds = (performance.now() - started) / 1000;
  run.phases.add("evaluation", 1000 * seconds);
  const fields = metricFields(metrics);
  const figures = { loss: validationLoss, metrics: fields.metrics ?? {} };
  const isBest = judge(state, run.bestBy, run.options, figures);
  yield { type: "evaluation-finished", step: state.step, validationLoss, ...fields, seconds };
  if (isBest) yield* save(run);
}

async function* lookBack(run: TrainingRun): AsyncGenerator<RunFact> {
  yield* evaluateRun(run);
  yield* writeSamples(run);
}

/** Text to read along, of the model as it is at this step. */
async function* writeSamples({
  sampler,
  state,
  phases,
  ...run
}: TrainingRun): AsyncGenerator<RunFact> {
  if (sampler === undefined || run.shouldStop()) return;
  const started = performance.now();
  const samples = await sampler();
  if (samples === undefined) return;
  const seconds = (performance.now() - started) / 1000;
  phases.add("samples", 1000 * seconds);
  yield { type: "samples-written", step: state.step, samples, seconds };
}

/** Mean loss and sums of metrics over some batches; undefined when asked to stop. */
async function evaluation(
  run: TrainingRun,
  batches: Iterable<LossBatch>,
  total: number,
): Promise<{ loss: number; metrics: MetricSums } | undefined> {
  let lossSum = 0;
  let weightSum = 0;
  let done = 0;
  const metrics: MetricSums = {};
  for (const together of inGroups(batches, run.crew?.workers ?? 1)) {
    const sums = await evaluated(run.learner, together);
    lossSum += sums.lossSum;
    weightSum += sums.weightSum;
    addMetrics(metrics, sums.metrics);
    done += together.length;
    run.onProgress?.({ stage: "evaluating", done, total });
    await setImmediate();
    if (run.shouldStop()) return undefined;
  }
  return { loss: lossSum / weightSum, metrics };
}

/** As many batches at once as there are workers. */
function* inGroups(batches: Iterable<LossBatch>, size: number): Generator<LossBatch[]> {
  let group: LossBatch[] = [];
  for (const batch of batches) {
    group.push(batch);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function evaluated(learner: Learner, batches: LossBatch[]): Promise<EvaluationSums> {
  if (learner.evaluateTogether !== undefined) return await learner.evaluateTogether(batches);
  const [batch] = batches;
  if (batch === undefined) throw new RangeError("there is nothing to evaluate");
  return await learner.evaluate(batch);
}

/** Once, with what the last step left; a request to stop ends it, since the run itself is over. */
async function* evaluateTest(run: TrainingRun): AsyncGenerator<RunFact> {
  const batches = run.test.batches.length;
  if (batches === 0) return;
  const started = performance.now();
  const found = await evaluation(run, testBatches(run), batches);
  if (found === undefined) return;
  const { loss: testLoss, metrics } = found;
  const seconds = (performance.now() - started) / 1000;
  run.phases.add("evaluation", 1000 * seconds);
  const figures = { testLoss, testPerplexity: Math.exp(testLoss), ...metricFields(metrics) };
  yield { type: "test-finished", step: run.state.step, ...figures, batches, seconds };
}

/** Writes a checkpoint unless this step has one, and forgets old ones, but not the one that is `needed`. */
async function* save(run: TrainingRun, needed?: Checkpoint): AsyncGenerator<RunFact> {
  if (!isWriter(run)) return;
  const { folder, state } = run;
  const path = folder.checkpointPath(state.step);
  if (folder.pointer("latest")?.step !== state.step) {
    const started = performance.now();
    const { remote } = await saveCheckpoint(path, run.learner, state);
    run.phases.add("saving", performance.now() - started);
    // Resuming starts at `latest`: it moves last, so that a crash in between is done over again.
    if (state.bestStep === state.step) await folder.setPointer("best", state.step);
    await folder.setPointer("latest", state.step);
    yield { type: "checkpoint-saved", step: state.step, path, ...(remote && { remote }) };
  }
  const kept = needed ?? (state.skippedInRow > 0 ? soundCheckpoint(run) : undefined);
  await folder.prune(run.options.keep_checkpoints, kept?.step);
}

/** After a failure that left weights and state as they were: writes them down, where that is still possible. */
export async function* saveAfterFailure(run: TrainingRun): AsyncGenerator<RunFact> {
  if (run.state.step > (run.folder.pointer("latest")?.step ?? 0)) yield* save(run);
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

/** The end of a run whose evaluations have stopped getting better. */
async function* finishEarly(run: TrainingRun): AsyncGenerator<RunFact> {
  const { state, bestBy } = run;
  yield* save(run);
  const message =
    `stopped early: ${state.evaluationsWithoutGain} evaluations in a row without a gain in ${bestBy.name}; ` +
    `the best, ${state.bestValue?.toPrecision(5)}, was after step ${state.bestStep}`;
  yield { type: "notice", level: "info", message };
  yield* finish(run);
}

async function* finish(run: TrainingRun): AsyncGenerator<RunFact> {
  const { folder, state } = run;
  const modelStep = isWriter(run) ? await writeResult(run) : state.step;
  yield* evaluateTest(run);
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
    stoppedEarly: state.step < run.totalSteps,
    skippedSteps: state.skippedSteps,
    seconds: folder.spentSeconds(),
    shapes: run.shapes,
  };
}

/** The folder of the result; returns the step that it is of. */
async function writeResult(run: TrainingRun): Promise<number> {
  const { folder } = run;
  const temporary = temporaryNameFor(folder.finalModelPath);
  // A run killed after its last checkpoint was saved and before older ones were forgotten comes here at once.
  await folder.prune(run.options.keep_checkpoints);
  const modelStep = await saveResult(run, temporary);
  await writeTrainedManifest(temporary, folder.path, metricsOf(run, modelStep));
  await replaceFolderAtomic(temporary, folder.finalModelPath);
  return modelStep;
}

/** What a result tells of how it came out; nothing that another run of the same settings would not tell as well. */
function metricsOf(run: TrainingRun, modelStep: number): Record<string, number | null> {
  const { state, trainableParameters, totalParameters } = run;
  return {
    ...{ step: modelStep, steps: state.step },
    epochs: state.step / run.plan.windowsPerEpoch,
    trainLoss: state.trainLoss,
    validationLoss: state.validationLoss,
    bestStep: state.bestStep,
    ...{ trainableParameters, totalParameters },
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
