// Options of the objectives that have any: the loss of tokens, learning from preferences, and from a teacher. Which objective reads which
// group its entry says; what the numbers do is in the objectives' own files.
import { z } from "zod";
import { flags } from "../../core/flags.ts";

export const PAIR_LOSSES = ["sigmoid", "hinge", "ipo"] as const;

const weight = (what: string): z.ZodDefault<z.ZodNumber> =>
  z
    .number()
    .min(0, { error: `${what} must not be negative` })
    .default(1);

export const PreferenceOptions = z.strictObject({
  beta: z
    .number()
    .positive({ error: "Beta must be positive" })
    .default(0.1)
    .describe(
      "Beta of the preference losses: for dpo and kto how close the model is kept to the one before training, " +
        "for orpo the weight of the odds ratio, for simpo the scale of the margin",
    )
    .register(flags, { value: "NUMBER" }),
  loss: z
    .enum(PAIR_LOSSES)
    .default("sigmoid")
    .describe("Loss of dpo: sigmoid (DPO itself), hinge, or ipo (a squared distance, by token)")
    .register(flags, { long: "dpo-loss" }),
  label_smoothing: z
    .number()
    .min(0, { error: "Label smoothing must be between 0 and 0.5" })
    .lt(0.5, { error: "Label smoothing must be between 0 and 0.5" })
    .default(0)
    .describe("Assumed share of pairs with swapped labels, for dpo's sigmoid loss and simpo")
    .register(flags, { long: "dpo-smoothing", value: "SHARE" }),
  gamma: z
    .number()
    .min(0, { error: "Gamma must not be negative" })
    .default(0.5)
    .describe("Margin that simpo asks for between the two answers")
    .register(flags, { long: "simpo-gamma", value: "NUMBER" }),
  desirable_weight: weight("Desirable weight")
    .describe("Weight of desirable answers, for kto")
    .register(flags, { value: "NUMBER" }),
  undesirable_weight: weight("Undesirable weight")
    .describe("Weight of undesirable answers, for kto")
    .register(flags, { value: "NUMBER" }),
  share_prompt: z
    .boolean()
    .default(true)
    .describe("Compute the prompt once for all its answers, not once per answer")
    .register(flags, { off: "Compute the prompt once for each answer instead of sharing it" }),
});

export const LossOptions = z.strictObject({
  label_smoothing: z
    .number()
    .min(0, { error: "Label smoothing must be between 0 and 1" })
    .lt(1, { error: "Label smoothing must be between 0 and 1" })
    .default(0)
    .describe(
      "Label smoothing: share of the target's probability that is spread over all tokens, in training only",
    )
    .register(flags, { value: "SHARE" }),
  z_loss: z
    .number()
    .min(0, { error: "Z-loss must not be negative" })
    .default(0)
    .describe("Factor on (log Σ exp of the logits)², which keeps logits small, while training")
    .register(flags, { value: "NUMBER" }),
  router_aux_loss_coef: z
    .number()
    .min(0, { error: "Factor on the balance of experts must not be negative" })
    .nullable()
    .default(null)
    .describe(
      "Weight of the load-balancing loss of experts, in training only; null: as config.json says, which is 0 " +
        "unless it has output_router_logits",
    )
    .register(flags, { value: "X" }),
  neftune_alpha: z
    .number()
    .min(0, { error: "NEFTune's alpha must not be negative" })
    .default(0)
    .describe("Noise on embeddings while training, uniform within ±alpha / √(length · width)")
    .register(flags, { value: "NUMBER" }),
});

export type LossOptions = z.infer<typeof LossOptions>;

export const DIVERGENCES = ["forward", "reverse"] as const;

export const DistillationOptions = z.strictObject({
  teacher: z
    .string()
    .nullable()
    .default(null)
    .describe("Model to learn from, with the same tokens: Hub id, folder, .gguf file")
    .register(flags, { value: "MODEL" }),
  divergence: z
    .enum(DIVERGENCES)
    .default("forward")
    .describe(
      "Divergence that is minimized: forward covers everything that the teacher may say, reverse keeps to what it is most likely to say",
    )
    .register(flags, { long: "teacher-divergence" }),
  temperature: z
    .number()
    .positive({ error: "Temperature must be positive" })
    .default(1)
    .describe("Both models' logits are divided by it; above 1 unlikely tokens count more")
    .register(flags, { long: "teacher-temperature", value: "NUMBER" }),
  weight: z
    .number()
    .min(0, { error: "Weight must be between 0 and 1" })
    .max(1, { error: "Weight must be between 0 and 1" })
    .default(0.5)
    .describe("Share of the teacher in the loss; the rest is that of the rows' own tokens")
    .register(flags, { long: "teacher-weight", value: "SHARE" }),
});

export type DistillationOptions = z.infer<typeof DistillationOptions>;

export type PreferenceOptions = z.infer<typeof PreferenceOptions>;
