// What carries an adapter: any layer that says it is linear, stacked by expert or an embedding, packed or not, known
// to us or not. And kinds of adapter: a second one is one entry of the registry.
import { describe, expect, test } from "vitest";
import {
  type AdaptedLayer,
  adapterKinds,
  attachAdapter,
  attachLora,
  type BlockModel,
  fuseAdapters,
  placeAdapter,
} from "../../../src/adapters/index.ts";
import {
  dequantize,
  dispose,
  evaluate,
  int32,
  liveTensors,
  normal,
  ones,
  quantize,
  randomKey,
  retain,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import {
  Embedding,
  Linear,
  type LinearLike,
  lossAndGradients,
  Module,
  PackedEmbedding,
  PackedLinear,
  StackedLinear,
  stochasticLayers,
  withRandomKeys,
} from "../../../src/nn/index.ts";
import { bitsOf, relativeDifference } from "../../parity/models/fixtures.ts";

const [width, wide, experts] = [64, 96, 3];
const packing = { groupSize: 32, bits: 4 };

const drawn = (shape: number[], seed: number): Tensor => normal(0, 0.2, shape, randomKey(seed));

function dense(inputSize: number, outputSize: number, seed: number): Linear {
  const layer = new Linear(inputSize, outputSize, { bias: true });
  layer.weight = drawn([outputSize, inputSize], seed);
  layer.bias = drawn([outputSize], seed + 1);
  return layer;
}

/** Packs in a way of its own, and is no class that adapters could know. */
class ToyPacked extends Module implements LinearLike {
  numbers: Tensor;
  scales: Tensor;
  shifts: Tensor;

  constructor(weight: Tensor) {
    super();
    [this.numbers, this.scales, this.shifts] = quantize(weight, 32, 8);
  }

  get inputSize(): number {
    return this.numbers.dim(1) * 4;
  }

  get outputSize(): number {
    return this.numbers.dim(0);
  }

  #weight(): Tensor {
    return dequantize(this.numbers, this.scales, this.shifts, { groupSize: 32, bits: 8 });
  }

  forward(x: Tensor): Tensor {
    return x.matmul(this.#weight().transpose());
  }

  toDense(): Linear {
    const layer = new Linear(this.inputSize, this.outputSize, { bias: false });
    layer.weight = this.#weight();
    return layer;
  }
}

class Layers extends Module {
  dense: Linear = dense(width, wide, 1);
  packed: PackedLinear = PackedLinear.of(dense(wide, width, 3), packing);
  toy: ToyPacked = new ToyPacked(drawn([width, width], 5));
  stacked: StackedLinear = new StackedLinear(experts, width, width, { bias: true });
  table: Embedding = new Embedding(10, width);
  packedTable: PackedEmbedding;

  constructor() {
    super();
    this.stacked.weight = drawn([experts, width, width], 6);
    this.stacked.bias = drawn([experts, width], 7);
    this.table.weight = drawn([10, width], 8);
    const other = new Embedding(12, width);
    other.weight = drawn([12, width], 9);
    this.packedTable = PackedEmbedding.of(other, packing);
  }

  /** ids (batch) */
  forward(ids: Tensor, chosen: Tensor): Tensor {
    const x = this.table.forward(ids).add(this.packedTable.forward(ids));
    const h = this.packed.forward(this.dense.forward(x).tanh()).add(this.toy.forward(x));
    const mixed = this.stacked.forward(h, chosen).sum(-2);
    return this.packedTable.asLinear(mixed).add(this.table.asLinear(mixed).sum(-1, true));
  }
}

class Model extends Module implements BlockModel {
  readonly blockPath = "blocks";
  blocks: Layers[] = [new Layers()];

  forward(): Tensor {
    const [ids, chosen] = [int32([1, 4, 7, 1]), int32([0, 2, 1, 1, 2, 0, 0, 1], [4, 2])];
    return (this.blocks[0] as Layers).forward(ids, chosen);
  }
}

const names = ["dense", "packed", "toy", "stacked", "table", "packedTable"];
const placement = { rank: 4, scale: 2, dropout: 0, blockCount: -1, targets: names };

/** A model whose adapters have been moved away from zero, as after training. */
function trained(): Model {
  return scope(() => {
    const model = retain(new Model());
    attachLora(model, placement, 1);
    for (const [index, slot] of model.trainableSlots().entries()) {
      const first = slot.get();
      slot.set(retain(drawn([...first.shape], 20 + index)));
      first.dispose();
    }
    return model;
  });
}

describe("layers of every kind", () => {
  test("carry an adapter that changes nothing at first, and get gradients", () => {
    scope(() => {
      const model = retain(new Model());
      const before = bitsOf(model.forward());
      const { shapes } = placeAdapter(model, "lora", placement);
      const { paths } = attachLora(model, placement, 1);
      expect(paths).toEqual(names.map((name) => `blocks.0.${name}`));
      expect(bitsOf(model.forward())).toEqual(before);
      const slots = model.trainableSlots();
      expect(new Map(slots.map((slot) => [slot.name, slot.get().shape]))).toEqual(shapes);
      expect(slots.map(({ name }) => name)).toEqual(
        paths.flatMap((path) => [`${path}.lora_a`, `${path}.lora_b`]),
      );
      const { gradients } = lossAndGradients(slots, () => [model.forward().square().sum()]);
      evaluate(gradients);
      for (const [index, { name }] of slots.entries()) {
        const size = gradients[index]?.square().sum().item() ?? Number.NaN;
        // while B is zero nothing reaches A
        if (name.endsWith("lora_a")) expect(size, name).toBe(0);
        else expect(size > 0 && Number.isFinite(size), name).toBe(true);
      }
      dispose(model);
    });
  });

  test("steps along the gradient lower the loss, and only adapters move", () => {
    scope(() => {
      const model = trained();
      const frozen = bitsOf([...model.slots()].filter((s) => !s.trainable).map((s) => s.get()));
      const slots = model.trainableSlots();
      const losses = Array.from({ length: 8 }, () => {
        const { values, gradients } = lossAndGradients(slots, () => [
          model.forward().sub(1).square().mean(),
        ]);
        const loss = values[0]?.item() ?? Number.NaN;
        const steepness = gradients.reduce((sum, g) => sum + g.square().sum().item(), 0);
        // a tenth of the way to where a straight line would reach zero
        const rate = (0.1 * loss) / steepness;
        slots.forEach((slot, at) => slot.set(slot.get().sub((gradients[at] as Tensor).mul(rate))));
        return loss;
      });
      for (const [at, loss] of losses.slice(1).entries())
        expect(loss).toBeLessThan(losses[at] ?? 0);
      const after = bitsOf([...model.slots()].filter((s) => !s.trainable).map((s) => s.get()));
      expect(after).toEqual(frozen);
    });
  });

  test("added to the weights, adapters are gone and the model computes the same", () => {
    const before = liveTensors();
    const model = trained();
    scope(() => {
      const wanted = model.forward();
      fuseAdapters(model);
      const plain = [...model.modules()].map(([path]) => path);
      expect(plain.filter((path) => path.includes("linear"))).toEqual([]);
      expect((model.blocks[0] as Layers).packed).toBeInstanceOf(Linear);
      // x·W + (x·A)·B against x·(W + A·B): sums in another order
      expect(relativeDifference(model.forward(), wanted)).toBeLessThanOrEqual(2e-5);
    });
    expect(liveTensors()).toBe(before + [...model.tensors()].length);
    dispose(model);
  });

  test("dropout drops inputs of the update, by the key alone", () => {
    scope(() => {
      const model = retain(new Model());
      attachLora(model, { ...placement, dropout: 0.5 }, 1);
      for (const [index, slot] of model.trainableSlots().entries())
        slot.set(drawn([...slot.get().shape], 20 + index));
      const layers = stochasticLayers(model);
      expect(layers.length).toBe(names.length);
      const under = (seed: number): string[] =>
        withRandomKeys(layers, randomKey(seed), () => bitsOf(model.forward()));
      expect(under(1)).toEqual(under(1));
      expect(under(1)).not.toEqual(under(2));
      expect(under(1)).not.toEqual(bitsOf(model.forward()));
    });
  });

  test("embeddings are adapted only where they are named", () => {
    scope(() => {
      const model = retain(new Model());
      const { keys } = attachLora(model, { ...placement, targets: ["all-linear"] }, 1);
      expect(keys).toEqual(["dense", "packed", "toy", "stacked"]);
      dispose(model);
    });
  });
});

describe("one layer", () => {
  test("of stacked experts gives each choice what that expert alone gives", () => {
    scope(() => {
      const { stacked } = new Layers();
      const x = drawn([5, width], 30);
      const chosen = [
        [0, 2],
        [1, 1],
        [2, 0],
        [0, 1],
        [2, 2],
      ];
      const together = stacked.forward(x, int32(chosen.flat(), [5, 2]));
      for (const [row, choices] of chosen.entries()) {
        for (const [place, expert] of choices.entries()) {
          const alone = new Linear(width, width, { bias: true });
          alone.weight = stacked.weight.narrow(0, expert, expert + 1).squeeze(0);
          alone.bias = stacked.bias?.narrow(0, expert, expert + 1).squeeze(0) as Tensor;
          const own = together
            .narrow(0, row, row + 1)
            .narrow(1, place, place + 1)
            .reshape(1, -1);
          const difference = relativeDifference(own, alone.forward(x.narrow(0, row, row + 1)));
          expect(difference, `row ${row}, expert ${expert}`).toBeLessThanOrEqual(5e-6);
        }
      }
    });
  });

  test("of packed weights computes what its unpacked weights compute", () => {
    scope(() => {
      const { packed, packedTable } = new Layers();
      const x = drawn([5, wide], 31);
      const plain = packed.toDense();
      expect(relativeDifference(packed.forward(x), plain.forward(x))).toBeLessThanOrEqual(5e-6);
      expect(packed.weight.dtype).toBe("uint32");
      const [ids, h] = [int32([3, 0, 11]), drawn([2, width], 32)];
      const table = packedTable.toDense();
      expect(bitsOf(packedTable.forward(ids))).toEqual(bitsOf(table.forward(ids)));
      expect(relativeDifference(packedTable.asLinear(h), table.asLinear(h))).toBeLessThanOrEqual(
        5e-6,
      );
    });
  });
});

/** Multiplies what a linear layer gives by a learned vector. */
class Gained extends Module implements AdaptedLayer {
  base: Module & LinearLike;
  gain: Tensor;

  constructor(base: Module & LinearLike) {
    super();
    this.base = base;
    this.gain = ones([base.outputSize]);
  }

  drawn(): Tensor[] {
    return [this.gain];
  }

  forward(x: Tensor): Tensor {
    return this.base.forward(x).mul(this.gain);
  }

  toDense(): Linear {
    const { weight } = this.base.toDense();
    const layer = new Linear(this.base.inputSize, this.base.outputSize, { bias: false });
    layer.weight = weight.mul(this.gain.expandDims(1));
    return layer;
  }
}

test("a kind of adapter of an extension is attached and fused like ours", () => {
  adapterKinds.register("toy_gain", {
    fits: (layer) => layer instanceof ToyPacked,
    wrap: (layer) => (layer instanceof ToyPacked ? new Gained(layer) : undefined),
    shapes: () => ({ gain: [width] }),
    fuse: (layer) => (layer instanceof Gained ? layer.toDense() : undefined),
  });
  const model = retain(new Model());
  scope(() => {
    const attached = attachAdapter(model, "toy_gain", { ...placement, targets: ["toy"] }, 1);
    expect(attached).toMatchObject({ kind: "toy_gain", keys: ["toy"], paths: ["blocks.0.toy"] });
    const [slot] = model.trainableSlots();
    slot?.set(retain(drawn([width], 40)));
    const wanted = model.forward();
    fuseAdapters(model);
    expect(relativeDifference(model.forward(), wanted)).toBeLessThanOrEqual(2e-5);
  });
  dispose(model);
});

test("an unknown kind is refused with the known ones", () => {
  scope(() => {
    const model = new Model();
    expect(() => attachAdapter(model, "lokr", placement, 1)).toThrow(
      expect.objectContaining({ code: "FT-ADAPTER-005", message: expect.stringContaining("lora") }),
    );
  });
});
