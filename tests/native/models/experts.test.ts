// Experts by themselves: which are chosen and what they count, that rows sorted by expert give the same, packed stacks,
// what carries an adapter, and how evenly tokens are spread. Architectures with experts are tests/contract's and parity's.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { placeAdapter } from "../../../src/adapters/index.ts";
import { RunConfigSchema } from "../../../src/app/config/schema.ts";
import { balanceIn, balanceNotices } from "../../../src/app/train/make-learner.ts";
import { collate } from "../../../src/data/index.ts";
import {
  architectureOf,
  BalanceSums,
  initialize,
  type LanguageModel,
  leftDense,
  loadStoredModel,
  packWhole,
} from "../../../src/models/index.ts";
import {
  GatedExperts,
  PlainExperts,
  type Choice,
  routed,
  type Routing,
} from "../../../src/models/kit/index.ts";
import {
  dispose,
  evaluate,
  float32,
  int32,
  normal,
  randomKey,
  retain,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import {
  lossAndGradients,
  PackedStackedLinear,
  routersIn,
  silu,
  StackedLinear,
} from "../../../src/nn/index.ts";
import { supervised } from "../../../src/train/objectives/supervised.ts";
import { loadTensorFile, openModelFolder } from "../../../src/weights/index.ts";
import { loadFixture, relativeDifference } from "../../parity/models/fixtures.ts";

/** Numbers of one row, by expert; 0 for those that are not chosen. */
function sharesOf(logits: number[], routing: Routing, bias?: number[]): number[] {
  return scope(() => {
    const told = bias === undefined ? undefined : float32(bias);
    const { experts, shares } = routed(float32(logits, [1, logits.length]), routing, told);
    const [chosen, numbers] = [experts.astype("int32").toMemory(), shares.toFloat32()];
    const all = logits.map(() => 0);
    for (const [at, expert] of (chosen as Int32Array).entries()) all[expert] = numbers[at] ?? 0;
    return all;
  });
}

const logits = [1, 3, 2, 0, -1, 2.5];
const powers = logits.map(Math.exp);
const whole = powers.reduce((sum, power) => sum + power, 0);
const [first = 0, , , , , last = 0] = [powers[1], 0, 0, 0, 0, powers[5]];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe("which experts, and their shares", () => {
  test.each<[string, Routing, number[]]>([
    ["of all", { chosen: 2, scores: "softmax" }, [0, first / whole, 0, 0, 0, last / whole]],
    [
      "that add up to one",
      { chosen: 2, scores: "softmax", normalized: {} },
      [0, first / (first + last), 0, 0, 0, last / (first + last)],
    ],
    [
      "among the chosen ones",
      { chosen: 2, scores: "softmax of chosen" },
      [0, first / (first + last), 0, 0, 0, last / (first + last)],
    ],
    [
      "over a least sum, and scaled",
      { chosen: 2, scores: "softmax", normalized: { atLeast: 2 }, scale: 3 },
      [0, (3 * first) / whole / 2, 0, 0, 0, (3 * last) / whole / 2],
    ],
    ["each for itself", { chosen: 2, scores: "sigmoid" }, [0, sigmoid(3), 0, 0, 0, sigmoid(2.5)]],
    [
      "of the best group by its two best",
      { chosen: 2, scores: "sigmoid", groups: { count: 2, kept: 1, best: 2 } },
      [0, sigmoid(3), sigmoid(2), 0, 0, 0],
    ],
    [
      "of the best group by its worst but one, of three groups",
      { chosen: 1, scores: "sigmoid", groups: { count: 3, kept: 1, best: 2 } },
      [0, sigmoid(3), 0, 0, 0, 0],
    ],
  ])("%s", (_, routing, wanted) => {
    for (const [at, share] of sharesOf(logits, routing).entries())
      expect(share).toBeCloseTo(wanted[at] ?? 0, 6);
  });

  test("a bias moves who is chosen, and not the shares", () => {
    const routing: Routing = { chosen: 2, scores: "sigmoid" };
    const found = sharesOf(logits, routing, [0, 0, 0, 5, 0, 0]);
    expect(found[3]).toBeCloseTo(sigmoid(0), 6);
    expect(found[1]).toBeCloseTo(sigmoid(3), 6);
    expect(found[5]).toBe(0);
  });

  test("an expert of a group that is left goes before all others, however low a bias puts it", () => {
    const groups = { count: 2, kept: 1, best: 1 };
    const low = [-5, -1, -5, -1.5, -1.5, -1.5];
    const found = sharesOf(logits, { chosen: 2, scores: "sigmoid", groups }, low);
    expect(found.map((share) => share > 0)).toEqual([false, true, true, false, false, false]);
  });

  test("SparseMixer's shares are among logits that are near", () => {
    const mixer = (jitter: number): Routing => ({ chosen: 2, scores: { mixer: { jitter } } });
    // (3 - 2.5) / 3 is within 2·0.1, and (3 - 2) / 3 is not; of those left, (2.5 - 2) / 2.5 is
    const wide = sharesOf(logits, mixer(0.1));
    expect(wide[1]).toBeCloseTo(first / (first + last), 6);
    expect(wide[5]).toBeCloseTo(last / (last + Math.exp(2)), 6);
    // nothing is near: each counts whole
    expect(sharesOf(logits, mixer(0.01))).toEqual([0, 1, 0, 0, 0, 1]);
  });
});

const [count, hiddenSize, innerSize] = [5, 64, 32];

function gated(weighsInputs = false): GatedExperts {
  const experts = new GatedExperts({ count, hiddenSize, innerSize, bias: true, weighsInputs });
  for (const [at, slot] of [...experts.slots()].entries())
    slot.set(normal(0, 0.3, slot.get().shape, randomKey(at)));
  return experts;
}

/** So few tokens at a time that rows are not sorted. */
const few = 8;

function choiceOf(tokens: number): Choice {
  const shares = normal(0, 1, [tokens, 2], randomKey(8));
  const experts = Array.from({ length: tokens }, (_, at) => [at % count, (at * 3 + 1) % count]);
  return { experts: int32(experts.flat(), [tokens, 2]), shares };
}

describe.each([
  ["gated", () => gated()],
  ["gated, with weighed inputs", () => gated(true)],
  [
    "plain",
    () => {
      const plain = new PlainExperts({ count, hiddenSize, innerSize, activation: silu });
      for (const [at, slot] of [...plain.slots()].entries())
        slot.set(normal(0, 0.3, slot.get().shape, randomKey(at)));
      return plain;
    },
  ],
])("%s experts", (_, make) => {
  test("give for rows sorted by expert what they give for a few at a time, and its gradients", () => {
    scope(() => {
      const experts = make();
      const tokens = 48;
      const x = normal(0, 1, [tokens, hiddenSize], randomKey(9));
      const choice = choiceOf(tokens);
      const part = (all: Tensor, at: number): Tensor => all.narrow(0, at, at + few);
      const pieces = (): Tensor[] =>
        Array.from({ length: tokens / few }, (__, at) =>
          experts.forward(part(x, at * few), {
            experts: part(choice.experts, at * few),
            shares: part(choice.shares, at * few),
          }),
        );
      const slots = experts.trainableSlots();
      const sorted = lossAndGradients(slots, () => [experts.forward(x, choice).square().sum()]);
      const apart = lossAndGradients(slots, () => [
        pieces()
          .map((piece) => piece.square().sum())
          .reduce((sum, piece) => sum.add(piece)),
      ]);
      const whole = experts.forward(x, choice);
      for (const [at, piece] of pieces().entries())
        expect(relativeDifference(piece, part(whole, at * few))).toBeLessThanOrEqual(1e-6);
      for (const [at, gradient] of sorted.gradients.entries())
        expect(relativeDifference(gradient, apart.gradients[at] as Tensor)).toBeLessThanOrEqual(
          2e-6,
        );
    });
  });
});

describe("packed stacks", () => {
  test.each([{ mode: "affine" }, { mode: "mxfp4" }] as const)("$mode", (mode) => {
    scope(() => {
      const dense = new StackedLinear(count, hiddenSize, innerSize, { bias: true });
      dense.weight = normal(0, 0.3, dense.weight.shape, randomKey(1));
      dense.bias = normal(0, 0.3, [count, innerSize], randomKey(2));
      const packed = PackedStackedLinear.of(dense, { groupSize: 32, bits: 4, ...mode });
      const same = packed.toDense();
      expect(relativeDifference(same.weight, dense.weight)).toBeLessThanOrEqual(0.2);
      const x = normal(0, 1, [40, hiddenSize], randomKey(3));
      const { experts } = choiceOf(40);
      const wanted = same.forward(x, experts);
      expect(relativeDifference(packed.forward(x, experts), wanted)).toBeLessThanOrEqual(1e-6);
    });
  });
});

const config = {
  ...{ model_type: "qwen3_moe", vocab_size: 40, hidden_size: 32, intermediate_size: 64 },
  ...{ num_hidden_layers: 3, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 8 },
  ...{ num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 32, mlp_only_layers: [0] },
};

async function model(more: object = {}): Promise<LanguageModel> {
  const architecture = await architectureOf({ ...config, ...more });
  const built = retain(architecture.build({ ...config, ...more }));
  initialize(built, 4);
  return built;
}

describe("adapters", () => {
  const placement = { rank: 2, scale: 2, dropout: 0, blockCount: -1 };

  test("sit on every expert and not on what chooses among them, unless that is asked for", async () => {
    const built = await model();
    const on = (targets: string[], adaptsRouters = false): string[] =>
      placeAdapter(built, "lora", { ...placement, targets, adaptsRouters }).layers.map(
        ({ path: at }) => at,
      );
    expect(on(["all-linear"])).not.toContain("model.layers.1.mlp.gate");
    expect(on(["all-linear"])).toContain("model.layers.1.mlp.switch_mlp.gate_proj");
    expect(on(["all-linear"], true)).toContain("model.layers.1.mlp.gate");
    expect(on(["gate"])).toEqual(["model.layers.1.mlp.gate", "model.layers.2.mlp.gate"]);
    expect([...routersIn(built)]).toEqual(on(["gate"]));
    const { shapes } = placeAdapter(built, "lora", { ...placement, targets: ["up_proj"] });
    expect(shapes.get("model.layers.1.mlp.switch_mlp.up_proj.lora_b")).toEqual([4, 32, 2]);
    dispose(built);
  });

  test("load_in_4bit packs experts and leaves routers as they are", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ft-experts-"));
    const built = await model();
    const { saveModel } = await import("../../../src/export/model-folder.ts");
    const { entriesFor } = await import("../../../src/models/index.ts");
    const recipe = (await architectureOf(config)).recipe(config);
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
    const to = path.join(folder, "model");
    await saveModel(to, { model: built, entries: entriesFor(recipe, built) }, folder);
    const replaceLayers = packWhole({ groupSize: 32, bits: 4 });
    const { model: packed } = await loadStoredModel(await openModelFolder(to), { replaceLayers });
    const kinds = new Map([...packed.modules()]);
    expect(kinds.get("model.layers.1.mlp.switch_mlp.down_proj")).toBeInstanceOf(
      PackedStackedLinear,
    );
    expect(kinds.get("model.layers.1.mlp.gate")).not.toBeInstanceOf(PackedStackedLinear);
    expect(leftDense(packed)).toEqual([]);
    scope(() => {
      const ids = int32([1, 2, 3, 4], [1, 4]);
      // four bits of a random model
      expect(relativeDifference(packed.forward(ids), built.forward(ids))).toBeLessThanOrEqual(0.5);
    });
    dispose([packed, built]);
    rmSync(folder, { recursive: true });
  });
});

