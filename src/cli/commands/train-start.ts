// ft train start: fine-tune with every setting open.
import { defineCommand } from "../define-command.ts";
import { QueueOptions, queueTraining } from "../queueing.ts";
import { train, trainArguments, TrainOptions } from "../training.ts";

export const trainStart = defineCommand({
  name: "train start",
  summary: "Fine-tune a model on your data",
  arguments: trainArguments,
  options: TrainOptions.extend(QueueOptions.shape),
  settings: { preset: "start" },
  examples: [
    "ft train start HuggingFaceTB/SmolLM2-135M-Instruct chat.jsonl --profile chat --epochs 5",
    "ft train start --config configs/production.yml --dry-run",
    "ft train start builtin/tiny rows.jsonl --iters 100 --json",
    "ft train start builtin/tiny rows.jsonl --epochs 0.5 --final-model best",
    "ft train start builtin/tiny rows.jsonl --output ./night --queue",
  ],
  run: (input, io) =>
    input.options.queue ? queueTraining(input, "start", io) : train(input, "start", io),
});
