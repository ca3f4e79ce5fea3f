// Options of the objectives that have any: learning from preferences, and from a teacher. Which objective reads which
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
      "How firmly preferences are learned: of dpo and kto the pull back to the model before training, of orpo the " +
        "weight of the odds, of simpo the scale of the margin",
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
    .describe("Share of the pairs taken to be the wrong way round, of dpo's sigmoid and simpo")
    .register(flags, { long: "dpo-smoothing", value: "SHARE" }),
  gamma: z
    .number()
    .min(0, { error: "Gamma must not be negative" })
    .default(0.5)
    .describe("Margin that simpo asks for between the two answers")
    .register(flags, { long: "simpo-gamma", value: "NUMBER" }),
  desirable_weight: weight("Desirable weight")
    .describe("What a wanted answer counts for, of kto")
    .register(flags, { value: "NUMBER" }),
  undesirable_weight: weight("Undesirable weight")
    .describe("What an unwanted answer counts for, of kto")
    .register(flags, { value: "NUMBER" }),
  share_prompt: z
    .boolean()
    .default(true)
    .describe("Answers to one prompt run behind it once, rather than with a copy each")
    .register(flags, { off: "Run each answer with a copy of its prompt" }),
});

export type PreferenceOptions = z.infer<typeof PreferenceOptions>;
