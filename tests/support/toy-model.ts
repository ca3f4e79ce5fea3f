// Tiny models and rows made on the spot, shared by every test that trains, generates or saves.
// Weights are drawn from a seed, the tokenizer is one of the fixtures; nothing is downloaded. Needs the addon.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunConfig, RunConfigSchema } from "../../src/app/config/schema.ts";
import { architectureOf, initialize, type LanguageModel } from "../../src/models/index.ts";
import { describeBackend, dispose } from "../../src/mx/index.ts";
import { loadTokenizer } from "../../src/text/index.ts";
import { saveTensors } from "../../src/weights/index.ts";
import { chatRow, jsonLines } from "./rows.ts";

const tokenizers = fileURLToPath(new URL("../fixtures/text/tokenizers/", import.meta.url));

/** A llama of two blocks; `vocab_size` comes from the tokenizer. */
export const toyConfig = {
  model_type: "llama",
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  tie_word_embeddings: true,
  max_position_embeddings: 256,
};

export interface ToyOptions {
  /** Values over those of `toyConfig`. */
  config?: Record<string, unknown>;
  /** A folder of tests/fixtures/text/tokenizers. */
  tokenizer?: string;
  seed?: number;
  /** Wider embeddings (0.5, say) let a frozen head be sure of a token: needed to learn by heart with an adapter. */
  embeddingDeviation?: number;
}

/** A model in memory with drawn weights. */
export async function buildToy(
  config: Record<string, unknown>,
  { seed = 3, embeddingDeviation }: Pick<ToyOptions, "seed" | "embeddingDeviation"> = {},
): Promise<LanguageModel> {
  describeBackend();
  const model = (await architectureOf(config)).build(config);
  initialize(model, seed, { ...(embeddingDeviation !== undefined && { embeddingDeviation }) });
  return model;
}

/** A model folder as Hugging Face lays it out: config.json, tokenizer, model.safetensors. Returns its path. */
export async function makeToyModel(folder: string, options: ToyOptions = {}): Promise<string> {
  mkdirSync(folder, { recursive: true });
  cpSync(join(tokenizers, options.tokenizer ?? "qwen"), folder, { recursive: true });
  const { vocabularySize } = await loadTokenizer(folder);
  const config = { ...toyConfig, vocab_size: vocabularySize, ...options.config };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config, null, 2));
  const model = await buildToy(config, options);
  await saveTensors(join(folder, "model.safetensors"), model.parameters(), { format: "pt" });
  dispose(model);
  return folder;
}

/** A conversation of one question and its answer, of a length that grows with `index`. */
export function toyRow(index: number): object {
  const question = `What is ${index} plus one${", please".repeat(index % 4)}?`;
  return chatRow(question, `It is ${index + 1}.`);
}

/** Writes rows as JSON lines; `rows` are objects, or how many of `toyRow`. Returns the file. */
export function writeRows(file: string, rows: number | readonly object[]): string {
  const all = typeof rows === "number" ? Array.from({ length: rows }, (_, at) => toyRow(at)) : rows;
  writeFileSync(file, jsonLines(all));
  return file;
}

export interface ToyRun {
  model: string;
  data: string;
  output: string;
  /** Groups of options over the schema's defaults, as in YAML. */
  options?: {
    model?: Record<string, unknown>;
    course?: Record<string, unknown>;
    data?: Record<string, unknown>;
    lora?: Record<string, unknown>;
    optimization?: Record<string, unknown>;
    method?: string;
    seed?: number;
  };
}

/** A whole run configuration: every step reported, no warm-up, adapters on every linear layer. */
export function toyRunConfig({ model, data, output, options = {} }: ToyRun): RunConfig {
  return RunConfigSchema.parse({
    ...options,
    model: { name: model, ...options.model },
    data: { train_file: data, template: "chatml", ...options.data },
    lora: { target_modules: ["all-linear"], ...options.lora },
    optimization: { warmup_steps: 0, report_every: 1, ...options.optimization },
    output_dir: output,
  });
}
