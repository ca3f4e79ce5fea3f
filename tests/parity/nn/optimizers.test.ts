// Optimizers move parameters as Python's mlx.optimizers do; gradients are clipped to a global norm.
// Expected values: tests/fixtures/nn/make.py. The learning rates themselves are schedules.test.ts's.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  clipNorm,
  evaluate,
  float32,
  normal,
  randomKey,
  retain,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import {
  groupedBy,
  type OptimizedSlot,
  type Optimizer,
  type OptimizerSettings,
  optimizers,
} from "../../../src/nn/index.ts";
import { bitsOf, relativeDifference } from "../models/fixtures.ts";

const regenerate = "(expected values are made by tests/fixtures/nn/make.py)";

type Arrays = Record<string, { shape: number[]; values: number[] }>;

interface Recorded {
  rates: number[];
  start: Arrays;
  gradients: Arrays[];
  /** Parameters after each step. */
  after: Record<string, Arrays[]>;
}

const recorded = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../fixtures/nn/optimizers.json"), "utf8"),
) as Recorded;

function tensorOf({ shape, values }: Arrays[string]): Tensor {
  return float32(values, shape);
}

/** Slots over tensors of their own, named as in the fixture. */
function slotsOf(names: readonly string[], isHidden = true): OptimizedSlot[] {
  return names.map((name) => {
    let value = tensorOf(recorded.start[name] as Arrays[string]);
    return {
      name,
      trainable: true,
      isHidden,
      get: () => value,
      set: (next) => {
        value = next;
      },
    };
  });
}

function gradientsOf(step: number, slots: readonly OptimizedSlot[]): Tensor[] {
  return slots.map((slot) => tensorOf(recorded.gradients[step]?.[slot.name] as Arrays[string]));
}

const settings: OptimizerSettings = {
  beta1: 0.8,
  beta2: 0.95,
  eps: 1e-6,
  weightDecay: 0.1,
  biasCorrection: true,
  momentum: 0.9,
  adamwShare: 1,
};

/** Takes the recorded steps and compares after each. */
function follow(
  optimizer: Optimizer,
  slots: readonly OptimizedSlot[],
  after: Arrays[],
  tolerance: number,
): void {
  for (const [step, wanted] of after.entries()) {
    optimizer.update(gradientsOf(step, slots), recorded.rates[step] ?? Number.NaN);
    for (const slot of slots) {
      const difference = relativeDifference(
        slot.get(),
        tensorOf(wanted[slot.name] as Arrays[string]),
      );
      const where = `${slot.name} after step ${step + 1} ${regenerate}`;
      expect(difference, where).toBeLessThanOrEqual(tolerance);
    }
  }
}

function recordedAfter(name: string): Arrays[] {
  const after = recorded.after[name];
  if (after?.length !== recorded.rates.length) throw new Error(`no ${name} ${regenerate}`);
  return after;
}

describe("like mlx.optimizers, over five steps with a changing rate", () => {
  // The same operations in the same order on the same library: a few roundings of float32 at most.
  const sameOperations = 5e-7;

  test.each([
    ["adamw", true],
    ["adamw, no bias correction", false],
  ])("%s", (name, biasCorrection) => {
    scope(() => {
      const slots = slotsOf(["tall", "wide", "square", "vector"]);
      const optimizer = optimizers.get("adamw").make(slots, { ...settings, biasCorrection });
      follow(optimizer, slots, recordedAfter(name), sameOperations);
    });
  });

  // Lion's decay is decoupled there too; sgd's and adafactor's are not, and adam has none.
  test.each([
    ["adam", 0.1],
    ["sgd", 0],
    ["lion", 0.1],
    ["adafactor", 0],
  ])("%s", (name, weightDecay) => {
    scope(() => {
      const slots = slotsOf(["tall", "wide", "square", "vector"]);
      const optimizer = optimizers.get(name).make(slots, { ...settings, weightDecay });
      // The scale of a factored second moment is made of two roots, here multiplied before the gradient.
      follow(optimizer, slots, recordedAfter(name), name === "adafactor" ? 2e-6 : sameOperations);
    });
  });

  test.each([
    ["muon alone", { isMuonAlone: true, coupledDecay: true }],
    ["sgd, decay in the gradient", { coupledDecay: true }],
    ["adafactor, sized", { scaleParameter: true }],
    ["adafactor, its own rate", { relativeStep: true }],
  ])("%s, with weight decay as it is there", (name, its) => {
    scope(() => {
      const slots = slotsOf(["tall", "wide", "square", "vector"], false);
      const kind = name.split(/\W/)[0] ?? "";
      const optimizer = optimizers.get(kind).make(slots, { ...settings, ...its });
      // Muon's iteration multiplies rounding by up to 3.4 in each of its five rounds.
      follow(optimizer, slots, recordedAfter(name), kind === "muon" ? 2e-5 : 2e-6);
    });
  });

  test("muon, without weight decay, which here is decoupled and there is not", () => {
    scope(() => {
      const slots = slotsOf(["tall", "wide", "square"]);
      const optimizer = optimizers.get("muon").make(slots, { ...settings, weightDecay: 0 });
      // The quintic iteration multiplies rounding by up to 3.4 in each of its five rounds.
      follow(optimizer, slots, recordedAfter("muon"), 2e-5);
    });
  });
});

