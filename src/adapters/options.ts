// Options of low-rank adapters: size, strength, and where they attach.
// Which module kinds can carry one is the adapters' own knowledge.
import { z } from "zod";
import { flags } from "../core/flags.ts";
import type { DeepReadonly } from "../core/frozen.ts";
import { listed } from "../core/registry.ts";
import { factorStarts } from "./starts/index.ts";

/** In `target_modules`: every linear module of the blocks. */
export const ALL_LINEAR = "all-linear";

export const LoraOptions = z.strictObject({
  r: z
    .int()
    .positive({ error: "LoRA rank must be positive" })
    .default(8)
    .describe("Rank of the adapter matrices")
    .register(flags, { long: "lora-rank", short: "r", value: "N" }),
  alpha: z
    .number()
    .positive({ error: "LoRA alpha must be positive" })
    .default(16)
    .describe("Strength of the adapter: scale is alpha/r")
    .register(flags, { long: "lora-alpha", short: "a", value: "X" }),
  dropout: z
    .number()
    .min(0, { error: "Dropout must be between 0 and 1" })
    .lt(1, { error: "Dropout must be between 0 and 1" })
    .default(0.1)
    .describe("Dropout before the adapter, in training only")
    .register(flags, { long: "lora-dropout", value: "P" }),
  scale: z
    .number()
    .positive({ error: "LoRA scale must be positive" })
    .nullable()
    .default(null)
    .describe("Scale given directly; null computes it from alpha and rank")
    .register(flags, { long: "lora-scale", value: "X" }),
  target_modules: z
    .array(z.string().min(1))
    .min(1, { error: `Name at least one target module, or ${ALL_LINEAR}` })
    .default(["q_proj", "v_proj"])
    .describe(`Modules that get an adapter, by the end of their name, or ${ALL_LINEAR}`)
    .register(flags, { value: "NAMES" }),
  adapt_routers: z
    .boolean()
    .default(false)
    .describe(`With ${ALL_LINEAR}: also put adapters on the routers of experts`),
  num_layers: z
    .int()
    .refine((layers) => layers === -1 || layers > 0, {
      error: "Number of layers must be positive, or -1 for all",
    })
    .default(-1)
    .describe("Transformer blocks that get adapters, counted from the last; -1 is all")
    .register(flags, { value: "N" }),
  use_rslora: z
    .boolean()
    .default(false)
    .describe("Rank-stabilized scale alpha/sqrt(r) (Kalajdzievski 2023)"),
  lora_plus_ratio: z
    .number()
    .positive({ error: "LoRA+ ratio must be positive" })
    .nullable()
    .default(null)
    .describe("Learning rate of B as a multiple of A's (LoRA+, Hayou et al. 2024); null: the same")
    .register(flags, { value: "X" }),
  init: z
    .string()
    .refine((name) => factorStarts.has(name), {
      error: (issue) =>
        `Unknown initialization '${String(issue.input)}'. Valid options: [${factorStarts.names().join(", ")}]`,
    })
    .default("default")
    .describe(`Initial weights of the adapter: ${listed(factorStarts)}`)
    .register(flags, { long: "lora-init", value: "NAME" }),
  init_adapter: z
    .string()
    .nullable()
    .default(null)
    .describe(
      "Start from this adapter, a folder (also PEFT's) or a .safetensors file; with full, from these weights",
    )
    .register(flags, { value: "PATH" }),
});

export type LoraOptions = DeepReadonly<z.infer<typeof LoraOptions>>;

/** The factor on B·A·x: `scale` itself, else alpha/r, or alpha/√r with rank stabilization. */
export function loraScale(
  options: Pick<LoraOptions, "r" | "alpha" | "scale" | "use_rslora">,
): number {
  if (options.scale !== null) return options.scale;
  return options.alpha / (options.use_rslora ? Math.sqrt(options.r) : options.r);
}
