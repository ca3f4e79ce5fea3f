// What cannot be trained is refused alike by checking a run and by starting it, and before anything is written.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import { convertAdapter } from "../../../src/app/share/adapter-commands.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { type ValidationReport, validateRun } from "../../../src/app/train/validate-run.ts";
import { FtError } from "../../../src/core/errors.ts";
import { asFtError } from "../../../src/core/packed-errors.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { chatRow } from "../../support/rows.ts";
import { makeToyModel, type ToyRun, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let gpt2: string;
let rows: string;
let longRows: string;

const gpt2Config = { model_type: "gpt2", n_embd: 32, n_layer: 1, n_head: 4, n_positions: 64 };

beforeAll(async () => {
  folder = join(inject("runFolder"), "refusals");
  model = await makeToyModel(join(folder, "model"));
  gpt2 = await makeToyModel(join(folder, "gpt2"), { config: gpt2Config });
  rows = writeRows(join(folder, "rows.jsonl"), 6);
  const long = chatRow("long?", "yes ".repeat(400));
  longRows = writeRows(join(folder, "long.jsonl"), [chatRow("short?", "yes"), long]);
});

type Given = Partial<ToyRun>;

function configured(given: Given): ReturnType<typeof toyRunConfig> {
  const output = given.output ?? join(makeFolder(), "run");
  return toyRunConfig({ model, data: rows, ...given, output });
}

const checked = (config: ReturnType<typeof toyRunConfig>): Promise<ValidationReport> =>
  validateRun(resolveConfig([layer("argument", "", config)]));

/** A model of another shape, changed after its weights were written. */
async function changedModel(changes: Record<string, unknown>): Promise<string> {
  const changed = await makeToyModel(join(makeFolder(), "model"));
  const file = join(changed, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...config, ...changes }));
  return changed;
}

/** Adapters of a run with these options. */
async function trainedAdapter(options: ToyRun["options"]): Promise<string> {
  const output = join(makeFolder(), "run");
  const optimization = { iters: 1 };
  const config = toyRunConfig({ model, data: rows, output, options: { ...options, optimization } });
  await trainRun(config, { isolate: false });
  return join(output, "final_model");
}

async function inPeft(adapter: string): Promise<string> {
  const output = join(makeFolder(), "peft");
  await convertAdapter(adapter, { output, to: "peft" });
  return output;
}

const withLora = (lora: Record<string, unknown>): Given => ({ options: { lora } });

const refused: [what: string, code: string, given: () => Given | Promise<Given>][] = [
  [
    "a module that the model has not",
    "FT-ADAPTER-001",
    () => withLora({ target_modules: ["q_prj"] }),
  ],
  ["more blocks than the model has", "FT-ADAPTER-002", () => withLora({ num_layers: 99 })],
  [
    "an adapter of another rank",
    "FT-MODEL-010",
    async () => withLora({ init_adapter: await trainedAdapter({ lora: { r: 4 } }) }),
  ],
  [
    "an adapter of other modules",
    "FT-ADAPTER-003",
    async () =>
      withLora({ init_adapter: await trainedAdapter({ lora: { target_modules: ["q_proj"] } }) }),
  ],
  [
    "an adapter of PEFT's of another rank",
    "FT-ADAPTER-015",
    async () => withLora({ init_adapter: await inPeft(await trainedAdapter({ lora: { r: 4 } })) }),
  ],
  [
    "an adapter of PEFT's of other modules",
    "FT-ADAPTER-015",
    async () => {
      const lora = { target_modules: ["q_proj"] };
      return withLora({ init_adapter: await inPeft(await trainedAdapter({ lora })) });
    },
  ],
  ["a folder without an adapter", "FT-CONFIG-062", () => withLora({ init_adapter: makeFolder() })],
  ["an adapter that is not there", "FT-CONFIG-062", () => withLora({ init_adapter: "/nowhere" })],
  ["an output folder with something in it", "FT-RUN-001", () => ({ output: folder })],
  ["a file as the output folder", "FT-RUN-004", () => ({ output: rows })],
  ["an output folder below a file", "FT-FILE-ENOTDIR", () => ({ output: join(rows, "run") })],
  ["a model without a folder", "FT-WEIGHTS-010", () => ({ model: "./nowhere" })],
  [
    "a configuration of another model",
    "FT-MODEL-006",
    async () => ({ model: await changedModel({ num_hidden_layers: 3 }) }),
  ],
  [
    "an unknown architecture",
    "FT-MODEL-002",
    async () => ({ model: await changedModel({ model_type: "abacus" }) }),
  ],
  [
    "unknown scaling of positions",
    "FT-MODEL-005",
    async () => ({ model: await changedModel({ rope_scaling: { rope_type: "abacus" } }) }),
  ],
  ["data that are not there", "FT-DATA-001", () => ({ data: join(folder, "none.jsonl") })],
  ["rows of another kind", "FT-DATA-005", () => ({ options: { data: { format: "text" } } })],
  ["rows cut to nothing", "FT-DATA-030", () => ({ options: { data: { max_length: 2 } } })],
  ["rows longer than the model reads", "FT-MODEL-013", () => ({ model: gpt2, data: longRows })],
  [
    "qlora on a model that is not quantized",
    "FT-CONFIG-097",
    () => ({ options: { method: "qlora" } }),
  ],
  [
    "full training of a model that is quantized",
    "FT-TRAIN-010",
    () => ({
      options: { method: "full", model: { load_in_4bit: true, quantization_group_size: 32 } },
    }),
  ],
  [
    "a packing that there is not",
    "FT-CONFIG-064",
    () => ({ options: { model: { load_in_8bit: true, quantization_mode: "mxfp4" } } }),
  ],
  ["an unknown template", "FT-CONFIG-005", () => ({ options: { data: { template: "abacus" } } })],
];

