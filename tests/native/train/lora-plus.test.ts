// LoRA+ (Hayou et al. 2024): B moves at a rate of its own, with every optimizer. That 50 steps are PEFT's is
// tests/parity/adapters.
import { expect, test } from "vitest";
import { isOutputFactor } from "../../../src/adapters/index.ts";
import { RunConfigSchema } from "../../../src/app/config/schema.ts";
import { makeOptimizer } from "../../../src/app/train/plan-run.ts";
import { normal, randomKey, scope, type Tensor } from "../../../src/mx/index.ts";
import { type OptimizedSlot, optimizers } from "../../../src/nn/index.ts";

const names = ["blocks.0.q.lora_a", "blocks.0.q.lora_b", "blocks.0.q.m"];
const shapes = [[64, 32], [32, 64], [64]];

function slots(): OptimizedSlot[] {
  return names.map((name, at) => {
    let value = normal(0, 1, shapes[at] ?? [], randomKey(at));
    const set = (next: Tensor): void => void (value = next);
    return { name, trainable: true, isHidden: true, get: () => value, set };
  });
}

/** How far two steps move each parameter. */
function moved(optimizer: string, rate: number, rateScale?: (name: string) => number): Tensor[] {
  const config = RunConfigSchema.parse({ optimization: { optimizer, weight_decay: 0.1 } });
  const own = slots();
  const before = own.map((slot) => slot.get());
  const made = makeOptimizer(config, own, rateScale);
  for (const seed of [50, 60])
    made.update(
      own.map((slot, at) => normal(0, 0.1, slot.get().shape, randomKey(seed + at))),
      rate,
    );
  return own.map((slot, at) => slot.get().sub(before[at] as Tensor));
}

test.each(optimizers.names())(
  "%s moves B at its multiple of the rate, the rest at the rate",
  (name) => {
    scope(() => {
      const rateScale = (path: string): number => (isOutputFactor(path) ? 4 : 1);
      const [own, slow, fast] = [
        moved(name, 0.01, rateScale),
        moved(name, 0.01),
        moved(name, 0.04),
      ];
      for (const [at, wanted] of [slow[0], fast[1], slow[2]].entries()) {
        const [actual, expected] = [own[at] as Tensor, wanted as Tensor];
        expect(actual.sub(expected).abs().max().item(), names[at]).toBe(0);
        expect(expected.abs().max().item(), names[at]).toBeGreaterThan(0);
      }
    });
  },
);
