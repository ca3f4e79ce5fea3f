// Makes what a workload trains on: a model folder with drawn weights and a tokenizer of whole words, rows, the adapter
// that everyone starts from, and the rows' tokens for programs that are told them. Nothing is downloaded.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attachLora, saveAdapter } from "../../../src/adapters/index.ts";
import { Random } from "../../../src/core/random.ts";
import { loadStoredModel } from "../../../src/models/index.ts";
import { dispose } from "../../../src/mx/index.ts";
import { loadTokenizer, rendererOf } from "../../../src/text/index.ts";
import type { Sample } from "../../../src/text/types.ts";
import { openModelFolder, saveTensors } from "../../../src/weights/index.ts";
import { buildToy } from "../../../tests/support/toy-model.ts";
import type { RowsSpec, Workload } from "./workloads.ts";

/** What every program is told; plain JSON. */
export interface Job extends Omit<Workload, "shape" | "targets" | "about"> {
  model: string;
  /** Absent where every weight is trained. */
  adapter?: string;
  /** JSON lines for ft: `text`, or `prompt` and `completion`. */
  data: string;
  /** JSON lines for the others: `ids`, and `offset`, how many of them are not learned. */
  tokens: string;
  learningRate: number;
  rank: number;
  scale: number;
  seed: number;
}

const specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const roles = ["<unk>", "system", "user", "assistant"];

/** One word, one token; spaces and line ends are none. */
function writeTokenizer(folder: string, vocabularySize: number): void {
  const names = [...specials, ...roles];
  const words = Array.from({ length: vocabularySize - names.length }, (_, at) => `w${at}`);
  const vocab = Object.fromEntries([...names, ...words].map((name, id) => [name, id]));
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const tokenizer = {
    ...{ version: "1.0", truncation: null, padding: null, normalizer: null },
    added_tokens: specials.map((content, id) => ({ id, content, ...plain, special: true })),
    pre_tokenizer: { type: "WhitespaceSplit" },
    ...{ post_processor: null, decoder: null },
    model: { type: "WordLevel", vocab, unk_token: "<unk>" },
  };
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
  const settings = {
    ...{ eos_token: "<|im_end|>", pad_token: "<|endoftext|>", unk_token: "<unk>" },
    ...{ tokenizer_class: "PreTrainedTokenizerFast", clean_up_tokenization_spaces: false },
  };
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(settings));
}

export async function writeModel(folder: string, shape: Record<string, number>): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const config = {
    ...{ architectures: ["LlamaForCausalLM"], model_type: "llama", ...shape },
    ...{ tie_word_embeddings: true, rms_norm_eps: 1e-5, rope_theta: 10_000, hidden_act: "silu" },
    ...{ torch_dtype: "float32", bos_token_id: 0, eos_token_id: 2 },
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  writeTokenizer(folder, shape["vocab_size"] ?? 0);
  const model = await buildToy(config);
  await saveTensors(join(folder, "model.safetensors"), model.parameters(), { format: "pt" });
  dispose(model);
}

/** A number of the normal distribution (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

function lengthOf({ length }: RowsSpec, random: Random): number {
  if ("every" in length) return length.every;
  const drawn = Math.round(length.median * Math.exp(0.9 * normal(random)));
  return Math.min(length.most, Math.max(length.least, drawn));
}

/** Tokens that chatml puts around a question and its answer. */
const scaffold = 7;

function makeRows(spec: RowsSpec, vocabularySize: number): object[] {
  const random = Random.fromSeed(11);
  const count = vocabularySize - specials.length - roles.length;
  const words = (length: number): string =>
    Array.from({ length }, () => `w${random.integer(count)}`).join(" ");
  return Array.from({ length: spec.count }, () => {
    const length = lengthOf(spec, random);
    if (spec.learned === 1) return { text: words(length) };
    const answer = Math.max(1, Math.round(spec.learned * length) - 1);
    const question = Math.max(1, length - scaffold - answer);
    return { prompt: words(question), completion: words(answer) };
  });
}

function asSample(row: object): Sample {
  if ("text" in row) return { kind: "text", text: String(row.text) };
  const { prompt, completion } = row as { prompt: string; completion: string };
  return {
    kind: "chat",
    messages: [
      { role: "user", content: prompt },
      { role: "assistant", content: completion },
    ],
  };
}

/** Each row's tokens as ft reads them, cut to the longest, and how many come before the learned ones. */
async function tokensOf(model: string, rows: readonly object[], maxLength: number) {
  const tokenizer = await loadTokenizer(model);
  const renderer = rendererOf(tokenizer, { name: "chatml" });
  const mask = rows.some((row) => "text" in row) ? "all" : "assistant";
  return renderer.renderMany(rows.map(asSample), mask).map((rendered) => {
    const ids = [...rendered.ids].slice(0, maxLength);
    const first = [...rendered.weights].findIndex((weight) => weight !== 0);
    return { ids, offset: Math.max(0, first) };
  });
}

const jsonLines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

async function writeAdapter(folder: string, model: string, job: Pick<Job, "rank" | "scale">) {
  const loaded = await loadStoredModel(await openModelFolder(model));
  const shape = { rank: job.rank, scale: job.scale, dropout: 0 };
  return (layers: number) => {
    const placement = { ...shape, targets: ["all-linear"], blockCount: layers };
    const attached = attachLora(loaded.model, placement, 5);
    return saveAdapter(folder, loaded.model, attached, shape, { base: model, template: "auto" });
  };
}

/** Writes everything into `folder`; `share` of the rows where there are many of them. */
export async function makeJob(folder: string, workload: Workload, share: number): Promise<Job> {
  const { shape, rows: spec, targets: _, about: _about, ...rest } = workload;
  const model = join(folder, "model");
  await writeModel(model, shape);
  const count = Math.max(workload.batch, Math.round(spec.count * share));
  const rows = makeRows({ ...spec, count }, shape["vocab_size"] ?? 0);
  const data = join(folder, "rows.jsonl");
  writeFileSync(data, jsonLines(rows));
  const tokens = join(folder, "tokens.jsonl");
  writeFileSync(tokens, jsonLines(await tokensOf(model, rows, workload.maxLength)));
  const job = { ...rest, rows: { ...spec, count }, model, data, tokens, learningRate: 1e-4 };
  const shaped = { ...job, rank: 8, scale: 2, seed: 5 };
  if (workload.method === "full") return shaped;
  const adapter = join(folder, "adapter");
  await (
    await writeAdapter(adapter, model, shaped)
  )(workload.layers);
  return { ...shaped, adapter };
}