/** The error as the program tells it, that of the file system among them. */
async function refusalOf(work: Promise<unknown>): Promise<FtError> {
  const error: unknown = await work.then(
    () => new Error("not refused"),
    (reason: unknown) => reason,
  );
  return asFtError(error, (details) => new FtError("FT-UNFORESEEN", details));
}

describe("refused by both", () => {
  test.each(refused)("%s", async (_, code, given) => {
    const config = configured(await given());
    const before = existsSync(config.output_dir);
    const byCheck = await refusalOf(checked(config));
    const byStart = await refusalOf(trainRun(config, { isolate: false }));
    expect([byCheck.code, byStart.code]).toEqual([code, code]);
    expect(byCheck.message).toBe(byStart.message);
    expect(existsSync(config.output_dir)).toBe(before);
  });
});

/** Warnings of checking, and of starting, which are told as notices. */
async function warned(given: Given): Promise<{ byCheck: string[]; byStart: string[] }> {
  const config = configured({
    ...given,
    options: { ...given.options, optimization: { iters: 1 } },
  });
  const events: RunEvent[] = [];
  const { warnings } = await checked(config);
  await trainRun(config, { isolate: false, onEvent: (event) => events.push(event) });
  const notices = events.flatMap((event) => (event.type === "notice" ? [event.message] : []));
  return { byCheck: warnings, byStart: notices };
}

describe("rows longer than the model was made for", () => {
  const wanted = expect.stringMatching(
    /^1 row is longer than the 256 tokens that the model was made for; the longest has \d+ \(.*long\.jsonl, line 2\): --max-length 256 cuts them$/,
  );
  const given = { options: { data: { validation_split: 0 } } };

  test("are a warning of both, with the longest row's place", async () => {
    const { byCheck, byStart } = await warned({ ...given, data: longRows });
    expect(byCheck).toContainEqual(wanted);
    expect(byStart).toContainEqual(wanted);
  });

  test("are none where they are cut, or where scaled positions reach as far", async () => {
    const cut = { options: { data: { validation_split: 0, max_length: 257 } } };
    const scaled = await makeToyModel(join(folder, "scaled"), {
      config: { rope_scaling: { rope_type: "linear", factor: 6 } },
    });
    for (const each of [
      { ...cut, data: longRows },
      { ...given, data: longRows, model: scaled },
    ]) {
      const { byCheck, byStart } = await warned(each);
      expect([...byCheck, ...byStart].join()).not.toContain("made for");
    }
  });
});
