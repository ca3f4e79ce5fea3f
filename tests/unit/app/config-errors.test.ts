import { describe, expect, test } from "vitest";
import { readConfigFile } from "../../../src/app/config/files.ts";
import { layer } from "../../../src/app/config/layers.ts";
import { requireRunnable } from "../../../src/app/config/load.ts";
import { profiles } from "../../../src/app/config/profiles.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import {
  defaultRunConfig,
  type RunConfig,
  RunConfigSchema,
} from "../../../src/app/config/schema.ts";
import { checkRun } from "../../../src/app/train/check-run.ts";
import { ConfigError } from "../../../src/core/errors.ts";
import { makeFile } from "../../support/folders.ts";
import { refusal } from "../../support/refusal.ts";

const resolved = (values: Record<string, unknown>): (() => unknown) => {
  return () => resolveConfig([layer("flag", "test", values)]);
};

describe("the text of each error", () => {
  test.each([
    [{ data: { validation_split: 1.5 } }, "Validation split must be between 0 and 1"],
    [{ data: { validation_split: -0.1 } }, "Validation split must be between 0 and 1"],
    [{ data: { max_length: 0 } }, "Maximum length must be positive"],
    [{ lora: { r: 0 } }, "LoRA rank must be positive"],
    [{ lora: { r: -3 } }, "LoRA rank must be positive"],
    [{ lora: { alpha: 0 } }, "LoRA alpha must be positive"],
    [{ lora: { dropout: -0.5 } }, "Dropout must be between 0 and 1"],
    [{ lora: { dropout: 1 } }, "Dropout must be between 0 and 1"],
    [{ lora: { num_layers: 0 } }, "Number of layers must be positive, or -1 for all"],
    [{ optimization: { learning_rate: 0 } }, "Learning rate must be positive"],
    [{ optimization: { batch_size: 0 } }, "Batch size must be positive"],
    [{ optimization: { epochs: -1 } }, "Epochs must be positive"],
    [
      { optimization: { gradient_accumulation_steps: 0 } },
      "Gradient accumulation steps must be positive",
    ],
    [
      { optimization: { lr_scheduler: "stairs" } },
      "Unknown scheduler 'stairs'. Valid options: [linear, cosine, constant, constant_with_warmup,",
    ],
    [
      { model: { trust_remote_code: true } },
      "Code from a model repository is never run: trust_remote_code must be false",
    ],
    [{ report_to: ["tensorboard", "wandb"] }, "Unknown report to 'wandb'. Valid options: ["],
    [{ data: { format: "parquet" } }, "Unknown data format 'parquet'. Valid options: [auto, chat"],
    [{ method: "prefix" }, "Unknown method 'prefix'. Valid options: [lora, full, instruction"],
    [{ method: "rlhf" }, "Method 'rlhf' is not built yet. Built: [lora, full, instruction"],
  ])("%j", (values, text) => {
    const error = refusal(resolved(values), ConfigError);
    expect(error.message).toContain(text);
    expect(error.message).toContain("(from flag:test)");
    expect(error.exitCode).toBe(3);
  });

  test("what every run needs", () => {
    const error = refusal(() => requireRunnable(defaultRunConfig()), ConfigError);
    expect(error.problems).toEqual(["Model name is required", "Training file is required"]);
  });

  test("what is added to a loss that is not of tokens", () => {
    const config = (method: string, loss: object): RunConfig =>
      RunConfigSchema.parse({
        ...{ method, loss, output_dir: "/nowhere/run" },
        ...{ model: { name: "m" }, data: { train_file: "rows.jsonl" } },
      });
    const error = refusal(() => checkRun(config("dpo", { z_loss: 0.1 })), ConfigError);
    expect(error.code).toBe("FT-CONFIG-077");
    expect(error.message).toContain("--objective dpo has no loss per token");
    expect(error.hint).toBe("leave --z-loss out");
    expect(() => checkRun(config("dpo", { neftune_alpha: 5 }))).not.toThrow();
    expect(() => checkRun(config("lora", { z_loss: 0.1 }))).not.toThrow();
  });

  test("a template that does not exist", () => {
    const using = (template: string): RunConfig =>
      RunConfigSchema.parse({ model: { name: "m" }, data: { train_file: "d.jsonl", template } });
    const error = refusal(() => requireRunnable(using("alpacka")), ConfigError);
    expect(error.message).toMatch(/^Unknown template 'alpacka'\. Valid options: \[.*alpaca.*\]/);
    expect(() => requireRunnable(using("./my-template.txt"))).not.toThrow();
  });

  test("a profile that does not exist", () => {
    const error = refusal(() => profiles.get("x"), ConfigError);
    expect(error.message).toBe(
      "Unknown profile 'x'. Available profiles: [chat, instruction, code]",
    );
    expect(error.exitCode).toBe(3);
  });
});

describe("problems are collected", () => {
  const text = `lora:
  rank: 3
  r: -1
optimization:
  batch_size: 2.5
  learning_rate: fast
modle:
  name: x
data: 5
`;

  test("all at once, each with file and line", () => {
    const name = makeFile("run.yml", text);
    const error = refusal(() => resolveConfig([readConfigFile("config", name)]), ConfigError);
    expect(error.problems).toEqual([
      `${name}:2: unknown key lora.rank; did you mean lora.r?`,
      `${name}:7: unknown key modle; did you mean model?`,
      `${name}:9: data: expected keys and values`,
      `${name}:3: lora.r: LoRA rank must be positive`,
      `${name}:6: optimization.learning_rate: expected a number, not "fast"`,
      `${name}:5: optimization.batch_size: expected a whole number, not 2.5`,
    ]);
    expect(error.message).toBe("6 problems in the configuration");
  });

  test("a key of another group is found there", () => {
    const error = refusal(resolved({ lora: { epochs: 3 } }), ConfigError);
    expect(error.message).toContain("unknown key lora.epochs; did you mean optimization.epochs?");
  });

  test.each([
    [{ optimization: { lr: 1 } }, "optimization.lr; did you mean optimization.learning_rate?"],
    [{ lora: { lora_rank: 1 } }, "lora.lora_rank; did you mean lora.r?"],
    [{ data: { val_split: 1 } }, "data.val_split; did you mean data.validation_split?"],
    [{ lr: 1 }, "lr; did you mean optimization.learning_rate?"],
    [{ optimization: { zzz: 1 } }, "unknown key optimization.zzz (from"],
  ])("%j: an option is known by its flag too", (values, text) => {
    expect(refusal(resolved(values), ConfigError).message).toContain(text);
  });

  test("a value that a later source replaces is no problem", () => {
    const layers = [
      layer("profile", "mine", { lora: { r: -1 } }),
      layer("flag", "", { lora: { r: 4 } }),
    ];
    expect(resolveConfig(layers).config.lora.r).toBe(4);
  });

  test("a name from a prototype is an unknown key", () => {
    const error = refusal(resolved(JSON.parse('{"lora": {"constructor": 1}}')), ConfigError);
    expect(error.message).toContain("unknown key lora.constructor");
  });
});