describe("balance", () => {
  const fixture = path.join(import.meta.dirname, "../../fixtures/experts/balance.safetensors");

  test.each([0, 1])(
    "is transformers', with its gradients; blocks recomputed: %s",
    async (recompute) => {
      const { tensors } = await loadTensorFile(fixture);
      const told = (name: string): Tensor => tensors.get(name) as Tensor;
      const { model: built } = await loadFixture("mixtral", "float32");
      scope(() => {
        const slots = [...built.slots()];
        const { values, gradients } = lossAndGradients(slots, () => {
          const balance = new BalanceSums({ chosen: 2 });
          built.hidden(told("ids"), { balance, counted: told("mask"), recompute });
          return [balance.loss() as Tensor];
        });
        evaluate([...values, ...gradients]);
        expect(values[0]?.item()).toBeCloseTo(told("balance").item(), 5);
        for (const [name, wanted] of tensors) {
          if (!name.startsWith("gradient:")) continue;
          const at = slots.findIndex((slot) => `gradient:${slot.name}` === name);
          // float32 sums in another order
          expect(relativeDifference(gradients[at] as Tensor, wanted), name).toBeLessThanOrEqual(
            2e-5,
          );
        }
      });
      dispose([built, tensors]);
    },
  );

  test("a factor is told to have nothing to balance where there are no such routers", async () => {
    const loss = { ...RunConfigSchema.parse({}).loss, router_aux_loss_coef: 0.1 };
    const run = { ...RunConfigSchema.parse({}), loss };
    const sparse = await model();
    const { model: dense } = await loadFixture("llama");
    expect(balanceNotices(run, sparse)).toEqual([]);
    expect(balanceNotices(run, dense)).toEqual([expect.stringContaining("nothing to balance")]);
    expect(balanceIn(run, sparse)).toEqual({ coefficient: 0.1, chosen: 2 });
    dispose([sparse, dense]);
  });

  test("packed and padded rows are balanced as rows alone, and only where the pass asks", async () => {
    const built = await model({ output_router_logits: true, router_aux_loss_coef: 0.5 });
    const sequences = [9, 5, 12].map((size, at) => ({
      ids: Int32Array.from({ length: size }, (_, token) => (token * 11 + at * 7) % 40),
      weights: Float32Array.from({ length: size }, () => 1),
    }));
    const { balance } = built;
    expect(balance).toEqual({ coefficient: 0.5, chosen: 2 });
    const lossOf = (units: (typeof sequences)[], pass: object, padToMultiple = 1): number =>
      scope(() => {
        const batch = collate(units, { padId: 0, padToMultiple, maxLength: 64 });
        return supervised.loss(built, batch, pass).lossSum.item() / batch.weightSum;
      });
    const apart = lossOf(
      sequences.map((one) => [one]),
      { balance },
      16,
    );
    expect(lossOf([sequences], { balance }, 32)).toBeCloseTo(apart, 4);
    const plain = lossOf([sequences], {});
    expect(apart - plain).toBeGreaterThan(0.5);
    dispose(built);
  });
});
