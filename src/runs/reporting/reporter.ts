// Who else is told of a run while it trains: a folder for TensorBoard, a tracking server. The next one is one file and one
// line in index.ts. None of them may stop or slow a run: what cannot be told is said once, and the run goes on.
import type { Environment } from "../../core/paths.ts";
import type { RunEvent } from "../events.ts";

export interface ReporterInput {
  /** The run's folder. */
  folder: string;
  runId: string;
  /** The resolved configuration. */
  config: Readonly<Record<string, unknown>>;
  environment: Environment;
  fetch: typeof globalThis.fetch;
  /** Told at most once, in words without secrets. */
  onProblem(message: string): void;
}

export interface Reporter {
  /** Returns at once. */
  tell(event: RunEvent): void;
  /** Sends what is left, within seconds. */
  close(): Promise<void>;
}

export interface ReporterEntry {
  /** One line for help. */
  about: string;
  /** Why it cannot be used here; undefined when it can. */
  problem(environment: Environment): string | undefined;
  open(input: ReporterInput): Reporter;
}

/** The figures of an event under the names that such tools group by: `train/loss`, `validation/loss`. */
export function figuresOf(event: RunEvent): { step: number; figures: [string, number][] } {
  if (event.type === "step-reported") {
    const { step, trainLoss, learningRate, gradientNorm, tokensPerSecond, residentBytes } = event;
    const own: [string, number | null | undefined][] = [
      ["train/loss", trainLoss],
      ["train/learning_rate", learningRate],
      ["train/gradient_norm", gradientNorm],
      ["train/tokens_per_second", tokensPerSecond],
      ["train/epoch", event.epoch],
      ["system/resident_bytes", residentBytes],
      ...named("train", event.metrics),
    ];
    return { step, figures: known(own) };
  }
  if (event.type !== "evaluation-finished") return { step: 0, figures: [] };
  const { step, validationLoss, metrics } = event;
  return {
    step,
    figures: known([["validation/loss", validationLoss], ...named("validation", metrics)]),
  };
}

function named(under: string, metrics: Readonly<Record<string, number>> = {}): [string, number][] {
  return Object.entries(metrics).map(([name, value]) => [`${under}/${name}`, value]);
}

function known(figures: readonly [string, number | null | undefined][]): [string, number][] {
  return figures.filter((pair): pair is [string, number] => Number.isFinite(pair[1]));
}
