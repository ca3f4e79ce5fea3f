// What is allowed but probably not meant, and what would probably help: one row a rule.
// Pure functions of the resolved configuration; errors are the schema's.
import { loraScale } from "../../adapters/options.ts";
import { optimizers } from "../../nn/index.ts";
import { chosenMethod } from "../../train/methods.ts";
import { tunings } from "../../train/tuning/index.ts";
import type { RunConfig } from "./schema.ts";

/** The text when the rule applies, else undefined. */
export type Rule = (config: RunConfig) => string | undefined;

const when = (applies: boolean, text: string): string | undefined => (applies ? text : undefined);

/** A rule about the options in `lora`, silent when what is trained does not read them. */
const ofLora =
  (rule: Rule): Rule =>
  (config) =>
    tunings.get(chosenMethod(config).tuning).groups.includes("lora") ? rule(config) : undefined;

const HUB_NAME = /^([\w.-]+\/)?[\w.-]+$/;
const FOLDER = /^[./~\\]|^[A-Za-z]:[\\/]/;

function effectiveBatch({ optimization }: RunConfig): number {
  return optimization.batch_size * optimization.gradient_accumulation_steps;
}

export const warningRules = {
  highRank: ofLora(({ lora }) =>
    when(lora.r > 64, `High LoRA rank (${lora.r}) may be unnecessary and slow training`),
  ),
  highScaling: ofLora(({ lora, course }) => {
    const scale = loraScale(lora);
    // 20 is what mlx-lm starts from: whoever reproduces it wants just that
    return when(
      scale > 4 && course.compat === "ft",
      `High LoRA scaling (${scale.toFixed(2)}) may cause instability`,
    );
  }),
  highDropout: ofLora(({ lora }) =>
    when(lora.dropout > 0.3, `High LoRA dropout (${lora.dropout}) may hurt performance`),
  ),
  highLearningRate: ({ optimization }) =>
    when(
      optimization.learning_rate > optimizers.get(optimization.optimizer).highRate,
      "High learning rate may cause training instability",
    ),
  lowLearningRate: ({ optimization }) =>
    when(
      optimization.learning_rate < 1e-6,
      "Very low learning rate may result in slow convergence",
    ),
  largeEffectiveBatch: (config) =>
    when(
      effectiveBatch(config) > 32,
      `Large effective batch size (${effectiveBatch(config)}) may hurt generalization`,
    ),
  batchWithoutAccumulation: ({ optimization }) =>
    when(
      optimization.batch_size > 8 && optimization.gradient_accumulation_steps === 1,
      "Consider using gradient accumulation instead of large batch size",
    ),
  rankWithQuantization: ofLora(({ model, lora }) =>
    when(
      model.load_in_4bit && lora.r > 32,
      "High LoRA rank with 4-bit quantization may not provide benefits",
    ),
  ),
  modelName: ({ model }) =>
    when(
      model.name !== "" && !FOLDER.test(model.name) && !HUB_NAME.test(model.name),
      "Model name should follow HuggingFace format (org/model-name)",
    ),
  flatSimpo: ({ preference, ...config }) =>
    when(
      chosenMethod(config).objective === "simpo" && preference.beta < 1,
      `SimPO hardly learns with a beta of ${preference.beta}; values from 2 to 10 work`,
    ),
  lonelyKto: ({ optimization, ...config }) =>
    when(
      chosenMethod(config).objective === "kto" && optimization.batch_size === 1,
      "KTO estimates in each micro-batch how far the model has moved; a batch size of 4 or more makes that stable",
    ),
  longSequences: ({ data }) =>
    when(data.max_length > 4096, "Very long sequences may cause memory issues"),
  largeValidationSplit: ({ data }) =>
    when(
      data.validation_file === null && data.validation_split > 0.3,
      "Large validation split may reduce training data significantly",
    ),
} satisfies Record<string, Rule>;

export const recommendationRules = {
  lowRank: ofLora(({ lora }) =>
    when(lora.r < 8, "Consider raising the LoRA rank to 8-16 for better adaptation"),
  ),
  smallBatch: ({ optimization }) =>
    when(
      optimization.batch_size === 1 && optimization.gradient_accumulation_steps === 1,
      "Consider gradient accumulation (--gradient-accumulation-steps) for more stable training",
    ),
  manyEpochs: ({ optimization }) =>
    when(
      optimization.iters === null && optimization.epochs > 5,
      "Many epochs may overfit: --final-model best keeps the weights of the lowest validation loss",
    ),
} satisfies Record<string, Rule>;

function applied(rules: Readonly<Record<string, Rule>>, config: RunConfig): string[] {
  return Object.values(rules).flatMap((rule) => rule(config) ?? []);
}

type RuleName = keyof typeof warningRules | keyof typeof recommendationRules;

/** The setting that a rule is about, where a form shows what it says. */
const settingOf: Readonly<Record<RuleName, string>> = {
  highRank: "lora.r",
  highScaling: "lora.alpha",
  highDropout: "lora.dropout",
  highLearningRate: "optimization.learning_rate",
  lowLearningRate: "optimization.learning_rate",
  largeEffectiveBatch: "optimization.gradient_accumulation_steps",
  batchWithoutAccumulation: "optimization.batch_size",
  rankWithQuantization: "lora.r",
  modelName: "model.name",
  flatSimpo: "preference.beta",
  lonelyKto: "optimization.batch_size",
  longSequences: "data.max_length",
  largeValidationSplit: "data.validation_split",
  lowRank: "lora.r",
  smallBatch: "optimization.gradient_accumulation_steps",
  manyEpochs: "optimization.epochs",
};

export interface Advice {
  /** Dotted key of the setting that it is about. */
  setting: string;
  level: "warning" | "recommendation";
  text: string;
}

/** What the rules say, each at its setting. */
export function adviceFor(config: RunConfig): Advice[] {
  const of = (rules: Readonly<Record<string, Rule>>, level: Advice["level"]): Advice[] =>
    Object.entries(rules).flatMap(([name, rule]) => {
      const text = rule(config);
      return text === undefined ? [] : { setting: settingOf[name as RuleName], level, text };
    });
  return [...of(warningRules, "warning"), ...of(recommendationRules, "recommendation")];
}

export function warningsFor(config: RunConfig): string[] {
  return applied(warningRules, config);
}

export function recommendationsFor(config: RunConfig): string[] {
  return applied(recommendationRules, config);
}
