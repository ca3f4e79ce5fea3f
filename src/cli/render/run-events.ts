// Draws the events of a run for a person: what it starts from, a line that moves, what came out.
// Decides nothing about the run.
import type { RunConfig } from "../../app/config/schema.ts";
import { shellWord } from "../../core/shell.ts";
import { formatBytes, formatCount, formatDuration } from "../../core/units.ts";
import { visibleText } from "../../core/visible-text.ts";
import { describeFormats } from "../../data/index.ts";
import type {
  RunCompletedEvent,
  RunEvent,
  RunEventOf,
  RunStartedEvent,
  StepReportedEvent,
} from "../../runs/index.ts";
import { chosenMethod } from "../../train/methods.ts";
import type { WorkProgress } from "../../train/run.ts";
import { tunings } from "../../train/tuning/index.ts";
import type { Io } from "../io.ts";
import { pairs } from "./table.ts";

export const BANNER = "ft: fine-tune language models on the machine you have";

/** What a run is set to do, before it starts. */
export function configurationBlock(config: RunConfig): string {
  const { optimization } = config;
  const length: [string, string] =
    optimization.iters === null
      ? ["Epochs", String(optimization.epochs)]
      : ["Steps", String(optimization.iters)];
  return pairs([
    ["Model", config.model.name],
    ["Data", config.data.train_file],
    ["Template", config.data.template],
    ...tunings.get(chosenMethod(config).tuning).describe(config),
    ["Learning Rate", String(optimization.learning_rate)],
    ["Batch Size", optimization.auto_batch_size ? "auto" : String(optimization.batch_size)],
    length,
    ["Output", config.output_dir],
  ]);
}

export const BASE_MODEL_NOTICE =
  "This is a base model: it was never taught to answer, so its answers before tuning will be poor.";

function shareOf(part: number, whole: number): string {
  return whole === 0 ? "0 %" : `${((100 * part) / whole).toFixed(2)} %`;
}

export function startedText(event: RunStartedEvent): string {
  const { dataset, model } = event;
  const lines = [
    `Model ${model.name} (${model.architecture}): ${formatCount(event.trainableParameters)} of ` +
      `${formatCount(event.totalParameters)} parameters are trained ` +
      `(${shareOf(event.trainableParameters, event.totalParameters)})`,
    `Dataset format: ${describeFormats({ formatCounts: dataset.formats }, dataset.formatOverride)}`,
    `Data: ${dataset.trainRows} training rows, ${dataset.validationRows} validation rows, ` +
      `${formatCount(dataset.tokens)} tokens (${formatCount(dataset.supervisedTokens)} learned)`,
  ];
  if (model.baseModel) lines.push(BASE_MODEL_NOTICE);
  const from =
    event.resumedFromStep === null ? "" : `, continuing after step ${event.resumedFromStep}`;
  const isDone = (event.resumedFromStep ?? 0) >= event.totalSteps;
  lines.push(`${event.totalSteps} steps${from}`);
  if (isDone) lines.push("All of them are done: with a longer --iters or --epochs it trains on");
  return lines.join("\n");
}

/** Figures beside the loss, by the names that the objective gave them. */
function figures({ metrics = {} }: { metrics?: Record<string, number> | undefined }): string {
  const shown = Object.entries(metrics).map(([name, value]) => `  ${name} ${value.toPrecision(3)}`);
  return shown.join("");
}

const fixed = (value: number | null, digits: number): string =>
  value === null ? "none" : value.toFixed(digits);

export function resultsText(event: RunCompletedEvent): string {
  const results = pairs([
    ["Final Training Loss", fixed(event.finalTrainingLoss, 4)],
    ["Final Validation Loss", fixed(event.finalValidationLoss, 4)],
    ["Total Steps", String(event.totalSteps)],
    ["Epochs Completed", String(Math.round(event.epochsCompleted * 100) / 100)],
    ...skippedPair(event),
    ...timePair(event),
  ]);
  const { modelStep = event.totalSteps } = event;
  const of = modelStep === event.totalSteps ? "" : ` (the best, of step ${modelStep})`;
  return `Results\n${results}\nModel saved to: ${event.adapterPath}${of}`;
}

/** How the result is asked something. */
function askText({ model, config }: RunStartedEvent, { adapterPath }: RunCompletedEvent): string {
  const { tuning } = chosenMethod(config as unknown as RunConfig);
  const result = shellWord(adapterPath);
  const isAdapter = !tunings.has(tuning) || tunings.get(tuning).isAdapter;
  const asked = isAdapter ? `${shellWord(model.name)} "…" --adapter ${result}` : `${result} "…"`;
  return `Ask it: ft generate ${asked}`;
}

function evaluatedAt({ step }: { step: number }): string {
  return step === 0 ? "before the first step" : `step ${step}`;
}

function skippedPair({ skippedSteps = 0 }: RunCompletedEvent): [string, string][] {
  return skippedSteps === 0 ? [] : [["Skipped Steps", String(skippedSteps)]];
}

function timePair({ seconds }: RunCompletedEvent): [string, string][] {
  return seconds === undefined ? [] : [["Time", formatDuration(seconds)]];
}

function skippedText({ step, reason, skippedSteps }: RunEventOf<"step-skipped">): string {
  return (
    `warning: step ${step}: skipped, the ${reason} was infinite or undefined; ` +
    `nothing was learned from its rows (${skippedSteps} skipped so far)`
  );
}