test("muon takes AdamW for vectors and for what is outside the blocks, at its share of the rate", () => {
  scope(() => {
    const shared = { ...settings, adamwShare: 0.5 };
    const outside = slotsOf(["tall", "vector"], false);
    const muon = optimizers.get("muon").make(outside, shared);
    const reference = slotsOf(["tall", "vector"], false);
    const adamw = optimizers.get("adamw").make(reference, settings);
    for (const step of [0, 1, 2]) {
      muon.update(gradientsOf(step, outside), 0.02);
      adamw.update(gradientsOf(step, reference), 0.01);
    }
    expect(bitsOf(outside.map((slot) => slot.get()))).toEqual(
      bitsOf(reference.map((slot) => slot.get())),
    );
  });
});

test("muon's weight decay shrinks a matrix by rate·decay, whatever the gradient", () => {
  scope(() => {
    const rate = 0.02;
    const [decayed, plain] = [slotsOf(["square"]), slotsOf(["square"])];
    for (const [slots, weightDecay] of [
      [decayed, 0.1],
      [plain, 0],
    ] as const)
      optimizers
        .get("muon")
        .make(slots, { ...settings, weightDecay })
        .update(gradientsOf(0, slots), rate);
    const start = tensorOf(recorded.start["square"] as Arrays[string]);
    const apart = (plain[0] as OptimizedSlot).get().sub((decayed[0] as OptimizedSlot).get());
    // A difference of nearly equal numbers: float32 leaves four digits of it.
    expect(relativeDifference(apart, start.mul(rate * 0.1))).toBeLessThanOrEqual(1e-3);
  });
});

test.each(optimizers.names())("%s goes on from saved state as if it had never stopped", (name) => {
  scope(() => {
    const names = ["tall", "wide", "vector"];
    const run = (optimizer: Optimizer, slots: readonly OptimizedSlot[], steps: number[]): void => {
      for (const step of steps) optimizer.update(gradientsOf(step, slots), 0.01);
    };
    const whole = slotsOf(names);
    run(optimizers.get(name).make(whole, settings), whole, [0, 1, 2, 3, 4]);
    const parts = slotsOf(names);
    const before = optimizers.get(name).make(parts, settings);
    run(before, parts, [0, 1]);
    evaluate([...before.tensors()]);
    const after = optimizers.get(name).make(parts, settings);
    after.restore(before.state());
    run(after, parts, [2, 3, 4]);
    expect(bitsOf(parts.map((slot) => slot.get()))).toEqual(
      bitsOf(whole.map((slot) => slot.get())),
    );
  });
});

test.each(optimizers.names())("%s leaves bfloat16 parameters in bfloat16", (name) => {
  scope(() => {
    const slots = slotsOf(["tall", "vector"]);
    for (const slot of slots) slot.set(slot.get().astype("bfloat16"));
    const before = bitsOf(slots.map((slot) => slot.get()));
    const optimizer = optimizers.get(name).make(slots, settings);
    const gradients = gradientsOf(0, slots).map((gradient) => gradient.astype("bfloat16"));
    optimizer.update(gradients, 0.1);
    expect(slots.map((slot) => slot.get().dtype)).toEqual(["bfloat16", "bfloat16"]);
    expect(bitsOf(slots.map((slot) => slot.get()))).not.toEqual(before);
    const moments = [...optimizer.state().tensors.values()];
    expect(moments.every((moment) => moment.dtype !== "bfloat16")).toBe(true);
  });
});

