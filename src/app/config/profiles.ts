// Profiles: named starting values for a kind of data. Each is one entry; files and flags win over them.
// Not presets: those belong to a command.
import { ConfigError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import type { PartialRunConfig } from "./schema.ts";

const ATTENTION = ["q_proj", "v_proj", "k_proj", "o_proj"];
const MLP = ["gate_proj", "up_proj", "down_proj"];

const chat: PartialRunConfig = {
  data: { template: "chatml", max_length: 2048 },
  lora: { r: 8, alpha: 16, dropout: 0.1, target_modules: ATTENTION },
  optimization: {
    learning_rate: 2e-4,
    batch_size: 2,
    epochs: 3,
    warmup_steps: 100,
    lr_scheduler: "cosine",
  },
};

const instruction: PartialRunConfig = {
  data: { template: "alpaca", max_length: 2048 },
  lora: { r: 16, alpha: 32, dropout: 0.05, target_modules: ATTENTION },
  optimization: {
    learning_rate: 3e-4,
    batch_size: 4,
    epochs: 3,
    warmup_steps: 200,
    lr_scheduler: "linear",
  },
};

const code: PartialRunConfig = {
  data: { template: "alpaca", max_length: 4096 },
  lora: { r: 32, alpha: 64, dropout: 0.05, target_modules: [...ATTENTION, ...MLP] },
  optimization: {
    learning_rate: 1e-4,
    batch_size: 2,
    epochs: 5,
    warmup_steps: 500,
    weight_decay: 0.01,
    lr_scheduler: "cosine",
  },
};

/** Extensions add their own with `profiles.register`. */
export const profiles = new Registry<PartialRunConfig>(
  { chat, instruction, code },
  ({ name, known }) =>
    new ConfigError("FT-CONFIG-004", {
      message: `Unknown profile '${name}'. Available profiles: [${known.join(", ")}]`,
      hint: "ft config profiles shows what each one sets",
    }),
);
