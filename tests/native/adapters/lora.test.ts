// Low-rank layers: what they compute, where they attach, what they leave alone.
// Files of adapters are adapter-files.test.ts's; training with them tests/native/train's.
import { describe, expect, test } from "vitest";
import { attachLora, LoraLinear, LoraOptions, loraScale } from "../../../src/adapters/index.ts";
import { FtError } from "../../../src/core/errors.ts";
import {
  dispose,
  liveTensors,
  normal,
  randomKey,
  retain,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import { Linear, Module, stochasticLayers, withRandomKeys } from "../../../src/nn/index.ts";
import { bitsOf, relativeDifference } from "../../parity/models/fixtures.ts";
import { refusal } from "../../support/refusal.ts";
import { someIds, tinyLlama } from "./tiny-llama.ts";

/** A linear layer (in, out) with random weight and bias. */
function linear(inputSize: number, outputSize: number, bias = true): Linear {
  const layer = new Linear(inputSize, outputSize, { bias });
  layer.weight = normal(0, 0.3, [outputSize, inputSize], randomKey(1));
  if (bias) layer.bias = normal(0, 0.3, [outputSize], randomKey(2));
  return layer;
}

/** With a B that is not zero, as after training. */
function trained(
  base: Linear,
  shape: { rank: number; scale: number; dropout: number },
): LoraLinear {
  const layer = new LoraLinear(base, shape, randomKey(3));
  layer.lora_b = normal(0, 0.5, layer.lora_b.shape, randomKey(4));
  return layer;
}

function someInput(width: number): Tensor {
  return normal(0, 1, [2, 5, width], randomKey(9));
}

describe("one layer", () => {
  test("at the start it is its base, bit for bit", () => {
    scope(() => {
      for (const hasBias of [true, false]) {
        const base = linear(12, 20, hasBias);
        const adapted = new LoraLinear(base, { rank: 4, scale: 2, dropout: 0 }, randomKey(3));
        expect(bitsOf(adapted.forward(someInput(12)))).toEqual(bitsOf(base.forward(someInput(12))));
      }
    });
  });

  test("A is uniform within ±1/√in and fills that range; B is zero; both float32", () => {
    scope(() => {
      const adapted = new LoraLinear(
        linear(64, 16),
        { rank: 16, scale: 1, dropout: 0 },
        randomKey(3),
      );
      const values = adapted.lora_a.toFloat32();
      expect(adapted.lora_a.shape).toEqual([64, 16]);
      expect(adapted.lora_b.shape).toEqual([16, 16]);
      expect(Math.max(...values)).toBeLessThanOrEqual(1 / 8);
      expect(Math.max(...values)).toBeGreaterThan(0.98 / 8);
      expect(Math.min(...values)).toBeLessThan(-0.98 / 8);
      expect(new Set(adapted.lora_b.toFloat32())).toEqual(new Set([0]));
      expect([adapted.lora_a.dtype, adapted.lora_b.dtype]).toEqual(["float32", "float32"]);
    });
  });

  test("it adds scale·x·A·B", () => {
    scope(() => {
      const base = linear(12, 20);
      const adapted = trained(base, { rank: 4, scale: 2.5, dropout: 0 });
      const merged = adapted.lora_a.matmul(adapted.lora_b).mul(2.5);
      const wanted = base.forward(someInput(12)).add(someInput(12).matmul(merged));
      // (x·A)·B against x·(A·B): sums of 12 and 4 products in another order.
      expect(relativeDifference(adapted.forward(someInput(12)), wanted)).toBeLessThanOrEqual(2e-6);
    });
  });

  test("over half precision its factors stay float32 and its output does not widen", () => {
    scope(() => {
      const base = linear(12, 20);
      base.weight = base.weight.astype("bfloat16");
      base.bias = base.bias?.astype("bfloat16") as Tensor;
      const adapted = trained(base, { rank: 4, scale: 2, dropout: 0 });
      expect(adapted.forward(someInput(12).astype("bfloat16")).dtype).toBe("bfloat16");
      expect(adapted.lora_a.dtype).toBe("float32");
    });
  });

  test("64×64 at rank 4: 87.5 % fewer parameters to train", () => {
    scope(() => {
      const adapted = new LoraLinear(
        linear(64, 64, false),
        { rank: 4, scale: 2, dropout: 0 },
        randomKey(3),
      );
      adapted.linear.freeze();
      const trainable = adapted.trainableSlots().reduce((sum, slot) => sum + slot.get().size, 0);
      expect(1 - trainable / (64 * 64)).toBe(0.875);
    });
  });
});

describe("dropout", () => {
  const shape = { rank: 4, scale: 2, dropout: 0.5 };

  test("without a key there is none: evaluation is deterministic", () => {
    scope(() => {
      const base = linear(12, 20);
      const [dropping, plain] = [trained(base, shape), trained(base, { ...shape, dropout: 0 })];
      expect(bitsOf(dropping.forward(someInput(12)))).toEqual(bitsOf(plain.forward(someInput(12))));
    });
  });

  test("the same key drops the same inputs, another key others, and the key is taken back", () => {
    scope(() => {
      const layer = trained(linear(12, 20), shape);
      const under = (seed: number): string[] =>
        bitsOf(
          withRandomKeys(stochasticLayers(layer), randomKey(seed), () =>
            layer.forward(someInput(12)),
          ),
        );
      expect(under(1)).toEqual(under(1));
      expect(under(1)).not.toEqual(under(2));
      expect(under(1)).not.toEqual(bitsOf(layer.forward(someInput(12))));
    });
  });

  test("its mean over many keys is the update without dropout", () => {
    scope(() => {
      const layer = trained(linear(12, 20), shape);
      const keys = Array.from({ length: 400 }, (_, seed) => seed);
      const outputs = keys.map((seed) =>
        withRandomKeys(stochasticLayers(layer), randomKey(seed), () =>
          layer.forward(someInput(12)),
        ),
      );
      const mean = outputs.reduce((sum, output) => sum.add(output)).div(keys.length);
      // The update's deviation is about its own size; over √400 = 20, and the largest of 200 values: 4 deviations.
      expect(relativeDifference(mean, layer.forward(someInput(12)))).toBeLessThanOrEqual(0.2);
    });
  });

  test("a layer that never drops takes no key", () => {
    scope(() => {
      expect(stochasticLayers(trained(linear(12, 20), { ...shape, dropout: 0 }))).toEqual([]);
      expect(stochasticLayers(trained(linear(12, 20), shape)).length).toBe(1);
    });
  });
});

describe("scale", () => {
  const scaleOf = (options: Record<string, unknown>): number =>
    loraScale(LoraOptions.parse(options));

  test("alpha over rank, or over its root with rank stabilization, or as given", () => {
    expect(scaleOf({ r: 16, alpha: 32 })).toBe(2);
    expect(scaleOf({ r: 16, alpha: 32, use_rslora: true })).toBe(8);
    expect(scaleOf({ r: 16, alpha: 32, scale: 20 })).toBe(20);
    expect(scaleOf({ r: 16, alpha: 32, scale: 20, use_rslora: true })).toBe(20);
  });
});

describe("attaching", () => {
  const shape = { rank: 2, scale: 2, dropout: 0 };

  async function attached(targets: string[], blockCount = -1): Promise<string[]> {
    const model = await tinyLlama();
    const { paths } = attachLora(model, { ...shape, targets, blockCount }, 1);
    dispose(model);
    return paths;
  }

  test("by the last name, in every block", async () => {
    expect(await attached(["q_proj", "v_proj"])).toEqual([
      "model.layers.0.self_attn.q_proj",
      "model.layers.0.self_attn.v_proj",
      "model.layers.1.self_attn.q_proj",
      "model.layers.1.self_attn.v_proj",
    ]);
  });

  test("by the full name in the block", async () => {
    expect(await attached(["mlp.up_proj"])).toEqual([
      "model.layers.0.mlp.up_proj",
      "model.layers.1.mlp.up_proj",
    ]);
  });

  test("a name is not matched by its end alone", () => {
    return expect(attached(["proj"])).rejects.toThrow("no linear layer named proj");
  });

  test("all linear layers, in the last block only", async () => {
    const paths = await attached(["all-linear"], 1);
    expect(paths.length).toBe(7);
    for (const path of paths) expect(path).toMatch(/^model\.layers\.1\./);
  });

  test("everything but the adapter is frozen, head and embeddings too", async () => {
    const model = await tinyLlama();
    const { paths } = attachLora(model, { ...shape, targets: ["q_proj"], blockCount: -1 }, 1);
    expect(model.trainableSlots().map((slot) => slot.name)).toEqual(
      paths.flatMap((path) => [`${path}.lora_a`, `${path}.lora_b`]),
    );
    dispose(model);
  });

  test("the model's logits stay the same bits, and no layer shares its first factor", async () => {
    const model = await tinyLlama();
    const before = scope(() => bitsOf(model.forward(someIds())));
    attachLora(model, { ...shape, targets: ["all-linear"], blockCount: -1 }, 1);
    expect(scope(() => bitsOf(model.forward(someIds())))).toEqual(before);
    const factors = model.trainableSlots().filter((slot) => slot.name.endsWith("lora_a"));
    expect(new Set(factors.map((slot) => bitsOf(slot.get())[0])).size).toBe(14);
    dispose(model);
  });

  test("the seed alone decides the first factors", async () => {
    const drawn = async (seed: number): Promise<string[]> => {
      const model = await tinyLlama();
      attachLora(model, { ...shape, targets: ["q_proj"], blockCount: -1 }, seed);
      const bits = bitsOf(model.trainableSlots().map((slot) => slot.get()));
      dispose(model);
      return bits;
    };
    expect(await drawn(1)).toEqual(await drawn(1));
    expect(await drawn(1)).not.toEqual(await drawn(2));
  });

  test("an unknown target names what there is and the nearest", async () => {
    const model = await tinyLlama();
    const placement = { ...shape, targets: ["q_proj", "v_porj"], blockCount: -1 };
    const error = refusal(() => attachLora(model, placement, 1), FtError);
    expect(error).toMatchObject({ code: "FT-ADAPTER-001", exitCode: 3 });
    expect(error.message).toContain("v_porj");
    expect(error.message).toContain(
      "q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj",
    );
    expect(error.hint).toContain("v_proj");
    expect(model.trainableSlots().length).toBe(model.parameters().size);
    dispose(model);
  });

  test("more layers than there are is an error that says how many there are", async () => {
    const model = await tinyLlama();
    const placement = { ...shape, targets: ["q_proj"], blockCount: 3 };
    const error = refusal(() => attachLora(model, placement, 1), FtError);
    expect(error).toMatchObject({ code: "FT-ADAPTER-002", exitCode: 3 });
    expect(error.message).toContain("3 layers asked for, the model has 2");
    dispose(model);
  });

  test("nothing is left behind", async () => {
    const before = liveTensors();
    const model = await tinyLlama();
    attachLora(model, { ...shape, targets: ["all-linear"], blockCount: -1 }, 1);
    expect(liveTensors()).toBe(before + [...model.tensors()].length);
    dispose(model);
    expect(liveTensors()).toBe(before);
  });
});

test("it asks what a module is, never what it is called", () => {
  class Odd extends Module {
    anything: Linear = new Linear(4, 4, { bias: false });
  }
  class Strange extends Module {
    readonly blockPath = "tower";
    tower: Odd[] = [new Odd()];
    get blocks(): readonly Module[] {
      return this.tower;
    }
  }
  scope(() => {
    const model = retain(new Strange());
    const placement = { rank: 1, scale: 1, dropout: 0, blockCount: -1, targets: ["all-linear"] };
    expect(attachLora(model, placement, 1).paths).toEqual(["tower.0.anything"]);
    expect(model.tower[0]?.anything).toBeInstanceOf(LoraLinear);
    dispose(model);
  });
});