test.each(optimizers.names())(
  "%s refuses state of other parameters, naming what is missing",
  (name) => {
    scope(() => {
      const state = optimizers
        .get(name)
        .make(slotsOf(["tall"]), settings)
        .state();
      const other = optimizers.get(name).make(slotsOf(["tall", "wide"]), settings);
      expect(() => other.restore(state)).toThrow(/wide\.\w+' is missing/);
    });
  },
);

test.each(optimizers.names())("%s decays by rate·decay, where it does at all", (name) => {
  scope(() => {
    const [decayed, plain] = [slotsOf(["wide"]), slotsOf(["wide"])];
    for (const [slots, weightDecay] of [
      [decayed, 0.1],
      [plain, 0],
    ] as const)
      optimizers
        .get(name)
        .make(slots, { ...settings, weightDecay })
        .update(gradientsOf(0, slots), 0.02);
    const start = tensorOf(recorded.start["wide"] as Arrays[string]);
    const apart = (plain[0] as OptimizedSlot).get().sub((decayed[0] as OptimizedSlot).get());
    const wanted = start.mul(name === "adam" ? 0 : 0.02 * 0.1);
    // A difference of nearly equal numbers: float32 leaves three digits of it.
    expect(apart.sub(wanted).abs().max().item()).toBeLessThanOrEqual(1e-6);
  });
});

test.each(optimizers.names())("%s says how many bytes of state it keeps", (name) => {
  scope(() => {
    for (const shape of [[96, 64], [64, 70], [7], [3, 4, 5]]) {
      let value = float32(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
      const slot: OptimizedSlot = {
        ...{ name: "w", trainable: true, isHidden: true, get: () => value },
        set: (next) => {
          value = next;
        },
      };
      const { make, stateBytes } = optimizers.get(name);
      const bytes = [...make([slot], settings).tensors()].map((tensor) => tensor.size * 4);
      expect(
        bytes.reduce((sum, one) => sum + one, 0),
        shape.join("×"),
      ).toBe(stateBytes(shape));
    }
  });
});

describe("adamw_8bit", () => {
  /** Sizes and inputs for which half the numbers differ a thousandfold from the others. */
  const shape = [64, 96];
  const slotOf = (value: Tensor): OptimizedSlot => {
    let held = value;
    const set = (next: Tensor): void => void (held = next);
    return { name: "w", trainable: true, isHidden: true, get: () => held, set };
  };

  test("finds the minimum that adamw finds, with a quarter of the state", () => {
    scope(() => {
      const target = normalOf(shape, 1);
      const scales = normalOf(shape, 2).mul(2).exp();
      const distance = (name: string): { distance: number; bytes: number } => {
        const slot = slotOf(normalOf(shape, 3));
        const optimizer = optimizers.get(name).make([slot], { ...settings, weightDecay: 0 });
        for (let step = 0; step < 200; step++) {
          const gradient = slot.get().sub(target).mul(scales);
          optimizer.update([gradient], 0.05 * (1 - step / 200));
          evaluate([slot.get(), ...optimizer.tensors()]);
        }
        const apart = slot.get().sub(target);
        return {
          distance: apart.square().mean(null, false).sqrt().item(),
          bytes: optimizers.get(name).stateBytes(shape),
        };
      };
      const [whole, packed] = [distance("adamw"), distance("adamw_8bit")];
      // From a distance of 1.4; gradients of neighbours differ a million times, which one scale of 8 bits must bear.
      expect(whole.distance).toBeLessThan(0.05);
      expect(packed.distance).toBeLessThan(1.5 * whole.distance);
      expect(packed.bytes).toBeLessThan(0.3 * whole.bytes);
    });
  });
});

describe("groups", () => {
  test("vectors keep their size where only matrices decay; the others move as ever", () => {
    scope(() => {
      const names = ["tall", "vector"];
      const [grouped, apart] = [slotsOf(names), slotsOf(names)];
      const { make } = optimizers.get("adamw");
      const still = { make, settings: { ...settings, weightDecay: 0 }, rateScale: 1 };
      const fast = { make, settings: { ...settings, weightDecay: 0.1 }, rateScale: 4 };
      const one = groupedBy(grouped, (slot) => (slot.name === "tall" ? fast : still));
      const [tall, vector] = apart as [OptimizedSlot, OptimizedSlot];
      const matrix = make([tall], { ...settings, weightDecay: 0.1 });
      const rest = make([vector], { ...settings, weightDecay: 0 });
      for (const step of [0, 1, 2]) {
        one.update(gradientsOf(step, grouped), 0.01);
        matrix.update(gradientsOf(step, [tall]), 0.04);
        rest.update(gradientsOf(step, [vector]), 0.01);
      }
      expect(bitsOf(grouped.map((slot) => slot.get()))).toEqual(
        bitsOf(apart.map((slot) => slot.get())),
      );
      const again = groupedBy(grouped, (slot) => (slot.name === "tall" ? fast : still));
      again.restore(one.state());
      expect(again.state().steps).toBe(3);
      expect([...again.state().tensors.keys()].sort()).toEqual(
        [...one.state().tensors.keys()].sort(),
      );
    });
  });
});

test("an unknown optimizer lists those there are", () => {
  expect(() => optimizers.get("adamx")).toThrow(
    "Unknown optimizer 'adamx'. Valid options: [adamw, muon,",
  );
});

function normalOf(shape: readonly number[], seed: number): Tensor {
  return normal(0, 1, [...shape], randomKey(seed));
}

describe("clipping", () => {
  const gradients = (): Tensor[] => retain([float32([3, 0]), float32([0, 4])]);

  test("a norm above the maximum is scaled down to it", () => {
    scope(() => {
      const { norm, gradients: clipped } = clipNorm(gradients(), 1);
      expect(norm.item()).toBe(5);
      const total = Math.hypot(...clipped.flatMap((tensor) => [...tensor.toFloat32()]));
      // PyTorch and MLX both divide by norm + 1e-6.
      expect(total).toBeCloseTo(1, 5);
      expect(clipped[0]?.toFloat32()[0]).toBeCloseTo(0.6, 5);
    });
  });

  test("a norm below it leaves the gradients as they are, bit for bit", () => {
    scope(() => {
      const before = gradients();
      const { norm, gradients: clipped } = clipNorm(before, 5.5);
      expect(norm.item()).toBe(5);
      expect(bitsOf(clipped)).toEqual(bitsOf(before));
    });
  });
});
