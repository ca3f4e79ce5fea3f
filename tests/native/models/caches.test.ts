// Every kind of cache gives what one pass gives: on toy blocks, token by token, in chunks, with rows of different
// lengths, and after forgetting. Registered architectures are tests/contract's.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attachLora } from "../../../src/adapters/index.ts";
import { initialize, type LanguageModel } from "../../../src/models/index.ts";
import {
  Attention,
  type AttentionShape,
  Block,
  type BlockContext,
  BorrowingAttention,
  type CacheOptions,
  CausalLM,
  LatentAttention,
  type LayerCache,
  RotaryEmbedding,
  StateCache,
  WindowCache,
} from "../../../src/models/kit/index.ts";
import {
  carry,
  concatenate,
  crossEntropy,
  dispose,
  evaluate,
  int32,
  normal,
  randomKey,
  scope,
  stack,
  type Tensor,
} from "../../../src/mx/index.ts";
import { Embedding, Linear, lossAndGradients, Module, RMSNorm } from "../../../src/nn/index.ts";
import { oneByOne, readInPieces } from "../../contract/decoding.ts";
import { relativeDifference } from "../../parity/models/fixtures.ts";

const [vocabulary, width, heads] = [40, 64, 2];
const window = 4;

const plainShape = {
  hiddenSize: width,
  heads,
  headSize: width / heads,
  bias: { inputs: false, output: false },
};

class AttentionBlock extends Block {
  norm: RMSNorm;
  attn: Attention;

  constructor(seen: Partial<AttentionShape> = {}) {
    super();
    this.norm = new RMSNorm(width, 1e-5);
    this.attn = new Attention({ ...plainShape, keyHeads: 1, ...seen });
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    return x.add(this.attn.forward(this.norm.forward(x), context));
  }
}

/** Reads the keys of a block below. */
class BorrowingBlock extends Block {
  norm: RMSNorm;
  attn: BorrowingAttention;

  constructor(from: string, seen?: number) {
    super();
    const rotary = new RotaryEmbedding({ dims: 8, base: 100, scaling: {}, maxLength: 64 });
    this.norm = new RMSNorm(width, 1e-5);
    this.attn = new BorrowingAttention({
      ...plainShape,
      ...{ from, rotary, norm: new RMSNorm(width / heads, 1e-5), window: seen },
    });
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    return x.add(this.attn.forward(this.norm.forward(x), context));
  }
}

/** So that up to five queries are brought to the small vectors' size, and more bring these to the heads'. */
const latentSizes = { keyRank: 16, plainSize: 4, turnedSize: 6, valueSize: 4 };

class LatentBlock extends Block {
  norm: RMSNorm;
  attn: LatentAttention;

  constructor(rotary: Record<string, unknown> = {}) {
    super();
    const { turnedSize: dims } = latentSizes;
    const turned = { dims, base: 100, scaling: rotary, maxLength: 8 };
    this.norm = new RMSNorm(width, 1e-5);
    this.attn = new LatentAttention({
      ...latentSizes,
      hiddenSize: width,
      heads,
      queryRank: 12,
      rotary: new RotaryEmbedding(turned, { isInterleaved: true }),
      bias: false,
      eps: 1e-6,
    });
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    return x.add(this.attn.forward(this.norm.forward(x), context));
  }
}

/** h ← h/2 + in·x, in the order of the tokens; padding leaves h alone. */
class LeakySum extends Module {
  in_proj: Linear;

  constructor() {
    super();
    this.in_proj = new Linear(width, width, { bias: false });
  }

  makeCache({ padding }: CacheOptions): LayerCache {
    return new StateCache({ offset: 0, padding });
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const cache = context.cache as StateCache | undefined;
    const real = context.realTokens();
    let added = this.in_proj.forward(x);
    if (real !== undefined) added = added.mul(real.astype("float32").expandDims(2));
    const states: Tensor[] = [];
    let state = cache?.get("sum") ?? added.narrow(1, 0, 1).mul(0).squeeze(1);
    for (const step of added.split(context.length, 1)) {
      state = state.mul(0.5).add(step.squeeze(1));
      states.push(state);
    }
    cache?.advance(context.length, { sum: state });
    return stack(states, 1);
  }
}

