// The seams of training by their second user: an objective over pairs with figures of its own, a tuning that trains the
// norms only, rows packed together. Each is registered as an extension would do it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { trainRun } from "../../../src/app/train/train-run.ts";
import { collate } from "../../../src/data/index.ts";
import { scope } from "../../../src/mx/index.ts";
import { RMSNorm } from "../../../src/nn/index.ts";
import type { RunEvent } from "../../../src/runs/index.ts";
import { supervised } from "../../../src/train/objectives/supervised.ts";
import { tunings } from "../../../src/train/tuning/index.ts";
import { loadTensorFile, saveTensors } from "../../../src/weights/index.ts";
import {
  buildToy,
  makeToyModel,
  toyConfig,
  toyRunConfig,
  writeRows,
} from "../../support/toy-model.ts";
import { registerToyPairs } from "../../support/toy-pairs.ts";

let folder: string;
let model: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "seams");
  model = await makeToyModel(join(folder, "model"), { embeddingDeviation: 0.5 });
});

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;

async function run(name: string, data: string, options: object) {
  const events: RunEvent[] = [];
  const output = join(folder, name);
  const last = await trainRun(toyRunConfig({ model, data, output, options }), {
    isolate: false,
    onEvent: (event) => events.push(event),
  });
  const all = <T extends RunEvent["type"]>(type: T): EventOf<T>[] =>
    events.filter((event): event is EventOf<T> => event.type === type);
  return { last, output, all };
}

describe("an objective over pairs", () => {
  const pairs = Array.from({ length: 12 }, (_, index) => ({
    prompt: `What is ${index} plus one?`,
    chosen: `It is ${index + 1}.`,
    rejected: `Bananas, ${index}.`,
  }));
  const options = {
    method: "toy_pairs",
    data: { format: "pairs", validation_split: 0.25 },
    lora: { dropout: 0, r: 16 },
    optimization: { iters: 12, batch_size: 2, gradient_accumulation_steps: 2, learning_rate: 0.01 },
  };

  beforeAll(registerToyPairs);

  test("brings its rows, its batches, its loss and its figures; the loop carries them by name", async () => {
    const { last, all } = await run(
      "pairs",
      writeRows(join(folder, "pairs.jsonl"), pairs),
      options,
    );
    const reports = all("step-reported");
    const [first, final] = [reports[0], reports.at(-1)];
    expect(last.type).toBe("run-completed");
    expect(first?.metrics).toEqual({ margin: expect.any(Number), accuracy: expect.any(Number) });
    expect(final?.trainLoss ?? Infinity).toBeLessThan((first?.trainLoss ?? 0) / 2);
    expect(final?.metrics?.["margin"]).toBeGreaterThan((first?.metrics?.["margin"] ?? 0) + 1);
    expect(final?.metrics?.["accuracy"]).toBe(1);
    const evaluated = all("evaluation-finished").at(-1);
    expect(evaluated?.metrics?.["accuracy"]).toBe(1);
    expect(evaluated?.validationLoss).toBeLessThan(0.6);
  });

  test("refuses rows that it does not learn from, with file and line", async () => {
    const chats = writeRows(join(folder, "chats.jsonl"), 4);
    const asChat = { ...options, data: { format: "chat" } };
    await expect(run("chats", chats, asChat)).rejects.toMatchObject({
      code: "FT-DATA-031",
      exitCode: 4,
      at: { file: chats, line: 1 },
    });
  });

  test("rows of pairs are refused by what learns from conversations", async () => {
    const data = writeRows(join(folder, "pairs-again.jsonl"), pairs);
    const supervisedRun = { ...options, method: "lora" };
    await expect(run("wrong", data, supervisedRun)).rejects.toThrow(
      "are not of a kind that supervised trains on: chat, instruction, text",
    );
  });
});

test("a tuning that trains the norms only: nothing else moves, and it is written and read back", async () => {
  tunings.register("norms", {
    about: "the norms",
    isAdapter: false,
    groups: [],
    plan: async ({ blocks }) => {
      const shapes = Array.from({ length: 2 * blocks.length + 1 }, () => [toyConfig.hidden_size]);
      return { shapes, trainedBlocks: blocks.length, notices: [] };
    },
    describe: () => [["Trains", "norms"]],
    load:
      async () =>
      async ({ model: trained }) => {
        trained.freeze();
        for (const [, module] of trained.modules())
          if (module instanceof RMSNorm) module.unfreeze();
        const file = (to: string): string => join(to, "norms.safetensors");
        return {
          notices: [],
          save: (to) => {
            const norms = trained.trainableSlots().map((slot) => [slot.name, slot.get()] as const);
            return saveTensors(file(to), new Map(norms), {});
          },
          load: async (from) => {
            trained.update((await loadTensorFile(file(from))).tensors);
          },
        };
      },
  });
  const rows = writeRows(join(folder, "rows.jsonl"), 8);
  const optimization = { iters: 4, learning_rate: 0.05 };
  const { last, output, all } = await run("norms", rows, {
    method: null,
    tuning: "norms",
    optimization,
  });
  expect(last).toMatchObject({ trainableParameters: 5 * toyConfig.hidden_size });
  expect(all("run-started")[0]?.config).toMatchObject({ method: null, tuning: "norms" });
  expect(readdirSync(join(output, "final_model"))).toEqual([
    "ft-manifest.json",
    "norms.safetensors",
  ]);
  const written = readFileSync(join(output, "final_model", "norms.safetensors"));
  const again = await run("norms-again", rows, { method: null, tuning: "norms", optimization });
  const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
  expect(digest(readFileSync(join(again.output, "final_model", "norms.safetensors")))).toBe(
    digest(written),
  );
});

test("rows packed into one are learned as they are alone: positions and segments reach the model", async () => {
  const toy = await buildToy({ ...toyConfig, vocab_size: 60 });
  const sequence = (length: number, first: number) => ({
    ids: Int32Array.from({ length }, (_, at) => (first + at * 5) % 60),
    weights: Float32Array.from({ length }, (_, at) => (at < 2 ? 0 : 1)),
  });
  const sequences = [sequence(9, 3), sequence(14, 7), sequence(5, 11)];
  const options = { padId: 0, padToMultiple: 32, maxLength: 64 };
  const lossOf = (units: (typeof sequences)[]): number =>
    scope(() => supervised.loss(toy, collate(units, options)).lossSum.item());
  const alone = lossOf(sequences.map((one) => [one]));
  // The same products in other shapes: float32 sums in another order, 1e-5 of a sum near 100.
  expect(Math.abs(lossOf([sequences]) / alone - 1)).toBeLessThan(1e-5);
  const blind = { ...collate([sequences], options), isPacked: false };
  const withoutSegments = scope(() => supervised.loss(toy, blind).lossSum.item());
  expect(Math.abs(withoutSegments / alone - 1)).toBeGreaterThan(1e-3);
});
