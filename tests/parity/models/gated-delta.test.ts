// What no key of config.json takes away from models with gated-delta layers shows in the logits all the same: without it
// they are not transformers'. That with it they are, the other files beside this one show.
import { describe, expect, test } from "vitest";
import type { LanguageModel } from "../../../src/models/index.ts";
import {
  type DeltaProjections,
  GatedAttention,
  GatedDelta,
  type GatedProjections,
  ShortConvolution,
} from "../../../src/models/kit/index.ts";
import { scope, type Tensor } from "../../../src/mx/index.ts";
import { type Module, silu, withParameters } from "../../../src/nn/index.ts";
import { expectedOf, loadFixture, regenerate, relativeDifference } from "./fixtures.ts";

/** Far above what the same sums in another order differ by. */
const noticed = 1e-3;

type Projecting<Result> = Module & { project(x: Tensor): Result };

function every<Kind extends Module>(
  model: LanguageModel,
  kind: abstract new (...args: never[]) => Kind,
): Kind[] {
  return [...model.modules()].flatMap(([, module]) => (module instanceof kind ? [module] : []));
}

function changing<Result>(modules: readonly Module[], change: (result: Result) => Result): void {
  for (const module of modules as Projecting<Result>[]) {
    const project = module.project.bind(module);
    module.project = (x) => change(project(x));
  }
}

const onDelta =
  (change: (of: DeltaProjections) => Partial<DeltaProjections>) =>
  (model: LanguageModel): void =>
    changing<DeltaProjections>(every(model, GatedDelta), (of) => ({ ...of, ...change(of) }));

const mutations: Record<string, (model: LanguageModel) => void> = {
  "nothing fades": onDelta(({ step }) => ({ step: step.mul(0).sub(100) })),
  "all that is wrong is corrected": onDelta(({ strength }) => ({
    strength: strength.mul(0).add(100),
  })),
  "what is read passes as it is": onDelta(({ gate }) => ({ gate: gate.mul(0).add(1) })),
  "no convolution": (model) => {
    for (const convolution of every(model, ShortConvolution)) convolution.forward = (x) => silu(x);
  },
  "what attention mixes passes as it is": (model) =>
    changing<GatedProjections>(every(model, GatedAttention), (of) => ({ ...of, gate: undefined })),
};

describe.each(Object.entries(mutations))("%s", (_name, mutate) => {
  test("is noticed", async () => {
    const { model } = await loadFixture("qwen3_5_text", "float32");
    const { ids, logits } = await expectedOf("qwen3_5_text");
    mutate(model);
    const apart = scope(() => relativeDifference(model.forward(ids), logits));
    expect(apart, regenerate).toBeGreaterThan(noticed);
  });
});

test.each(["qwen3_5_text", "qwen3_next", "olmo_hybrid"])(
  "%s: each parameter shows in the logits",
  async (name) => {
    const { model } = await loadFixture(name, "float32");
    const { ids, logits } = await expectedOf(name);
    for (const slot of model.slots()) {
      const apart = scope(() =>
        withParameters([slot], [slot.get().mul(0).add(0.5)], () =>
          relativeDifference(model.forward(ids), logits),
        ),
      );
      expect(apart, slot.name).toBeGreaterThan(noticed);
    }
  },
);
