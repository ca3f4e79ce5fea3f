// What every registered architecture must do, whatever it computes: a new one is tested by being registered.
// Whether it computes the right thing is tests/parity/models' question.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adapterKinds, allLinearNames, attachLora } from "../../src/adapters/index.ts";
import { collate, packRows } from "../../src/data/index.ts";
import { restoreModel, saveModel } from "../../src/export/model-folder.ts";
import {
  accountFor,
  architectureOf,
  architectures,
  entriesFor,
  type ForwardContext,
  type LanguageModel,
  loadStoredModel,
  storedTensors,
  type LoadedModel,
  modelAgain,
} from "../../src/models/index.ts";
import {
  carry,
  concatenate,
  crossEntropy,
  dispose,
  type Dtype,
  evaluate,
  full,
  int32,
  normal,
  randomKey,
  retain,
  scope,
  splitKey,
  type Tensor,
} from "../../src/mx/index.ts";
import { binding } from "../../src/mx/loader.ts";
import {
  Linear,
  lossAndGradients,
  routersIn,
  StackedLinear,
  withParameters,
} from "../../src/nn/index.ts";
import { supervised } from "../../src/train/objectives/supervised.ts";
import { openModelFolder } from "../../src/weights/index.ts";
import { bitsOf, relativeDifference } from "../parity/models/fixtures.ts";
import { oneByOne, readInPieces, readPacked, readTogether } from "./decoding.ts";
import { tinyConfigs } from "./tiny-configs.ts";

type Config = Readonly<Record<string, unknown>>;

test("every registered architecture has a tiny config", () => {
  for (const name of architectures.names()) {
    const advice = `${name}: add a tiny config of it to tests/contract/tiny-configs.ts`;
    expect(tinyConfigs[name]?.length ?? 0, advice).toBeGreaterThan(0);
  }
});

/** Every parameter random, biases and norms too, so that none can be forgotten unnoticed. */
async function randomModel(config: Config): Promise<LanguageModel> {
  const architecture = await architectureOf(config);
  const model = retain(architecture.build(config));
  carry(model, () => {
    const slots = [...model.slots()];
    const keys = splitKey(randomKey(5), slots.length);
    for (const [index, slot] of slots.entries()) {
      const { shape } = slot.get();
      const deviation = shape.length === 1 ? 0.2 : 1 / Math.sqrt(shape[1] ?? 1);
      const begun = shape.length === 1 ? slot.get().narrow(0, 0, 1).item() : 0;
      const centre = slot.name.endsWith("weight") && shape.length === 1 ? 1 : begun;
      slot.set(normal(centre, deviation, shape, keys[index] as Tensor));
    }
    evaluate([...model.tensors()]);
  });
  return model;
}

const length = 13;

/** (2, length); some tokens occur twice. */
function someIds(shift = 0): Tensor {
  const numbers = Array.from({ length: 2 * length }, (_, at) => (at * 11 + shift) % 40);
  return int32(numbers, [2, length]);
}

function lossOf(model: LanguageModel): Tensor {
  return crossEntropy(model.forward(someIds()), someIds(1)).mean();
}

/** The same sums over matrices of other shapes, in another order: as between two libraries. */
const sameSums = 5e-6;

/**
 * In MLX's operations, whose sums and exponentials round elsewhere: 6.3e-6 at most. Gradients of three
 * configurations of Gemma 3n and 4 differ more, by 1.5e-4 at most; which operation that comes from is not known.
 */
const withoutKernels = (name: string): number => (/^gemma(3n|4)/.test(name) ? 3e-4 : 2e-5);

const cases = architectures.names().flatMap((name) =>
  (tinyConfigs[name] ?? []).map((config) => {
    const { model_type: _, ...rest } = config;
    return [name, JSON.stringify(rest), config] as const;
  }),
);

