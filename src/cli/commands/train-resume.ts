// ft train resume: continue a run from its latest checkpoint, as if it had never stopped.
import { defineCommand } from "../define-command.ts";
import { resume, RunningOptions } from "../training.ts";

export const trainResume = defineCommand({
  name: "train resume",
  summary: "Continue an interrupted run from its latest checkpoint",
  arguments: { run_folder: { about: "Folder of the run (its --output)" } },
  options: RunningOptions,
  examples: ["ft train resume ./output", "ft train resume ./output --json"],
  run: (input, io) => resume(input.arguments.run_folder ?? "", input.options, io),
});
