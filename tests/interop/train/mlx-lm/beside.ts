// Runs configuration files of mlx-lm's through mlx_lm.lora and through ft, and says how far their losses are apart.
// Both read the same file; what is compared of it is each test's own. Not a test itself.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { stringify } from "yaml";
import { attachAdapter, saveAdapter } from "../../../../src/adapters/index.ts";
import { loadRunConfig } from "../../../../src/app/config/load.ts";
import { startRun } from "../../../../src/app/train/train-run.ts";
import { loadStoredModel } from "../../../../src/models/index.ts";
import { dispose } from "../../../../src/mx/index.ts";
import { openModelFolder } from "../../../../src/weights/index.ts";
import { chatRow, jsonLines } from "../../../support/rows.ts";
import { makeToyModel, type ToyOptions } from "../../../support/toy-model.ts";

/** Float32 on both sides, other orders of summing: over 50 steps the losses drift by some 1e-6 of their size. */
export const tolerance = 1e-4;

export const python = process.env["FT_PEERS_PYTHON"] ?? "";
const iterations = 50;

/** ChatML as most models ship it. */
const chatTemplate =
  "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}" +
  "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/** Runs each configuration through mlx_lm.lora and prints what it reports, a line of JSON for each. */
const script = `
import contextlib, json, sys, types
import mlx.core as mx
mx.set_default_device(mx.cpu)
import yaml
from mlx_lm import lora
from mlx_lm.models import gpt2, llama
from mlx_lm.tuner.trainer import TrainingCallback
class Record(TrainingCallback):
    def __init__(self): self.losses, self.validations = [], []
    def on_train_loss_report(self, info): self.losses.append([info["train_loss"], info["trained_tokens"]])
    def on_val_loss_report(self, info): self.validations.append([info["iteration"], info["val_loss"]])
blocks = [llama.TransformerBlock, gpt2.TransformerBlock]
plain = [block.__call__ for block in blocks]
evaluate = lora.evaluate
for file in sys.argv[1:]:
    # a run that recomputes leaves its blocks changed
    for block, call in zip(blocks, plain): block.__call__ = call
    record, tested = Record(), []
    def evaluate_and_keep(**kwargs):
        tested.append(evaluate(**kwargs))
        return tested[-1]
    lora.evaluate = evaluate_and_keep
    lora.get_reporting_callbacks = lambda *a, **k: record
    args = {**lora.CONFIG_DEFAULTS, **yaml.load(open(file), lora.yaml_loader)}
    with contextlib.redirect_stdout(sys.stderr):
        lora.run(types.SimpleNamespace(**args), None)
    seen = {"losses": record.losses, "validations": record.validations, "test": (tested or [None])[0]}
    print(json.dumps(seen), flush=True)
`;

const convert = `
import json, sys
import mlx.core as mx
mx.set_default_device(mx.cpu)
from mlx_lm.convert import convert
convert(sys.argv[1], sys.argv[2], **json.loads(sys.argv[3]))
`;

const offline = { ...process.env, HF_HUB_OFFLINE: "1", TOKENIZERS_PARALLELISM: "false" };

export interface Seen {
  /** Loss, and tokens learned until then. */
  losses: [loss: number, tokens: number][];
  validations: [iteration: number, loss: number][];
  /** Of the test rows, where they are asked for. */
  test: number | null;
}

export interface Row {
  messages: { role: string; content: string }[];
}

/** Some longer than the cut, some with more fields than others. */
function rows(count: number, from: number): Row[] {
  return Array.from({ length: count }, (_, at) => {
    const number = from + at;
    const words = "and then some more ".repeat((number * 7) % 5);
    const row = chatRow(
      `What is ${number} plus one${words}?`,
      `It is ${number + 1}, ${words}of course.`,
    );
    return (number % 3 === 0 ? { ...row, note: "another field" } : row) as Row;
  });
}

