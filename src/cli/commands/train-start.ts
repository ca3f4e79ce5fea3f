// ft train start: fine-tune with every setting open.
import { UsageError } from "../../core/errors.ts";
import { defineCommand } from "../define-command.ts";
import { trainDetached } from "../detaching.ts";
import { HostOptions, trainOnHost } from "../hosts.ts";
import { QueueOptions, queueTraining } from "../queueing.ts";
import { train, trainArguments, TrainOptions } from "../training.ts";
import { crewFrom, WorkerOptions } from "../workers.ts";

/** Throws UsageError FT-USAGE-008 for a run that is to be in two places. */
function requireOne(given: Readonly<Record<string, boolean>>): void {
  const names = Object.keys(given).filter((name) => given[name]);
  if (names.length < 2) return;
  throw new UsageError("FT-USAGE-008", {
    message: `${names.join(" and ")} are both given: a run is of one of them`,
    hint: "leave one of them out",
  });
}

export const trainStart = defineCommand({
  name: "train start",
  summary: "Fine-tune a model on your data",
  arguments: trainArguments,
  options: TrainOptions.extend(QueueOptions.shape)
    .extend(HostOptions.shape)
    .extend(WorkerOptions.shape),
  settings: { preset: "start" },
  examples: [
    "ft train start HuggingFaceTB/SmolLM2-135M-Instruct chat.jsonl --profile chat --epochs 5",
    "ft train start --config configs/production.yml --dry-run",
    "ft train start builtin/tiny rows.jsonl --iters 100 --json",
    "ft train start builtin/tiny rows.jsonl --epochs 0.5 --final-model best",
    "ft train start builtin/tiny rows.jsonl --output ./night --detach",
    "ft train start builtin/tiny rows.jsonl --output ./night --queue",
    "ft train start builtin/tiny rows.jsonl --output ./night --on local",
    "ft train start builtin/tiny rows.jsonl --workers 2",
  ],
  run: (input, io) => {
    const { on, emit, queue, detach } = input.options;
    if (on === undefined && emit !== undefined) {
      throw new UsageError("FT-USAGE-008", {
        message: "--emit writes a file for a host, and no host is named",
        hint: "--on HOST: ft remote hosts lists them",
      });
    }
    requireOne({ "--on": on !== undefined, "--queue": queue, "--detach": detach });
    const crew = crewFrom(input.options, io, [
      ...(on === undefined ? [] : ["--on"]),
      ...(queue ? ["--queue"] : []),
    ]);
    if (detach) return trainDetached(input, "start", io, crew);
    if (on !== undefined) return trainOnHost(input, on, "start", io);
    return queue ? queueTraining(input, "start", io) : train(input, "start", io, crew);
  },
});