describe.each(cases)("%s %s", (name, _, config) => {
  let model: LanguageModel;
  let folder: string;

  beforeAll(async () => {
    model = await randomModel(config);
    folder = mkdtempSync(path.join(tmpdir(), "ft-architecture-"));
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  });
  afterAll(() => {
    dispose(model);
    rmSync(folder, { recursive: true });
  });

  test("the config is of the registered type", () => {
    expect(config["model_type"]).toBe(name);
  });

  test("ids (batch, length) become hidden states and logits", () => {
    scope(() => {
      const hidden = model.hidden(someIds());
      expect(hidden.shape.slice(0, 2)).toEqual([2, length]);
      expect(model.head(hidden).shape).toEqual([2, length, config["vocab_size"]]);
      expect(bitsOf(model.head(hidden))).toEqual(bitsOf(model.forward(someIds())));
    });
  });

  test("losses through the head are those of its logits, with a gradient for each weight", () => {
    scope(() => {
      const slots = model.trainableSlots();
      const targets = someIds(1).reshape(-1);
      const rows = (): Tensor => model.hidden(someIds()).reshape(2 * length, -1);
      const whole = lossAndGradients(slots, () => [
        crossEntropy(model.head(rows()), targets).sum(),
      ]);
      const pieces = lossAndGradients(slots, () => [model.headLosses(rows(), targets).sum()]);
      const shares = full([2 * length], 1);
      const sum = lossAndGradients(slots, () => [model.headLossSum(rows(), { targets, shares })]);
      for (const found of [pieces, sum]) {
        const both = [...found.values, ...found.gradients];
        for (const [index, wanted] of [...whole.values, ...whole.gradients].entries())
          expect(relativeDifference(both[index] as Tensor, wanted)).toBeLessThanOrEqual(sameSums);
      }
    });
  });

  test("a position sees nothing after it", () => {
    scope(() => {
      const whole = model.forward(someIds()).narrow(1, 0, 6);
      const start = model.forward(someIds().narrow(1, 0, 6));
      expect(relativeDifference(start, whole)).toBeLessThanOrEqual(sameSums);
    });
  });

  test.each([
    ["token by token", oneByOne(length)],
    ["in chunks", [5, 1, 4, 3]],
  ])("cached decoding equals one pass, %s", (_how, lengths) => {
    scope(() => {
      const pieces = readInPieces(model, someIds(), lengths);
      const whole = model.forward(someIds());
      expect(relativeDifference(pieces, whole)).toBeLessThanOrEqual(sameSums);
    });
  });

  test("texts that are decoded together, and leave as they end, equal each alone", () => {
    scope(() => {
      const row = (at: number, from: number, to: number): Tensor =>
        someIds()
          .narrow(0, at, at + 1)
          .narrow(1, from, to);
      const texts = [row(0, 0, length), row(1, 0, 5), row(1, 2, 10)];
      for (const [at, together] of readTogether(model, texts).entries()) {
        const alone = model.forward(texts[at] as Tensor);
        // token by token, of several rows and behind padding: the same sums in yet another order
        expect(relativeDifference(together, alone)).toBeLessThanOrEqual(2 * sameSums);
      }
    });
  });

  test("a second model over the same weights gives the same bits", async () => {
    const loaded = { model, config, entries: [] } as unknown as LoadedModel;
    const again = await modelAgain(loaded);
    scope(() => expect(bitsOf(again.forward(someIds()))).toEqual(bitsOf(model.forward(someIds()))));
  });

  test("packed rows see only themselves", () => {
    scope(() => {
      const [first, second] = [
        someIds().narrow(0, 0, 1),
        someIds().narrow(0, 1, 2).narrow(1, 0, 7),
      ];
      const apart = [model.forward(first), model.forward(second)];
      for (const [index, part] of readPacked(model, first, second).entries())
        expect(relativeDifference(part, apart[index] as Tensor)).toBeLessThanOrEqual(sameSums);
    });
  });

  test("rows packed into windows give the loss and the gradients of rows alone", async () => {
    const sequences = [9, 5, 12, 3, 7].map((size, at) => ({
      ids: Int32Array.from({ length: size }, (_, token) => (token * 11 + at * 7) % 40),
      weights: Float32Array.from({ length: size }, (_, token) => (token % 3 === 1 ? 0 : 1)),
    }));
    const options = { padId: 0, padToMultiple: 4, maxLength: 16 };
    const gradientsOf = (units: (typeof sequences)[]): Tensor[] => {
      const slots = model.trainableSlots();
      const { values, gradients } = lossAndGradients(slots, () => [
        supervised.loss(model, collate(units, options)).lossSum,
      ]);
      evaluate([...values, ...gradients]);
      return [...values, ...gradients];
    };
    const windows = packRows([8, 4, 11, 2, 6], 16).map((rows) =>
      rows.flatMap((row) => sequences[row] ?? []),
    );
    expect(windows.map((rows) => rows.length)).toEqual([3, 2]);
    scope(() => {
      const alone = gradientsOf(sequences.map((one) => [one]));
      // Sums over the same numbers in another order, in float32.
      for (const [at, packed] of gradientsOf(windows).entries())
        expect(relativeDifference(packed, alone[at] as Tensor)).toBeLessThanOrEqual(1e-5);
    });
  });

  test("what frozen blocks gave once is as good as computing them again, in packed rows too", () => {
    scope(() => {
      const [count, middle] = [model.blocks.length, Math.ceil(model.blocks.length / 2)];
      const each = [...new Set([1, middle, count - 1])].filter((block) => block > 0);
      const ids = someIds().narrow(0, 0, 1);
      const packed = concatenate([ids, ids], 1);
      const numbers = (make: (at: number) => number): Tensor =>
        int32(
          Array.from({ length: 2 * length }, (_, at) => make(at)),
          [1, 2 * length],
        );
      const segments = numbers((at) => 1 + Math.floor(at / length));
      const positions = numbers((at) => at % length);
      const wanted = model.forward(packed, { segments, positions });
      for (const block of each) {
        const alone = model.hidden(ids, { until: block });
        const from = { block, states: concatenate([alone, alone], 1) };
        const found = model.forward(packed, { segments, positions, from });
        expect(relativeDifference(found, wanted), `block ${block}`).toBeLessThanOrEqual(sameSums);
      }
    });
  });

  test("every parameter has a finite gradient that predicts how the loss moves", () => {
    scope(() => {
      const slots = model.trainableSlots();
      // Further away the loss may bend, or jump, where a token goes to another expert.
      const steps = [5e-3, 1e-3, 2e-4];
      const { gradients } = lossAndGradients(slots, () => [lossOf(model)]);
      evaluate(gradients);
      for (const [index, slot] of slots.entries()) {
        const gradient = gradients[index] as Tensor;
        const size = gradient.square().sum().sqrt().item();
        expect(Number.isFinite(size) && size > 1e-6, `${slot.name}: |gradient| = ${size}`).toBe(
          true,
        );
        const direction = gradient.div(size);
        // Float32 losses near 4 are exact to 5e-7, here divided by 2·step; the cubic term adds some.
        const isPredicted = steps.some(
          (step) =>
            Math.abs(slopeAlong(model, slot, direction, step) - size) <= 0.01 * size + 1e-6 / step,
        );
        expect(isPredicted, slot.name).toBe(true);
      }
    });
  });

  test("blocks that are computed again give the same gradients", () => {
    scope(() => {
      const slots = model.trainableSlots();
      const gradientsOf = (context: ForwardContext): Tensor[] => {
        const loss = () => [crossEntropy(model.forward(someIds(), context), someIds(1)).mean()];
        const { values, gradients } = lossAndGradients(slots, loss);
        return [...values, ...gradients];
      };
      const plain = gradientsOf({});
      for (const recompute of [1, 2]) {
        const again = gradientsOf({ recompute });
        for (const [at, gradient] of plain.entries())
          expect(relativeDifference(again[at] as Tensor, gradient)).toBeLessThanOrEqual(sameSums);
      }
    });
  });

  test("without the addon's kernels, as on a GPU, it computes the same", () => {
    scope(() => {
      const slots = model.trainableSlots();
      const computed = (): Tensor[] => {
        const logits = model.forward(someIds());
        const decoded = readInPieces(model, someIds(), [5, 1, 4, 3]);
        const { values, gradients } = lossAndGradients(slots, () => [
          model
            .headLosses(model.hidden(someIds()).reshape(2 * length, -1), someIds(1).reshape(-1))
            .mean(),
        ]);
        evaluate([logits, decoded, ...values, ...gradients]);
        return [logits, decoded, ...values, ...gradients];
      };
      const own = computed();
      binding().setKernels(false);
      try {
        for (const [at, plain] of computed().entries())
          expect(relativeDifference(plain, own[at] as Tensor)).toBeLessThanOrEqual(
            withoutKernels(name),
          );
      } finally {
        binding().setKernels(true);
      }
    });
  });

  test("its sizes are told without weights", async () => {
    const sizes = (await architectureOf(config)).sizes(config);
    expect(sizes.blockCount).toBe(model.blocks.length);
    expect(sizes.vocabularySize).toBe(config["vocab_size"]);
    expect(sizes.headCount).toBe(config["num_attention_heads"] ?? config["n_head"] ?? 0);
  });

  /** How a checkpoint of this architecture would store the model. */
  async function entriesOf(of: LanguageModel) {
    return entriesFor((await architectureOf(config)).recipe(config), of);
  }

  test("what a checkpoint stores covers every parameter, and comes back to it", async () => {
    const { recipe } = await architectureOf(config);
    const entries = await entriesOf(model);
    const parameters = [...model.parameters().keys()];
    expect(entries.flatMap((entry) => entry.parameters).toSorted()).toEqual(parameters.toSorted());
    scope(() => {
      const stored = [...storedTensors(model, entries)];
      const shapes = new Map(stored.map(([key, tensor]) => [key, tensor.shape]));
      const { entries: found, ...others } = accountFor(recipe(config), shapes, model);
      const nothing = { tied: [], ignored: [], missing: [], unexpected: [], problems: [] };
      expect(others).toEqual(nothing);
      expect(found.flatMap(({ sources }) => sources).toSorted()).toEqual(
        [...shapes.keys()].toSorted(),
      );
    });
  });

  test.each(["as a checkpoint stores it", "under its own names"])(
    "saved and loaded again, %s, it is the same",
    async (how) => {
      const saved = path.join(folder, how);
      const entries = how.startsWith("as") ? await entriesOf(model) : entriesFor([], model);
      await saveModel(saved, { model, entries }, folder);
      const again = await loadStoredModel(await openModelFolder(saved));
      const requireSame = (): void => {
        expect(bitsOf(again.model.parameters())).toEqual(bitsOf(model.parameters()));
        scope(() => {
          const difference = relativeDifference(
            again.model.forward(someIds()),
            model.forward(someIds()),
          );
          // weights that were turned lie otherwise in memory, and their products add up in another order
          expect(difference).toBeLessThanOrEqual(how.startsWith("as") ? sameSums : 0);
        });
      };
      requireSame();
      await restoreModel(saved, again);
      requireSame();
      dispose(again.model);
    },
  );

  test.each<Dtype>(["float16", "bfloat16"])(
    "saved as %s, it holds the rounded weights",
    async (dtype) => {
      const saved = path.join(folder, dtype);
      await saveModel(saved, { model, entries: await entriesOf(model) }, folder, dtype);
      const again = await loadStoredModel(await openModelFolder(saved));
      scope(() => {
        for (const [key, tensor] of again.model.parameters()) {
          const rounded = model.parameters().get(key)?.astype(dtype);
          expect(bitsOf(tensor), key).toEqual(bitsOf(rounded));
        }
        expect(again.model.forward(someIds()).dtype).toBe(dtype);
        expect(again.config).toMatchObject({ torch_dtype: dtype });
      });
      dispose(again.model);
    },
  );

  test("an adapter alone, trained for a few steps, lowers the loss", async () => {
    const adapted = await randomModel(config);
    const placement = { rank: 2, scale: 2, dropout: 0, blockCount: -1, targets: ["all-linear"] };
    attachLora(adapted, placement, 1);
    const slots = adapted.trainableSlots();
    const losses: number[] = [];
    for (let step = 0; step < 5; step++) {
      carry(adapted, () => {
        const { values, gradients } = lossAndGradients(slots, () => [lossOf(adapted)]);
        losses.push(values[0]?.item() ?? Number.NaN);
        for (const [at, slot] of slots.entries())
          slot.set(slot.get().sub((gradients[at] as Tensor).mul(0.05)));
        evaluate([...adapted.tensors()]);
      });
    }
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    dispose(adapted);
  });

  test("an adapter attaches to every linear layer of the blocks but routers, and gets gradients", async () => {
    const adapted = await randomModel(config);
    const linears = adapted.blocks.flatMap((block) =>
      [...block.modules()].filter(
        ([at, module]) =>
          (module instanceof Linear || module instanceof StackedLinear) &&
          !routersIn(block).has(at),
      ),
    );
    const placement = { rank: 2, scale: 2, dropout: 0, blockCount: -1, targets: ["all-linear"] };
    const named = allLinearNames(adapted, adapterKinds.get("lora"));
    const { paths } = attachLora(adapted, placement, 1);
    expect(paths.length).toBe(linears.length);
    expect(new Set(named)).toEqual(new Set(paths.map((at) => at.split(".").at(-1))));
    expect(paths.length).toBeGreaterThan(0);
    const slots = adapted.trainableSlots();
    expect(slots.map((slot) => slot.name).toSorted()).toEqual(
      paths.flatMap((at) => [`${at}.lora_a`, `${at}.lora_b`]).toSorted(),
    );
    scope(() => {
      expect(bitsOf(adapted.forward(someIds()))).toEqual(bitsOf(model.forward(someIds())));
      const { gradients } = lossAndGradients(slots, () => [lossOf(adapted)]);
      for (const [index, slot] of slots.entries()) {
        const size = gradients[index]?.square().sum().item() ?? Number.NaN;
        // While B is zero nothing reaches A.
        if (slot.name.endsWith("lora_a")) expect(size, slot.name).toBe(0);
        else expect(size > 0 && Number.isFinite(size), slot.name).toBe(true);
      }
    });
    dispose(adapted);
  });
});

/** Central difference of the loss when one parameter moves along `direction`. */
function slopeAlong(
  model: LanguageModel,
  slot: { get(): Tensor; set(value: Tensor): void; name: string; trainable: boolean },
  direction: Tensor,
  step: number,
): number {
  const at = (distance: number): number => {
    const moved = slot.get().add(direction.mul(distance));
    return withParameters([slot], [moved], () => lossOf(model).item());
  };
  return (at(step) - at(-step)) / (2 * step);
}