/** Where models, rows and runs of one test file are. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), "ft-mlx-lm-"));
  readonly #apart: string[] = [];

  /** Prints how far the cases were apart. */
  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
    process.stdout.write(this.#apart.map((line) => `${line}\n`).join(""));
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  async model(name: string, options: ToyOptions): Promise<string> {
    const model = await makeToyModel(this.path(name), options);
    writeFileSync(join(model, "chat_template.jinja"), chatTemplate);
    return model;
  }

  /** What mlx-lm's convert makes of a model: its dtype, or packed weights. */
  converted(name: string, model: string, how: Readonly<Record<string, unknown>>): string {
    execFileSync(python, ["-c", convert, model, this.path(name), JSON.stringify(how)], {
      ...{ env: offline, stdio: "pipe" },
    });
    return this.path(name);
  }

  /** A folder of train, valid and test rows: chats, as `like` makes them into others. */
  data(name = "data", like: (row: Row) => object = (row) => row): string {
    const data = this.path(name);
    mkdirSync(data);
    const write = (part: string, count: number, from: number): void => {
      writeFileSync(join(data, `${part}.jsonl`), jsonLines(rows(count, from).map(like)));
    };
    write("train", 26, 0);
    write("valid", 9, 100);
    write("test", 10, 200);
    return data;
  }

  /** Where a run starts: mlx-lm draws its own from other numbers than ft. Returns the file. */
  async adapter(
    name: string,
    model: string,
    { kind = "lora", targets = ["all-linear"], blockCount = -1, adaptsRouters = false } = {},
  ): Promise<string> {
    const { model: loaded } = await loadStoredModel(await openModelFolder(model));
    const shape = { rank: 4, scale: 10, dropout: 0 };
    const attached = attachAdapter(
      loaded,
      kind,
      { ...shape, targets, blockCount, adaptsRouters },
      5,
    );
    await saveAdapter(this.path(name), loaded, attached, shape, { base: model, template: "auto" });
    dispose(loaded);
    return this.path(name, "adapters.safetensors");
  }

  /** Writes a case's file. */
  config(name: string, settings: Readonly<Record<string, unknown>>): string {
    const file = this.path(`${idOf(name)}.yaml`);
    const common = {
      ...{ data: this.path("data"), train: true, fine_tune_type: "lora", num_layers: 3 },
      ...{ batch_size: 4, iters: iterations, learning_rate: 1e-3, steps_per_report: 1 },
      ...{ steps_per_eval: 20, val_batches: 2, save_every: 1000, max_seq_length: 256, seed: 3 },
      lora_parameters: { rank: 4, scale: 10, dropout: 0 },
      adapter_path: this.theirOutput(name),
    };
    writeFileSync(file, stringify({ ...common, ...settings }));
    return file;
  }

  /** What mlx_lm.lora reports of each case. */
  theirs(names: readonly string[]): Map<string, Seen> {
    const files = names.map((name) => this.path(`${idOf(name)}.yaml`));
    const printed = execFileSync(python, ["-c", script, ...files], {
      ...{ env: offline, maxBuffer: 1e8, stdio: ["ignore", "pipe", "pipe"] },
    });
    const lines = printed.toString().trim().split("\n");
    return new Map(names.map((name, at) => [name, JSON.parse(lines[at] ?? "") as Seen]));
  }

  /** Where mlx_lm.lora puts what it trained. */
  theirOutput(name: string): string {
    return this.path(`${idOf(name)}-theirs`);
  }

  /** Where ft puts a case's run. */
  output(name: string): string {
    return this.path(`${idOf(name)}-ours`);
  }

  async ours(name: string): Promise<Seen> {
    const flags = { values: { output_dir: this.output(name) }, originOf: () => "flag:--output" };
    const configFile = this.path(`${idOf(name)}.yaml`);
    const resolved = loadRunConfig({ configFile, flags, environment: {} });
    const seen: Seen = { losses: [], validations: [], test: null };
    await startRun(resolved, {
      isolate: false,
      onEvent: (event) => {
        if (event.type === "step-reported")
          seen.losses.push([event.trainLoss ?? Number.NaN, event.supervisedTokens]);
        if (event.type === "evaluation-finished")
          seen.validations.push([event.step, event.validationLoss]);
        if (event.type === "test-finished") seen.test = event.testLoss;
      },
    });
    return seen;
  }

  /** Expects every loss of a case within a share of theirs, and everything counted to be the same. */
  compare(name: string, seen: Seen, expected: Seen | undefined, within = tolerance): void {
    if (expected === undefined) throw new RangeError(`mlx-lm has not run '${name}'`);
    expect(expected.losses.length).toBeGreaterThanOrEqual(20);
    expect(seen.losses.map(([, tokens]) => tokens)).toEqual(
      expected.losses.map(([, tokens]) => tokens),
    );
    expect(seen.validations.map(([step]) => step)).toEqual(
      expected.validations.map(([step]) => step),
    );
    const training = farthest(seen.losses.map(first), expected.losses.map(first));
    const validation = farthest(seen.validations.map(second), expected.validations.map(second));
    this.#apart.push(
      `${name}: training ${training.toExponential(1)}, validation ${validation.toExponential(1)}`,
    );
    expect(training).toBeLessThan(within);
    expect(validation).toBeLessThan(within);
    const tests = [seen.test, expected.test].map((loss) => (loss === null ? [] : [loss]));
    expect(tests[0]).toHaveLength(tests[1]?.length ?? 0);
    expect(farthest(tests[0] ?? [], tests[1] ?? [])).toBeLessThan(within);
  }
}

const idOf = (name: string): string => name.replaceAll(/\W+/g, "-");
const first = ([value]: readonly [number, number]): number => value;
const second = ([, value]: readonly [number, number]): number => value;

/** The largest difference, as a share of what is expected. */
export function farthest(found: readonly number[], expected: readonly number[]): number {
  const apart = found.map((value, at) => {
    const other = expected[at] ?? Number.NaN;
    return Math.abs(value - other) / Math.abs(other);
  });
  return apart.some(Number.isNaN) ? Number.NaN : Math.max(0, ...apart);
}
