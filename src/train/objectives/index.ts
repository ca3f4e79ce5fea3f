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
      about: "next-token prediction on the trained tokens",
      kinds: ["chat", "instruction", "text"],
      packs: true,
      compiles: true,
      divides: true,
      groups: ["loss"],
      load: async () => (await import("./supervised.ts")).supervised,
    },
    dpo: {
      about: "preferred over rejected answers, relative to a reference model",
      kinds: ["preference"],
      divides: true,
      metrics: pairMetrics,
      groups: ["preference"],
      load: async ({ preference }) => (await import("./dpo.ts")).dpo(preference),
    },
    orpo: {
      about: "preferred over rejected answers by odds ratio, plus next-token prediction",
      kinds: ["preference"],
      divides: true,
      metrics: { ...pairMetrics, nll: "lower", log_odds: "higher" },
      groups: ["preference"],
      load: async ({ preference }) => (await import("./orpo.ts")).orpo(preference),
    },
    simpo: {
      about: "preferred over rejected answers by mean log-probability and a margin",
      kinds: ["preference"],
      divides: true,
      metrics: pairMetrics,
      groups: ["preference"],
      load: async ({ preference }) => (await import("./simpo.ts")).simpo(preference),
    },
    kto: {
      about: "answers labelled desirable or not, relative to a reference model",
      kinds: ["judged"],
      metrics: { ...pairMetrics, "rewards/rejected": "lower" },
      groups: ["preference"],
      load: async ({ preference }) => (await import("./kto.ts")).kto(preference),
    },
    distillation: {
      about: "next-token prediction, plus the output distribution of a teacher",
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