function testText({ testLoss, testPerplexity, metrics }: RunEventOf<"test-finished">): string {
  const loss = `test loss ${testLoss.toFixed(4)}, perplexity ${testPerplexity.toFixed(3)}`;
  return `${loss}${figures({ metrics })}`;
}

/** The first of them, short: all are in the run's log. */
function samplesText({ step, samples }: RunEventOf<"samples-written">): string {
  const [first] = samples;
  if (first === undefined) return `step ${step}: no samples`;
  const text = visibleText(first.text.replaceAll(/\s+/g, " ").trim()).slice(0, 160);
  return `${step === 0 ? "before the first step" : `step ${step}`}: sample: ${text}`;
}

/** How many progress lines of a run stay on a terminal, about. */
const keptLines = 10;

/** Keeps what a progress line needs from one event to the next. */
export class RunScreen {
  readonly #io: Io;
  #started: RunStartedEvent | undefined;
  #totalSteps = 0;
  #firstStep: { step: number; time: number } | undefined;
  #validationLoss: number | undefined;
  #drawn = false;
  #keptTenth = -1;

  constructor(io: Io) {
    this.#io = io;
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case "run-started":
        this.#started = event;
        this.#totalSteps = event.totalSteps;
        this.#firstStep = { step: event.resumedFromStep ?? 0, time: Date.parse(event.time) };
        return this.#say(startedText(event));
      case "step-reported":
        return this.#progress(event);
      case "step-skipped":
        return this.#say(skippedText(event));
      case "evaluation-started":
        return;
      case "evaluation-finished":
        this.#validationLoss = event.validationLoss;
        // What is done once, before the first step, tells nothing about the steps to come.
        if (event.step === this.#firstStep?.step) this.#firstStep.time = Date.parse(event.time);
        return this.#say(
          `${evaluatedAt(event)}: validation loss ${event.validationLoss.toFixed(4)}${figures(event)}`,
        );
      case "test-finished":
        return this.#say(testText(event));
      case "samples-written":
        return this.#say(samplesText(event));
      case "checkpoint-saved":
        return this.#say(`step ${event.step}: checkpoint saved to ${event.path}`);
      case "notice":
        return this.#say(event.level === "warning" ? `warning: ${event.message}` : event.message);
      case "run-completed":
        this.#clear();
        this.#io.print(resultsText(event));
        if (this.#started !== undefined) this.#io.note(askText(this.#started, event));
        return;
      case "run-stopped":
        return this.#say(stoppedText(event));
      case "run-failed":
        return this.#clear();
    }
  }

  /** A line that moves while rows are tokenized or evaluated; on a terminal only. */
  progress({ stage, done, total }: WorkProgress): void {
    if (!this.#io.interactive || this.#io.mode.quiet) return;
    const share = Math.floor((100 * done) / Math.max(1, total));
    const what = stage === "evaluating" ? "validation batches" : "rows";
    this.#draw(`${stage}: ${formatCount(done)} of ${formatCount(total)} ${what}  ${share}%`);
  }

  #draw(text: string): void {
    this.#io.draw(`\r\u001b[K${text.slice(0, this.#io.width - 1)}`);
    this.#drawn = true;
  }

  #timeLeft(event: StepReportedEvent): string {
    const from = this.#firstStep;
    if (from === undefined || event.step <= from.step) return "";
    const perStep = (Date.parse(event.time) - from.time) / 1000 / (event.step - from.step);
    return `  left ${formatDuration(perStep * Math.max(0, this.#totalSteps - event.step))}`;
  }

  #progress(event: StepReportedEvent): void {
    const share = this.#totalSteps === 0 ? 0 : Math.floor((100 * event.step) / this.#totalSteps);
    const validation =
      this.#validationLoss === undefined ? "" : `  val ${this.#validationLoss.toFixed(3)}`;
    const text =
      `step ${event.step}/${this.#totalSteps}  ${share}%  loss ${fixed(event.trainLoss, 3)}` +
      `${figures(event)}${validation}  lr ${event.learningRate.toPrecision(2)}` +
      `  ${Math.round(event.tokensPerSecond)} tok/s  peak ${formatBytes(event.peakMemoryBytes)}` +
      this.#timeLeft(event);
    if (!this.#io.interactive || this.#isKept(event.step)) return this.#say(text);
    if (this.#io.mode.quiet) return;
    this.#draw(text);
  }

  /** On a terminal a line moves, and some stay, to be read later: the first of each tenth of the run. */
  #isKept(step: number): boolean {
    const tenth = Math.floor((keptLines * step) / Math.max(1, this.#totalSteps));
    const isNew = tenth > this.#keptTenth;
    this.#keptTenth = Math.max(tenth, this.#keptTenth);
    return isNew;
  }

  #clear(): void {
    if (this.#drawn) this.#io.draw("\r\u001b[K");
    this.#drawn = false;
  }

  #say(text: string): void {
    this.#clear();
    this.#io.note(text);
  }
}

export function stoppedText(event: RunEventOf<"run-stopped">): string {
  const saved =
    event.checkpointPath === null
      ? "no checkpoint was written"
      : `saved to ${event.checkpointPath}`;
  return `Stopped after step ${event.step}; ${saved}.\nft train resume ${shellWord(event.outputDir)} continues it.`;
}
