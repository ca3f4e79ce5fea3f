// The library's objects: settings built step by step, a trainer for each method, and what it gives.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { readConfigFile } from "../../../src/app/config/files.ts";
import { layer } from "../../../src/app/config/layers.ts";
import { profiles } from "../../../src/app/config/profiles.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import { ConfigBuilder, ConfigError, TrainerFactory } from "../../../src/index.ts";
import { builtMethods, methods } from "../../../src/train/methods.ts";
import { refusal } from "../../support/refusal.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;
beforeAll(async () => {
  folder = join(inject("runFolder"), "trainer");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 12);
});

describe("ConfigBuilder", () => {
  test("builds what a file says", () => {
    const built = new ConfigBuilder()
      .withProfile("chat")
      .withModel("org/name", { revision: "main" })
      .withData("rows.jsonl", { template: "chatml" })
      .withMethod("dora")
      .withLora({ r: 4 })
      .withOptimization({ learning_rate: 1e-3, epochs: 2 })
      .withOutput("./mine")
      .withSeed(7)
      .build();
    const file = join(folder, "same.yaml");
    writeFileSync(
      file,
      `model: { name: org/name, revision: main }
data: { train_file: rows.jsonl, template: chatml }
method: dora
lora: { r: 4 }
optimization: { learning_rate: 1.0e-3, epochs: 2 }
output_dir: ./mine
seed: 7
`,
    );
    const chat = layer("profile", "chat", { ...profiles.get("chat") });
    expect(built).toEqual(resolveConfig([chat, readConfigFile("config", file)]).config);
  });

  test("what is said later wins, and a builder is never changed", () => {
    const first = new ConfigBuilder().withSeed(1);
    const second = first.withSeed(2);
    expect([first.build().seed, second.build().seed]).toEqual([1, 2]);
  });

  test("all that is wrong is told at once", () => {
    const wrong = new ConfigBuilder().withLora({ r: 0 }).withOptimization({ epochs: -1 });
    expect(refusal(() => wrong.build(), ConfigError).problems).toEqual([
      expect.stringContaining("lora.r: LoRA rank must be positive"),
      expect.stringContaining("optimization.epochs: Epochs must be positive"),
    ]);
  });
});

describe("settings", () => {
  const config = new ConfigBuilder().withModel("m").build();

  test("cannot be assigned, all the way down", () => {
    const loose = config as unknown as {
      seed: number;
      lora: { r: number; target_modules: string[] };
    };
    expect(() => (loose.seed = 1)).toThrow(TypeError);
    expect(() => (loose.lora.r = 1)).toThrow(TypeError);
    expect(() => loose.lora.target_modules.push("x")).toThrow(TypeError);
  });

  test("cannot be assigned by type either", () => {
    const never = (): void => {
      // @ts-expect-error: settings are read-only
      config.lora.r = 1;
      // @ts-expect-error: their lists too
      config.lora.target_modules.push("x");
    };
    expect(never).toThrow(TypeError);
  });
});

describe("TrainerFactory", () => {
  test.each(builtMethods())("makes a trainer for %s", (method) => {
    const trainer = TrainerFactory.create(method, { model: { name: "m" } });
    expect(trainer.config.method).toBe(method);
    expect(Object.isFrozen(trainer.config)).toBe(true);
  });

  test("names every method that is built, and refuses the others with them", () => {
    expect(TrainerFactory.methods()).toEqual(builtMethods());
    const others = [...methods.keys()].filter((method) => !builtMethods().includes(method));
    for (const method of [...others, "nothing of the kind"])
      expect(() => TrainerFactory.create(method)).toThrow(
        expect.objectContaining({ code: "FT-CONFIG-METHOD", exitCode: 3 }),
      );
  });

  test("its trainers stop when asked, go on, and give a frozen result with its folders", async () => {
    const outputDir = join(folder, "run");
    const trainer = TrainerFactory.create("lora", {
      model: { name: model },
      data: { train_file: data, template: "chatml" },
      optimization: { iters: 4, warmup_steps: 0, report_every: 1 },
      output_dir: outputDir,
    });
    const stopper = new AbortController();
    const stopped = await trainer.train({
      isolate: false,
      signal: stopper.signal,
      onEvent: ({ type }) => void (type === "step-reported" && stopper.abort()),
    });
    expect(stopped).toMatchObject({ isComplete: false, outputDir, resultDir: null, steps: 1 });
    const result = await trainer.resume({ isolate: false });
    expect(result).toMatchObject({ isComplete: true, outputDir, steps: 4 });
    expect(result.trainLoss).toBeGreaterThan(0);
    expect(existsSync(join(result.resultDir ?? "", "adapters.safetensors"))).toBe(true);
    expect(Object.isFrozen(result)).toBe(true);
  });
});
