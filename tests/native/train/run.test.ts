// A whole training run in this process: what it learns, what it leaves alone, what it writes, and each option's effect.
// Interrupting and resuming the program is tests/cli/train.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { loadAdapter } from "../../../src/adapters/index.ts";
import { convertAdapter } from "../../../src/app/share/adapter-commands.ts";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { loadStoredModel } from "../../../src/models/index.ts";
import { int32, scope } from "../../../src/mx/index.ts";
import type {
  RunCompletedEvent,
  RunEvent,
  RunEventOf,
  RunEventType,
} from "../../../src/runs/index.ts";
import { loadTensorFile, openModelFolder } from "../../../src/weights/index.ts";
import { makeToyModel, type ToyRun, toyRunConfig, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let rows: string;
let runs = 0;

beforeAll(async () => {
  folder = join(inject("runFolder"), "train-run");
  model = await makeToyModel(join(folder, "model"), { embeddingDeviation: 0.5 });
  rows = writeRows(join(folder, "rows.jsonl"), 20);
});

interface Trained {
  output: string;
  events: RunEvent[];
  all<T extends RunEventType>(type: T): RunEventOf<T>[];
  completed: RunCompletedEvent;
  losses: (number | null)[];
}

async function train(options: ToyRun["options"], data = rows): Promise<Trained> {
  const output = join(folder, `run-${++runs}`);
  const events: RunEvent[] = [];
  const config = toyRunConfig({ model, data, output, ...(options && { options }) });
  const completed = await trainRun(config, {
    isolate: false,
    onEvent: (event) => events.push(event),
  });
  if (completed.type !== "run-completed") throw new Error(`the run ended with ${completed.type}`);
  const all = <T extends RunEventType>(type: T): RunEventOf<T>[] =>
    events.filter((event): event is RunEventOf<T> => event.type === type);
  const losses = all("step-reported").map((event) => event.trainLoss);
  return { output, events, all, completed, losses };
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

async function tensorsOf(file: string): Promise<Map<string, Float32Array>> {
  const { tensors } = await loadTensorFile(file);
  return new Map([...tensors].map(([name, tensor]) => [name, tensor.toFloat32()]));
}

async function adapterOf({ output }: Trained): Promise<Map<string, Float32Array>> {
  return await tensorsOf(join(output, "final_model", "adapters.safetensors"));
}

describe("learning eight rows by heart", () => {
  const optimization = { iters: 150, batch_size: 8, learning_rate: 1e-2, eval_steps: 1000 };
  let base: string;
  let lora: Trained;
  let full: Trained;

  beforeAll(async () => {
    const eight = writeRows(join(folder, "eight.jsonl"), 8);
    base = sha256(join(model, "model.safetensors"));
    const data = { validation_split: 0 };
    lora = await train({ data, optimization, lora: { dropout: 0, r: 32, alpha: 64 } }, eight);
    full = await train(
      { data, optimization: { ...optimization, iters: 60, learning_rate: 1e-2 }, method: "full" },
      eight,
    );
  });

  test("the loss falls below 0.1 with an adapter, and with every weight", () => {
    expect(lora.losses[0]).toBeGreaterThan(4);
    expect(lora.completed.finalTrainingLoss).toBeLessThan(0.1);
    expect(full.completed.finalTrainingLoss).toBeLessThan(0.1);
  });

  test("an adapter leaves the base weights as they were, and changes itself", async () => {
    expect(sha256(join(model, "model.safetensors"))).toBe(base);
    const trained = await adapterOf(lora);
    const untrained = await adapterOf(
      await train({
        optimization: { iters: 1, learning_rate: 1e-30 },
        lora: { dropout: 0, r: 32 },
      }),
    );
    expect(trained.size).toBe(2 * 7 * 2);
    const changed = [...trained].filter(([name, values]) => {
      const before = untrained.get(name);
      return values.some((value, index) => value !== before?.[index]);
    });
    expect(changed.length / trained.size).toBeGreaterThan(0.8);
  });

  test("the base in memory is not touched: without its adapter the model answers as before", async () => {
    const checkpoint = await openModelFolder(model);
    const ids = [5, 6, 7, 8];
    const logits = ({ model: loaded }: Awaited<ReturnType<typeof loadStoredModel>>): Float32Array =>
      scope(() => loaded.forward(int32(ids, [1, 4])).toFloat32());
    const plain = logits(await loadStoredModel(checkpoint));
    const adapted = await loadStoredModel(checkpoint);
    const attached = await loadAdapter(join(lora.output, "final_model"), adapted.model);
    expect(attached.paths).toHaveLength(2 * 7);
    expect(logits(adapted)).not.toEqual(plain);
  });

  test("full fine-tuning writes a whole model folder that loads and differs from the base", async () => {
    const final = join(full.output, "final_model");
    expect(readdirSync(final).sort()).toEqual([...readdirSync(model), "ft-manifest.json"].sort());
    const weights = await tensorsOf(join(final, "model.safetensors"));
    const before = await tensorsOf(join(model, "model.safetensors"));
    expect([...weights.keys()].sort()).toEqual([...before.keys()].sort());
    const changed = [...weights].filter(([name, values]) => {
      const old = before.get(name);
      return values.some((value, index) => value !== old?.[index]);
    });
    expect(changed).toHaveLength(weights.size);
    const { model: loaded } = await loadStoredModel(await openModelFolder(final));
    const logits = scope(() => loaded.forward(int32([1, 2], [1, 2])).toFloat32());
    expect(logits.every(Number.isFinite)).toBe(true);
  });
});

describe("validation and checkpoints", () => {
  const optimization = {
    ...{ iters: 24, batch_size: 2, eval_steps: 3, save_steps: 4, keep_checkpoints: 2 },
    ...{ learning_rate: 0.02, lr_scheduler: "constant" },
  };
  let run: Trained;
  let data: { validation_file: string };

  beforeAll(async () => {
    // Answers that training makes less and less likely: the best is early.
    const messages = [
      { role: "user", content: "What is 2 plus one?" },
      { role: "assistant", content: "Zebras quilt jumping vows." },
    ];
    const row = { messages };
    data = { validation_file: writeRows(join(folder, "other.jsonl"), [row, row, row]) };
    run = await train({ data, optimization, lora: { r: 16 } });
  });

  test("is deterministic: the same run gives the same numbers", async () => {
    const again = await train({ data, optimization, lora: { r: 16 } });
    const validation = (of: Trained): number[] =>
      of.all("evaluation-finished").map((event) => event.validationLoss);
    expect(again.losses).toEqual(run.losses);
    expect(validation(again)).toEqual(validation(run));
    expect(validation(run)).toHaveLength(9);
  });

  test("best points at the lowest validation loss, latest at the last step", () => {
    const evaluations = run.all("evaluation-finished").filter((event) => event.step > 0);
    const lowest = evaluations.toSorted((a, b) => a.validationLoss - b.validationLoss)[0];
    const pointer = (name: string): string =>
      readFileSync(join(run.output, "checkpoints", name), "utf8").trim();
    expect(lowest?.step).toBeLessThan(24);
    expect(run.completed.bestStep).toBe(lowest?.step);
    expect(pointer("best")).toBe(`step-${lowest?.step}`);
    expect(pointer("latest")).toBe("step-24");
    expect(existsSync(join(run.output, "checkpoints", pointer("best")))).toBe(true);
  });

  test("final_model holds the best where that is asked for, else the last", async () => {
    const best = await train({
      data,
      optimization: { ...optimization, final_model: "best" },
      lora: { r: 16 },
    });
    const bytes = (of: Trained, at: string): Buffer =>
      readFileSync(join(of.output, at, "adapters.safetensors"));
    const { bestStep } = run.completed;
    expect(run.completed.modelStep).toBe(24);
    expect(bytes(run, "final_model")).toEqual(bytes(run, "checkpoints/step-24/trained"));
    expect(best.completed).toMatchObject({ bestStep, modelStep: bestStep });
    expect(bytes(best, "final_model")).toEqual(bytes(best, `checkpoints/step-${bestStep}/trained`));
    expect(bytes(best, "final_model")).not.toEqual(bytes(run, "final_model"));
  });

  test("keeps the newest two, and the best", () => {
    const saved = run.all("checkpoint-saved").map((event) => event.step);
    const newest = saved.toSorted((a, b) => a - b).slice(-2);
    const expected = [...new Set([...newest, run.completed.bestStep])];
    const kept = readdirSync(join(run.output, "checkpoints")).filter((name) =>
      name.startsWith("step-"),
    );
    expect(saved.length).toBeGreaterThan(expected.length);
    expect(kept.sort()).toEqual(expected.map((step) => `step-${step}`).sort());
  });

  test("the events come in order and the last says it all", () => {
    expect(run.events[0]?.type).toBe("run-started");
    expect(run.completed).toMatchObject({ totalSteps: 24, finalTrainingLoss: run.losses.at(-1) });
    expect(run.completed.finalValidationLoss).toBe(
      run.all("evaluation-finished").at(-1)?.validationLoss,
    );
    expect(run.completed.epochsCompleted).toBeCloseTo(24 / 10, 10);
  });
});

describe("options", () => {
  const short = { batch_size: 2, learning_rate: 0.01, eval_steps: 1000 };
  const base = { data: { validation_split: 0 }, lora: { dropout: 0 } };

  test("iters takes the place of epochs", async () => {
    const optimization = { ...short, epochs: 2 };
    expect((await train({ ...base, optimization })).completed).toMatchObject({
      totalSteps: 20,
      epochsCompleted: 2,
    });
    const seven = await train({ ...base, optimization: { ...optimization, iters: 7 } });
    expect(seven.completed).toMatchObject({ totalSteps: 7, epochsCompleted: 0.7 });
  });

  test("sequential order is the file's, shuffled is the seed's", async () => {
    const optimization = { ...short, batch_size: 1, iters: 8, learning_rate: 1e-30 };
    const losses = async (order: string, seed: number): Promise<Trained["losses"]> => {
      const data = { validation_split: 0, order };
      // The adapter starts at zero and does not move, so a loss tells which row it is of.
      return (await train({ ...base, data, optimization, seed })).losses;
    };
    const inOrder = await losses("sequential", 1);
    expect(await losses("sequential", 2)).toEqual(inOrder);
    const shuffled = await losses("shuffled", 1);
    expect(shuffled).not.toEqual(inOrder);
    expect(await losses("shuffled", 1)).toEqual(shuffled);
    expect(await losses("shuffled", 2)).not.toEqual(shuffled);
  });

  test("an initial adapter is where training starts", async () => {
    const optimization = { ...short, batch_size: 20, iters: 6, lr_scheduler: "constant" };
    const first = await train({ ...base, optimization });
    const init_adapter = join(first.output, "final_model");
    const second = await train({ ...base, lora: { dropout: 0, init_adapter }, optimization });
    const next = await train({ ...base, optimization: { ...optimization, iters: 7 } });
    // All rows are one batch, so the second run's first loss is what a seventh step would have seen.
    expect(second.losses[0]).toBeCloseTo(next.losses[6] ?? Number.NaN, 5);
    expect(second.losses[0]).toBeLessThan((first.losses[0] ?? 0) - 0.1);
  });

  test.each(["lora", "dora"])("so is one of PEFT's form, at its own scale: %s", async (method) => {
    const optimization = { ...short, batch_size: 20, iters: 6, lr_scheduler: "constant" };
    const first = await train({ ...base, method, optimization });
    const own = join(first.output, "final_model");
    const peft = join(folder, `peft-${method}`);
    await convertAdapter(own, { output: peft, to: "peft" });
    const from = async (lora: Record<string, unknown>): Promise<number> =>
      (await train({ ...base, method, lora: { dropout: 0, ...lora }, optimization })).losses[0] ??
      Number.NaN;
    const wanted = await from({ init_adapter: own });
    expect(await from({ init_adapter: peft })).toBeCloseTo(wanted, 5);
    // another scale in training gives B another size, and the same update
    expect(await from({ init_adapter: peft, alpha: 7 })).toBeCloseTo(wanted, 5);
    expect(wanted).toBeLessThan((first.losses[0] ?? 0) - 0.1);
  });

  test("without bias correction the first step of Adam is (1-β1)/√(1-β2) as large", async () => {
    const optimization = { ...short, iters: 1, learning_rate: 1e-3, weight_decay: 0 };
    const drawn = await adapterOf(
      await train({ ...base, optimization: { ...optimization, learning_rate: 1e-30 } }),
    );
    const step = async (bias_correction: boolean): Promise<number> => {
      const trained = await train({ ...base, optimization: { ...optimization, bias_correction } });
      const after = await adapterOf(trained);
      const moved = [...after].flatMap(([name, values]) =>
        [...values].map((value, index) => Math.abs(value - (drawn.get(name)?.[index] ?? 0))),
      );
      return Math.max(...moved);
    };
    // 1 % : eps and the rounding of a float32 difference.
    expect((await step(true)) / 1e-3).toBeCloseTo(1, 2);
    expect((await step(false)) / 1e-3 / (0.1 / Math.sqrt(0.001))).toBeCloseTo(1, 2);
  });

  test("a warm-up that does not fit is shortened and said", async () => {
    const trained = await train({
      ...base,
      optimization: { ...short, iters: 10, warmup_steps: 50 },
    });
    const notices = trained.all("notice").map((event) => event.message);
    expect(notices.join("\n")).toMatch(
      /warm-up of 50 steps is not shorter than the run of 10 steps: shortened to 1/,
    );
    expect(trained.all("step-reported")[0]?.learningRate).toBe(0.01);
  });
});

test("a loss that is not finite ends the run with FT-TRAIN-001 and names no checkpoint of ruined weights", async () => {
  const optimization = { iters: 20, learning_rate: 1e30, save_steps: 1 };
  await expect(train({ optimization, method: "full" })).rejects.toMatchObject({
    code: "FT-TRAIN-001",
    exitCode: 1,
    hint: "train again with a tenth of the learning rate (--lr)",
  });
});
