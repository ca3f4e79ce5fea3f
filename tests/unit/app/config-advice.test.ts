import { describe, expect, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";
import type { RunConfig } from "../../../src/app/config/schema.ts";
import {
  recommendationRules,
  recommendationsFor,
  warningRules,
  warningsFor,
} from "../../../src/app/config/warnings.ts";

const quiet = {
  optimization: { batch_size: 2, gradient_accumulation_steps: 2 },
  model: { name: "org/name" },
};

function configOf(values: Record<string, unknown>): RunConfig {
  return resolveConfig([layer("profile", "base", quiet), layer("flag", "", values)]).config;
}

type Case = [
  rule: string,
  fires: Record<string, unknown>,
  text: string,
  silent: Record<string, unknown>,
];

const warnings: Case[] = [
  [
    "highRank",
    { lora: { r: 65, alpha: 65 } },
    "High LoRA rank (65) may be unnecessary and slow training",
    { lora: { r: 64, alpha: 64 } },
  ],
  [
    "highScaling",
    { lora: { r: 8, alpha: 40 } },
    "High LoRA scaling (5.00) may cause instability",
    { lora: { r: 8, alpha: 32 } },
  ],
  [
    "highDropout",
    { lora: { dropout: 0.4 } },
    "High LoRA dropout (0.4) may hurt performance",
    { lora: { dropout: 0.3 } },
  ],
  [
    "highLearningRate",
    { optimization: { learning_rate: 2e-3 } },
    "High learning rate may cause training instability",
    { optimization: { learning_rate: 1e-3 } },
  ],
  [
    "lowLearningRate",
    { optimization: { learning_rate: 9e-7 } },
    "Very low learning rate may result in slow convergence",
    { optimization: { learning_rate: 1e-6 } },
  ],
  [
    "largeEffectiveBatch",
    { optimization: { batch_size: 4, gradient_accumulation_steps: 9 } },
    "Large effective batch size (36) may hurt generalization",
    { optimization: { batch_size: 4, gradient_accumulation_steps: 8 } },
  ],
  [
    "batchWithoutAccumulation",
    { optimization: { batch_size: 9, gradient_accumulation_steps: 1 } },
    "Consider using gradient accumulation instead of large batch size",
    { optimization: { batch_size: 8, gradient_accumulation_steps: 1 } },
  ],
  [
    "rankWithQuantization",
    { model: { load_in_4bit: true }, lora: { r: 33, alpha: 33 } },
    "High LoRA rank with 4-bit quantization may not provide benefits",
    { model: { load_in_4bit: true }, lora: { r: 32, alpha: 32 } },
  ],
  [
    "modelName",
    { model: { name: "a/b/c" } },
    "Model name should follow HuggingFace format (org/model-name)",
    { model: { name: "./models/mine" } },
  ],
  [
    "flatSimpo",
    { method: "simpo" },
    "SimPO hardly learns with a beta of 0.1; values from 2 to 10 work",
    { method: "simpo", preference: { beta: 2 } },
  ],
  [
    "lonelyKto",
    { method: "kto", optimization: { batch_size: 1 } },
    "KTO estimates in each micro-batch how far the model has moved; a batch size of 4 or more makes that stable",
    { method: "kto", optimization: { batch_size: 2 } },
  ],
  [
    "longSequences",
    { data: { max_length: 4097 } },
    "Very long sequences may cause memory issues",
    { data: { max_length: 4096 } },
  ],
  [
    "largeValidationSplit",
    { data: { validation_split: 0.31 } },
    "Large validation split may reduce training data significantly",
    { data: { validation_split: 0.3 } },
  ],
];

const recommendations: Case[] = [
  [
    "lowRank",
    { lora: { r: 4 } },
    "Consider raising the LoRA rank to 8-16 for better adaptation",
    { lora: { r: 8 } },
  ],
  [
    "smallBatch",
    { optimization: { batch_size: 1, gradient_accumulation_steps: 1 } },
    "Consider gradient accumulation (--gradient-accumulation-steps) for more stable training",
    { optimization: { batch_size: 1, gradient_accumulation_steps: 2 } },
  ],
  [
    "manyEpochs",
    { optimization: { epochs: 6 } },
    "Many epochs may overfit: --final-model best keeps the weights of the lowest validation loss",
    { optimization: { epochs: 5 } },
  ],
];

describe.each([
  ["warnings", warnings, warningsFor, warningRules],
  ["recommendations", recommendations, recommendationsFor, recommendationRules],
] as const)("%s", (_, cases, adviceFor, rules) => {
  test("every rule has a case here", () => {
    expect(cases.map(([rule]) => rule)).toEqual(Object.keys(rules));
  });

  test.each(cases)("%s: alone, with its text, and not just below", (_rule, fires, text, silent) => {
    expect(adviceFor(configOf(fires))).toEqual([text]);
    expect(adviceFor(configOf(silent))).toEqual([]);
  });
});

test("rules about adapters are silent when every weight is trained", () => {
  const values = { method: "full", lora: { r: 100, alpha: 1000, dropout: 0.9 } };
  expect(warningsFor(configOf(values))).toEqual([]);
});

test("names on the Hub, with and without an organisation, are in order", () => {
  for (const name of ["gpt2", "Qwen/Qwen2.5-0.5B", "builtin/tiny", "/models/x", "~/x"]) {
    expect(warningsFor(configOf({ model: { name } }))).toEqual([]);
  }
});

test("what mlx-lm starts from is no doubtful scale where mlx-lm is to be reproduced", () => {
  const lora = { r: 8, scale: 20 };
  expect(warningRules.highScaling(configOf({ lora }))).toContain("20.00");
  expect(
    warningRules.highScaling(configOf({ lora, course: { compat: "mlx-lm" } })),
  ).toBeUndefined();
});