class StateBlock extends Block {
  norm: RMSNorm;
  mixer: LeakySum;

  constructor() {
    super();
    this.norm = new RMSNorm(width, 1e-5);
    this.mixer = new LeakySum();
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    return x.add(this.mixer.forward(this.norm.forward(x), context));
  }
}

function toyModel(blocks: Block[]): LanguageModel {
  const parts = {
    embedding: new Embedding(vocabulary, width),
    blocks,
    norm: new RMSNorm(width, 1e-5),
  };
  const model = new CausalLM(parts, { isTied: true });
  initialize(model, 7, { embeddingDeviation: 1 });
  return model;
}

const length = 19;

function idsOf(count: number, shift = 0): number[] {
  return Array.from({ length: count }, (_, at) => (at * 11 + shift) % vocabulary);
}

const someIds = (): Tensor => int32([...idsOf(length), ...idsOf(length, 5)], [2, length]);

/** Products of other shapes add up in another order. */
const sameSums = 5e-6;

/** Texts that are read together, as they come and go, with what each was answered. */
class ReadingTable {
  readonly #model: LanguageModel;
  #cache: LayerCache[] = [];
  #rows: { ids: number[]; logits: Tensor[] }[] = [];
  readonly #left: { ids: number[]; logits: Tensor[] }[] = [];

  constructor(model: LanguageModel) {
    this.#model = model;
  }

