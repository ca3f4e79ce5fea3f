// ft train resume: continue a run from its latest checkpoint, as if it had never stopped; or train it on, past its length.
import type { z } from "zod";
import type { RunLength } from "../../app/train/extend-run.ts";
import { UsageError } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import { OptimizationOptions } from "../../train/options.ts";
import { defineCommand } from "../define-command.ts";
import { continueDetached } from "../detaching.ts";
import { DetachOptions, resume, RunningOptions } from "../training.ts";
import { crewFrom, WorkerOptions } from "../workers.ts";

const { epochs, iters } = OptimizationOptions.shape;

const Options = RunningOptions.extend({
  ...DetachOptions.shape,
  ...WorkerOptions.shape,
  epochs: epochs
    .unwrap()
    .optional()
    .describe("Continue until this many epochs in total; the learning rate schedule is extended")
    .register(flags, { short: "e", value: "N" }),
  iters: iters
    .unwrap()
    .unwrap()
    .optional()
    .describe(
      "Continue until this many optimizer steps in total; the learning rate schedule is extended",
    )
    .register(flags, { value: "N" }),
});

/** The length that was asked for, if any. Throws UsageError for two. */
function lengthFrom({
  epochs: passes,
  iters: steps,
}: z.infer<typeof Options>): RunLength | undefined {
  if (passes !== undefined && steps !== undefined) {
    throw new UsageError("FT-USAGE-009", {
      message: "--epochs and --iters are both given",
      hint: "Give one of them",
    });
  }
  if (steps !== undefined) return { iters: steps };
  return passes === undefined ? undefined : { epochs: passes };
}

export const trainResume = defineCommand({
  name: "train resume",
  summary:
    "Continue an interrupted run from its latest checkpoint, or train a finished one further",
  arguments: { run_folder: { about: "Folder of the run (its --output)" } },
  options: Options,
  examples: [
    "ft train resume ./output",
    "ft train resume ./output --epochs 6 --json",
    "ft train resume ./output --workers 2",
  ],
  run: ({ arguments: { run_folder }, options }, io) => {
    const folder = run_folder ?? "";
    const length = lengthFrom(options);
    const crew = crewFrom(options, io);
    return options.detach
      ? continueDetached(folder, options, io, { length, crew })
      : resume(folder, options, io, { length, crew });
  },
});
