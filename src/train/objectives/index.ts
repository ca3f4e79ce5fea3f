// The registry of objectives: one file and one entry each. An entry is facts; what computes is loaded when asked for,
// since names and facts are needed where the addon is not.
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import type { ObjectiveEntry } from "./objective.ts";

/** Of every objective over pairs. */
const pairMetrics = {
  "rewards/chosen": "higher",
  "rewards/margins": "higher",
  "rewards/accuracies": "higher",
} as const;

export const objectives = new Registry<ObjectiveEntry>(
  {
    supervised: {
      about: "the next token of each learned turn",
      kinds: ["chat", "instruction", "text"],
      packs: true,
      compiles: true,
      divides: true,
      groups: ["loss"],
      load: async () => (await import("./supervised.ts")).supervised,
    },
    dpo: {
      about: "the better of two answers, against the model before training",
      kinds: ["preference"],
      divides: true,
      metrics: pairMetrics,
      groups: ["preference"],
      load: async ({ preference }) => (await import("./dpo.ts")).dpo(preference),
    },
    orpo: {
      about: "the better of two answers, and its odds against the worse",
      kinds: ["preference"],
      divides: true,
      metrics: { ...pairMetrics, nll: "lower", log_odds: "higher" },
      groups: ["preference"],
      load: async ({ preference }) => (await import("./orpo.ts")).orpo(preference),
    },
    simpo: {
      about: "the better of two answers, by token and by a margin",
      kinds: ["preference"],
      divides: true,
      metrics: pairMetrics,
      groups: ["preference"],
      load: async ({ preference }) => (await import("./simpo.ts")).simpo(preference),
    },
    kto: {
      about: "answers that are as wanted or not, against the model before training",
      kinds: ["judged"],
      metrics: { ...pairMetrics, "rewards/rejected": "lower" },
      groups: ["preference"],
      load: async ({ preference }) => (await import("./kto.ts")).kto(preference),
    },
    distillation: {
      about: "the next token of each learned turn, and what a teacher would have said",
      kinds: ["chat", "instruction", "text"],
      packs: true,
      divides: true,
      metrics: { "distillation/kl": "lower", "distillation/hard": "lower" },
      groups: ["distillation"],
      logitCopies: 9,
      teacher: ({ distillation }) => distillation.teacher,
      load: async ({ distillation }) =>
        (await import("./distillation.ts")).distillation(distillation),
    },
  },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-OBJECTIVE", {
      message: `Unknown objective '${name}'. Valid options: [${known.join(", ")}]`,
      hint: `--objective ${known[0]}`,
    }),
);

export type {
  BatchArray,
  Loss,
  LossBatch,
  LossPass,
  Metric,
  Objective,
  ObjectiveEntry,
  ObjectiveOptions,
  TrainableModel,
} from "./objective.ts";