  join(...texts: number[][]): void {
    const read = texts.map((ids) => {
      const cache = this.#model.makeCache();
      return { ids, logits: [this.#model.forward(int32(ids, [1, ids.length]), { cache })], cache };
    });
    const all = [
      ...(this.#rows.length === 0 ? [] : [this.#cache]),
      ...read.map((one) => one.cache),
    ];
    const [first = [], ...others] = all;
    this.#cache = first.map((layer, at) => layer.with(others.map((other) => other[at]!)));
    this.#rows.push(...read.map(({ ids, logits }) => ({ ids: [...ids], logits })));
  }

  keep(rows: readonly number[]): void {
    this.#cache = this.#cache.map((layer) => layer.ofRows(rows));
    this.#left.push(...this.#rows.filter((_, row) => !rows.includes(row)));
    this.#rows = rows.map((row) => this.#rows[row]!);
  }

  step(count: number): void {
    for (let done = 0; done < count; done++) {
      const next = this.#rows.map(({ ids }, row) => (ids.length * 7 + row) % vocabulary);
      const logits = this.#model.forward(int32(next, [next.length, 1]), { cache: this.#cache });
      for (const [row, one] of this.#rows.entries()) {
        one.ids.push(next[row]!);
        one.logits.push(logits.narrow(0, row, row + 1));
      }
    }
  }

  expectAsAlone(): void {
    for (const { ids, logits } of [...this.#rows, ...this.#left]) {
      const alone = this.#model.forward(int32(ids, [1, ids.length]));
      const difference = relativeDifference(concatenate(logits, 1), alone);
      expect(difference, `${ids.length} tokens`).toBeLessThanOrEqual(sameSums);
    }
  }
}

const kinds: [string, () => Block[]][] = [
  ["full", () => [new AttentionBlock(), new AttentionBlock()]],
  ["window", () => [new AttentionBlock({ window }), new AttentionBlock({ window })]],
  ["chunk", () => [new AttentionBlock({ chunk: 4 }), new AttentionBlock({ chunk: 3 })]],
  [
    "keys read again",
    () => [
      new AttentionBlock({ carriedAs: "all" }),
      new AttentionBlock({ carriedAs: "near", window }),
      new BorrowingBlock("near", window),
      new BorrowingBlock("all"),
    ],
  ],
  ["state", () => [new StateBlock(), new StateBlock()]],
  ["latent", () => [new LatentBlock(), new LatentBlock()]],
  ["all of them", () => [new StateBlock(), new AttentionBlock({ window }), new AttentionBlock()]],
];

describe.each(kinds)("%s", (_kind, makeBlocks) => {
  let model: LanguageModel;

  beforeAll(() => {
    model = toyModel(makeBlocks());
  });
  afterAll(() => dispose(model));

  test.each([
    ["token by token", oneByOne(length)],
    ["in chunks", [7, 1, 6, 5]],
  ])("%s equals one pass", (_how, lengths) => {
    scope(() => {
      const pieces = readInPieces(model, someIds(), lengths);
      expect(relativeDifference(pieces, model.forward(someIds()))).toBeLessThanOrEqual(sameSums);
    });
  });

  test("rows of different lengths, padded on the left, equal each row alone", () => {
    const lengths = [9, 4, 1];
    const most = Math.max(...lengths);
    const rows = lengths.map((count, row) => idsOf(count, 3 * row));
    const padding = lengths.map((count) => most - count);
    scope(() => {
      const padded = rows.flatMap((row) => [...Array<number>(most - row.length).fill(0), ...row]);
      const next = int32([21, 22, 23], [3, 1]);
      const cache = model.makeCache({ padding });
      const chunks = int32(padded, [3, most]).splitAt([2, 6], 1);
      const logits = [...chunks, next].map((ids) => model.forward(ids, { cache }));
      const together = concatenate(logits, 1);
      for (const [row, ids] of rows.entries()) {
        const alone = model.forward(int32([...ids, 21 + row], [1, ids.length + 1]));
        const own = together.narrow(0, row, row + 1).narrow(1, padding[row] ?? 0, most + 1);
        expect(relativeDifference(own, alone), `row ${row}`).toBeLessThanOrEqual(sameSums);
      }
    });
  });

  test("rows come together, leave and go on, and each equals its text alone", () => {
    scope(() => {
      const table = new ReadingTable(model);
      table.join(idsOf(9), idsOf(4, 3));
      table.step(3);
      table.join(idsOf(6, 5));
      table.step(2);
      table.keep([1, 2]);
      table.step(2);
      table.keep([1]);
      table.step(1);
      table.join(idsOf(1, 8), idsOf(11, 4));
      table.step(2);
      table.expectAsAlone();
    });
  });

  test("what was read can be gone on from twice", () => {
    scope(() => {
      const cache = model.makeCache();
      model.forward(int32(idsOf(7), [1, 7]), { cache });
      const goingOn = (with_: LayerCache[], shift: number): Tensor =>
        model.forward(int32(idsOf(3, shift), [1, 3]), { cache: with_ });
      const again = cache.map((layer) => layer.ofRows([0]));
      for (const [held, shift] of [
        [again, 9],
        [cache, 2],
      ] as const) {
        const whole = model.forward(int32([...idsOf(7), ...idsOf(3, shift)], [1, 10]));
        const difference = relativeDifference(goingOn(held, shift), whole.narrow(1, 7, 10));
        expect(difference).toBeLessThanOrEqual(sameSums);
      }
    });
  });

  test("what blocks compute may be computed again: the gradients are the same bits", () => {
    scope(() => {
      const slots = [...model.slots()];
      const gradients = [0, 1, 2].map((recompute) => {
        const found = lossAndGradients(slots, () => [
          crossEntropy(model.head(model.hidden(someIds(), { recompute })), someIds()).mean(),
        ]);
        evaluate([...found.values, ...found.gradients]);
        return [...found.values, ...found.gradients].map((tensor) => tensor.toFloat32());
      });
      expect(gradients[1]).toEqual(gradients[0]);
      expect(gradients[2]).toEqual(gradients[0]);
      expect(gradients[0]?.at(-1)?.some((value) => value !== 0)).toBe(true);
    });
  });
});

describe("a window", () => {
  test("is what a query sees, and changes what comes out", () => {
    scope(() => {
      const blocks = [new AttentionBlock({ window })];
      const model = toyModel(blocks);
      const ids = idsOf(length);
      const changed = [(ids[0] ?? 0) + 1, ...ids.slice(1)];
      const [first, second] = [ids, changed].map((row) => model.forward(int32(row, [1, length])));
      const difference = (from: number, to: number): number =>
        relativeDifference(
          (first as Tensor).narrow(1, from, to),
          (second as Tensor).narrow(1, from, to),
        );
      expect(difference(0, window)).toBeGreaterThan(1e-4);
      expect(difference(window, length)).toBe(0);
      dispose(model);
    });
  });

  test("holds a bounded number of tokens, however long the text", () => {
    const model = toyModel([new AttentionBlock({ window })]);
    const cache = model.makeCache();
    const sizes = scope(() =>
      Array.from({ length: 40 }, () => {
        model.hidden(int32(idsOf(25), [1, 25]), { cache });
        return Math.max(...[...(cache[0] as LayerCache).tensors()].map((held) => held.dim(2)));
      }),
    );
    expect(cache[0]?.offset).toBe(1000);
    // the window, the tokens of one pass, 256 more until old ones are cut off, and room to grow by 256
    expect(Math.max(...sizes)).toBeLessThanOrEqual(window + 25 + 2 * 256);
    dispose(model);
  });
});

test("a chunk is what a query sees: not what lies before it, whatever the distance", () => {
  const model = toyModel([new AttentionBlock({ chunk: 4 })]);
  scope(() => {
    const ids = idsOf(length);
    const changed = ids.map((id, at) => (at === 3 ? id + 1 : id));
    const [first, second] = [ids, changed].map((row) => model.forward(int32(row, [1, length])));
    const rows = (from: number, to: number): [Tensor, Tensor] => [
      (first as Tensor).narrow(1, from, to),
      (second as Tensor).narrow(1, from, to),
    ];
    expect(relativeDifference(...rows(3, 4))).toBeGreaterThan(1e-4);
    expect(relativeDifference(...rows(4, length))).toBe(0);
  });
  dispose(model);
});

describe("forgetting", () => {
  /** Logits of a continuation read after something else was read and forgotten again. */
  function afterForgetting(model: LanguageModel, forgotten: number): Tensor {
    const cache = model.makeCache();
    model.forward(int32(idsOf(10), [1, 10]), { cache });
    model.forward(int32(idsOf(forgotten, 17), [1, forgotten]), { cache });
    for (const layer of cache) expect(layer.trim(forgotten)).toBe(true);
    return model.forward(int32(idsOf(3, 2), [1, 3]), { cache });
  }

  test.each([
    ["full", () => [new AttentionBlock()]],
    ["window", () => [new AttentionBlock({ window })]],
    [
      "keys read again",
      () => [new AttentionBlock({ carriedAs: "all" }), new BorrowingBlock("all")],
    ],
    ["latent", () => [new LatentBlock()]],
  ])("%s: it is as if nothing had been read", (_kind, makeBlocks) => {
    const model = toyModel(makeBlocks());
    scope(() => {
      const whole = model.forward(int32([...idsOf(10), ...idsOf(3, 2)], [1, 13]));
      const difference = relativeDifference(afterForgetting(model, 6), whole.narrow(1, 10, 13));
      expect(difference).toBeLessThanOrEqual(sameSums);
    });
    dispose(model);
  });

  test("a window that has moved on, and a state, say that they cannot", () => {
    const model = toyModel([new AttentionBlock({ window }), new StateBlock()]);
    scope(() => {
      const cache = model.makeCache();
      for (let read = 0; read < 30; read++) model.hidden(int32(idsOf(20), [1, 20]), { cache });
      const [windowed, state] = cache as [LayerCache, LayerCache];
      expect(windowed).toBeInstanceOf(WindowCache);
      expect(windowed.trim(590)).toBe(false);
      expect(windowed.offset).toBe(600);
      expect(state.trim(1)).toBe(false);
      expect(state.trim(0)).toBe(true);
    });
    dispose(model);
  });
});

describe("packed keys and values", () => {
  test("decoding stays near one pass, nearer with more bits, and holds less", () => {
    const model = toyModel([new AttentionBlock(), new AttentionBlock()]);
    scope(() => {
      const whole = model.forward(someIds());
      const read = (bits: number) => {
        const cache = model.makeCache({ packing: { groupSize: 32, bits } });
        const parts = someIds()
          .split(length, 1)
          .map((ids) => model.forward(ids, { cache }));
        const bytes = [...(cache[0] as LayerCache).tensors()].reduce((sum, t) => sum + t.nbytes, 0);
        return { difference: relativeDifference(concatenate(parts, 1), whole), bytes };
      };
      const [four, eight] = [read(4), read(8)];
      // half a step of a group's range is 1/30 of it with 4 bits, 1/510 with 8
      expect(eight.difference).toBeLessThanOrEqual(0.01);
      expect(four.difference).toBeLessThanOrEqual(0.2);
      expect(eight.difference).toBeGreaterThan(sameSums);
      expect(four.difference).toBeGreaterThan(eight.difference);
      expect(four.bytes).toBeLessThan(eight.bytes);
    });
    dispose(model);
  });
});

describe("latent attention", () => {
  test("holds a small vector and a turned part of each token, whatever the heads", () => {
    const model = toyModel([new LatentBlock()]);
    const cache = model.makeCache();
    scope(() => {
      model.hidden(int32(idsOf(256), [1, 256]), { cache });
      const held = [...(cache[0] as LayerCache).tensors()].map(({ shape }) => shape);
      expect(held).toEqual([[1, 1, 256, latentSizes.keyRank + latentSizes.turnedSize]]);
    });
    dispose(model);
  });

  test.each([
    ["stretched by its length", { rope_type: "dynamic", factor: 2 }, "none"],
    ["adapted", {}, "kv_b_proj"],
  ])("%s: pieces through a cache equal one pass", (_how, rotary, target) => {
    // where the length tells how keys are turned, what a second block reads would depend on the pieces
    const blocks = target === "none" ? 1 : 2;
    const model = toyModel(Array.from({ length: blocks }, () => new LatentBlock(rotary)));
    if (target !== "none") {
      const placement = { rank: 3, scale: 2, dropout: 0, blockCount: -1, targets: [target] };
      attachLora(model, placement, 1);
    }
    carry(model, () => {
      for (const slot of model.trainableSlots())
        if (slot.name.includes("lora")) slot.set(normal(0, 0.3, slot.get().shape, randomKey(3)));
    });
    scope(() => {
      const whole = model.forward(someIds());
      const pieces = readInPieces(model, someIds(), [7, 1, 6, 5]);
      // of such keys, only the last piece sees what one pass sees
      const first = target === "none" ? 14 : 0;
      const [own, wanted] = [pieces, whole].map((all) => all.narrow(1, first, length));
      const difference = relativeDifference(own as Tensor, wanted as Tensor);
      expect(difference).toBeLessThanOrEqual(sameSums);
    });
    dispose(model);
  });
});

test("packed rows cannot be decoded with a cache", () => {
  const model = toyModel([new AttentionBlock()]);
  scope(() => {
    const segments = int32([1, 1, 2], [1, 3]);
    const context = { cache: model.makeCache(), segments };
    expect(() => model.forward(int32([1, 2, 3], [1, 3]), context)).toThrow(RangeError);
  });
  dispose(model);
});
