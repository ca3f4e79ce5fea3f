// ft train start: fine-tune with every setting open.
import { defineCommand } from "../define-command.ts";
import { train, trainArguments, TrainOptions } from "../training.ts";

export const trainStart = defineCommand({
  name: "train start",
  summary: "Fine-tune a model on your data",
  arguments: trainArguments,
  options: TrainOptions,
  settings: { preset: "start" },
  examples: [
    "ft train start HuggingFaceTB/SmolLM2-135M-Instruct chat.jsonl --profile chat --epochs 5",
    "ft train start --config configs/production.yml --dry-run",
    "ft train start builtin/tiny rows.jsonl --iters 100 --json",
    "ft train start builtin/tiny rows.jsonl --epochs 0.5 --final-model best",
  ],
  run: (input, io) => train(input, "start", io),
});
