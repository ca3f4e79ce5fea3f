// A short run over a toy model, and what is seen of it: events, losses, and the result loaded again.
import { join } from "node:path";
import { trainRun } from "../../src/app/train/train-run.ts";
import { loadModel } from "../../src/generate/load-model.ts";
import type { RunEvent, RunEventOf } from "../../src/runs/index.ts";
import { type ToyRun, toyRunConfig } from "./toy-model.ts";

export interface ToyTraining {
  output: string;
  losses: number[];
  notices: string[];
  started: RunEventOf<"run-started">;
  last: RunEvent;
}

const usual = { iters: 12, batch_size: 2, learning_rate: 0.02, report_every: 1 };

/** Twelve steps of two rows at a rate that shows; `options` over that. */
export async function trainToy({ options = {}, ...places }: ToyRun): Promise<ToyTraining> {
  const events: RunEvent[] = [];
  const optimization = { ...usual, ...options.optimization };
  const config = toyRunConfig({ ...places, options: { ...options, optimization } });
  const last = await trainRun(config, { isolate: false, onEvent: (event) => events.push(event) });
  const all = <T extends RunEvent["type"]>(type: T): RunEventOf<T>[] =>
    events.filter((event): event is RunEventOf<T> => event.type === type);
  const [started] = all("run-started");
  if (started === undefined) throw new Error("the run did not start");
  return {
    output: places.output,
    losses: all("step-reported").map(({ trainLoss }) => trainLoss ?? Number.NaN),
    notices: all("notice").map(({ message }) => message),
    started,
    last,
  };
}

/** Logits of a few tokens, of a model with or without an adapter. */
export async function logitsOf(model: string, adapter?: string): Promise<Float32Array> {
  const loaded = await loadModel(model, adapter === undefined ? {} : { adapter });
  const { data } = loaded.forward([5, 9, 2, 40, 3]);
  loaded.dispose();
  return data;
}

/** Of two lists of logits. */
export function largestGap(one: Float32Array, other: Float32Array): number {
  return one.reduce((gap, value, at) => Math.max(gap, Math.abs(value - (other[at] ?? 0))), 0);
}

export const finalModel = ({ output }: Pick<ToyTraining, "output">): string =>
  join(output, "final_model");
