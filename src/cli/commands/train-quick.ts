// ft train quick: fine-tune with as little said as possible.
import { defineCommand } from "../define-command.ts";
import { trainDetached } from "../detaching.ts";
import { train, trainArguments, TrainOptions } from "../training.ts";

export const trainQuick = defineCommand({
  name: "train quick",
  summary: "Fine-tune a model with good defaults; without data, on the text-to-SQL set",
  arguments: trainArguments,
  options: TrainOptions,
  settings: { preset: "quick" },
  examples: [
    "ft train quick builtin/tiny",
    "ft train quick HuggingFaceTB/SmolLM2-135M-Instruct chat.jsonl --template chatml",
    "ft train quick HuggingFaceTB/SmolLM2-135M-Instruct --data my-data/ --output my-run",
  ],
  run: (input, io) => (input.options.detach ? trainDetached : train)(input, "quick", io),
});
