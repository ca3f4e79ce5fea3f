// Every way to train that resumes of its own accord: what each is started with, over toys of two blocks.
// Not when it is killed, nor what must be the same afterwards.
import { join } from "node:path";
import { makeToyModel, writeRows } from "./toy-model.ts";

/** Folders and files, as `makeTortureInputs` makes them. */
const rows = {
  chat: Array.from({ length: 14 }, (_, at) => ({
    messages: [
      { role: "user", content: `What is ${at} plus one${", please".repeat(at % 4)}?` },
      { role: "assistant", content: `It is ${at + 1}.` },
    ],
  })),
  pairs: Array.from({ length: 14 }, (_, at) => ({
    prompt: `What is ${at}?`,
    chosen: `It is ${at}.`,
    rejected: `${"no, ".repeat(at % 5)}no`,
  })),
  judged: Array.from({ length: 14 }, (_, at) => ({
    prompt: `What is ${at}?`,
    completion: `It is ${at + (at % 2)}.`,
    label: at % 2 === 0,
  })),
};

type Rows = keyof typeof rows;

export async function makeTortureInputs(folder: string): Promise<void> {
  // Wide enough for state in 8 bits.
  await makeToyModel(join(folder, "model"), { config: { intermediate_size: 128 } });
  const untied = { intermediate_size: 128, tie_word_embeddings: false };
  await makeToyModel(join(folder, "untied"), { config: untied });
  const teacher = { hidden_size: 48, num_hidden_layers: 3 };
  await makeToyModel(join(folder, "teacher"), { config: teacher, seed: 5 });
  for (const [name, content] of Object.entries(rows))
    writeRows(join(folder, `${name}.jsonl`), content);
}

interface Kind {
  /** Flags. `FOLDER` stands for the inputs' own. */
  with: string;
  rows?: Rows;
  model?: string;
}

const usual = [
  "--iters 8 --batch-size 2 --save-steps 2 --eval-steps 3 --report-every 1 --val-split 0.3 --lr 0.01",
  "--warmup-steps 2 --lora-dropout 0.1 --final-model best --template chatml --no-isolate --json",
].join(" ");

/** A later flag of the same name takes the place of the first. */
export const kinds: Readonly<Record<string, Kind>> = {
  lora: { with: "--target-modules all-linear" },
  "lora, accumulated": { with: "--gradient-accumulation-steps 2 --neftune-alpha 5" },
  "lora, as mlx-lm, accumulated": {
    with: "--compat mlx-lm --num-layers 1 --gradient-accumulation-steps 2",
  },
  "lora, packed": { with: "--packing --max-length 64" },
  "lora, prefix kept": { with: "--num-layers 1 --prefix-cache" },
  "lora, packed, prefix kept": { with: "--packing --max-length 64 --num-layers 1" },
  "lora, 8-bit adamw": { with: "--optimizer adamw_8bit --target-modules all-linear" },
  "lora of embedding and head": {
    with: "--target-modules q_proj,embed_tokens,lm_head",
    model: "untied",
  },
  dora: { with: "--method dora" },
  qlora: { with: "--method qlora --load-in-4bit --quantization-group-size 32" },
  "lora loaded in 4 bits, prefix kept": { with: "--load-in-4bit --num-layers 1" },
  full: { with: "--method full" },
  "full, last block, prefix kept": { with: "--method full --num-layers 1 --optimizer muon" },
  "full, half precision over float32": {
    with: "--method full --torch-dtype bfloat16 --master-weights",
  },
  dpo: { with: "--method dpo", rows: "pairs" },
  "dpo, prefix kept": { with: "--method dpo --num-layers 1", rows: "pairs" },
  orpo: { with: "--method orpo", rows: "pairs" },
  simpo: { with: "--method simpo", rows: "pairs" },
  kto: { with: "--method kto", rows: "judged" },
  distillation: { with: "--method distillation --teacher FOLDER/teacher" },
};

/** The command that trains so, over the inputs in `folder`; `more` flags come last. */
export function trainingOf(
  name: string,
  folder: string,
  output: string,
  more: readonly string[] = [],
): string[] {
  const kind = kinds[name];
  if (kind === undefined) throw new RangeError(`no kind ${name}`);
  const given = `${usual} ${kind.with}`.replace("FOLDER", folder).split(" ");
  const [model, data] = [kind.model ?? "model", `${kind.rows ?? "chat"}.jsonl`];
  const places = [join(folder, model), join(folder, data), "--output", output];
  return ["train", "start", ...places, ...given, ...more];
}
