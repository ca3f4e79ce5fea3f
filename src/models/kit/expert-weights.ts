// How checkpoints store experts, and how they become stacked layers: one tensor an expert as they are published, or all
// experts' in one with gate and up fused, as transformers holds them. MLX's own are stacked as here and need no rule.
import { readsOnly, type Recipe, rename, split } from "../../weights/index.ts";

export interface StoredExperts {
  /** What the block calls its sparse part. */
  part: string;
  /** Other names of it that are read. */
  orParts?: readonly string[];
  /** Names of an expert's layers: gate, up, down. */
  layers: readonly [gate: string, up: string, down: string];
  /** What the stack is called here. */
  experts: string;
}

const usual: StoredExperts = {
  part: "mlp",
  layers: ["gate_proj", "up_proj", "down_proj"],
  experts: "switch_mlp",
};

/** Gate, up and down of every expert to the stacked layers of `GatedExperts`. */
export function expertRecipe(told: Partial<StoredExperts> = {}): Recipe {
  const { part, orParts = [], layers, experts } = { ...usual, ...told };
  const stored = `{path*}.[${[part, ...orParts].join("|")}]`;
  const stack = (layer: string): string => `{path*}.${part}.${experts}.${layer}`;
  const each = layers.map((layer, at) =>
    rename(
      `${stored}.experts.{expert#}.${layer}.{kind}`,
      `${stack(usual.layers[at] as string)}.{kind}`,
    ),
  );
  return [
    ...each,
    readsOnly(
      split(
        `${stored}.experts.gate_up_proj`,
        [`${stack("gate_proj")}.weight`, `${stack("up_proj")}.weight`],
        2,
        1,
      ),
    ),
    readsOnly(rename(`${stored}.experts.down_proj`, `${stack("down_proj")}.weight`)),
    ...orParts.map((other) =>
      readsOnly(rename(`{path*}.${other}.{rest*}`, `{path*}.${part}.{rest*}`)),
    ),
  ];
}
