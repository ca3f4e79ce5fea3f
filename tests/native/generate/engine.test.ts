// The engine: answers that are written together are those that each request gets alone; they wait, join, leave, end and
// are cancelled; beginnings are read once; adapters answer side by side.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attachLora, saveAdapter } from "../../../src/adapters/index.ts";
import { endedBy } from "../../../src/core/ended-by.ts";
import { Random } from "../../../src/core/random.ts";
import {
  type Constraint,
  Engine,
  type EngineOptions,
  type GenerationEnd,
  type GenerationRequest,
  plainSampling,
} from "../../../src/generate/index.ts";
import { loadModel, type Model } from "../../../src/generate/load-model.ts";
import { carry, dispose, liveTensors, normal, randomKey } from "../../../src/mx/index.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeToyModel } from "../../support/toy-model.ts";

let model: Model;
beforeAll(async () => {
  model = await loadModel(await makeToyModel(join(makeFolder(), "model")));
});
afterAll(() => model.dispose());

/** Of a random toy, whose likeliest token hardly changes: drawn ones tell more. */
const drawing = { ...plainSampling, temperature: 1 };

function request(index: number, over: Partial<GenerationRequest> = {}): GenerationRequest {
  const random = Random.fromSeed(index);
  const prompt = Array.from({ length: 1 + random.integer(60) }, () => 1 + random.integer(300));
  const maxTokens = 1 + random.integer(24);
  return { prompt, maxTokens, stopTokenIds: [], sampling: drawing, seed: index, ...over };
}

async function answers(
  requests: readonly GenerationRequest[],
  options: EngineOptions = {},
): Promise<GenerationEnd[]> {
  const engine = new Engine(model.loaded.model, model.tokenizer, options);
  try {
    return await Promise.all(requests.map((one) => engine.submit(one).ended));
  } finally {
    engine.dispose();
  }
}

async function alone(one: GenerationRequest): Promise<GenerationEnd> {
  const [end] = await answers([one]);
  return end as GenerationEnd;
}

/** A LoRA adapter with drawn factors, as training writes it. */
async function writeToyAdapter(base: string, folder: string, seed: number): Promise<void> {
  const { loaded } = await loadModel(base);
  const shape = { rank: 4, scale: 8, dropout: 0 };
  const placement = { ...shape, blockCount: -1, targets: ["q_proj", "down_proj"] };
  const attached = attachLora(loaded.model, placement, seed);
  carry(loaded.model, () => {
    for (const [at, slot] of loaded.model.trainableSlots().entries())
      slot.set(normal(0, 0.5, slot.get().shape, randomKey(seed * 100 + at)));
  });
  mkdirSync(folder);
  await saveAdapter(folder, loaded.model, attached, shape, { base, template: "auto" });
  dispose(loaded.model);
}

const texts = (ends: readonly GenerationEnd[]): number[][] => ends.map(({ tokenIds }) => tokenIds);

const many = (count: number): GenerationRequest[] =>
  Array.from({ length: count }, (_, index) =>
    request(index, {
      sampling: [
        plainSampling,
        drawing,
        { ...drawing, topK: 20, repetitionPenalty: 1.2 },
        { ...drawing, topP: 0.9, frequencyPenalty: 0.5 },
      ][index % 4] as typeof drawing,
    }),
  );

test.each([
  ["sixteen at once", {}],
  ["three at once, the others wait", { mostAnswers: 3 }],
  ["prompts in small pieces", { chunkTokens: 7, besideTokens: 5 }],
  ["beginnings kept", { prefixBytes: 1e8, keepsAnswers: true }],
])("%s: every answer is the one it gets alone", async (_how, options) => {
  const requests = many(20);
  const expected = [];
  for (const one of requests) expected.push(await alone(one));
  const before = liveTensors();
  const found = await answers(requests, options);
  expect(texts(found)).toEqual(texts(expected));
  expect(found.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
  expect(found.every(({ finishReason }) => finishReason === "length")).toBe(true);
  expect(liveTensors()).toBe(before);
});

test("tokens are told as they come, and make up the text", async () => {
  const generation = model.engine.submit(request(3, { maxTokens: 12 }));
  const told = [];
  for await (const token of generation) told.push(token);
  const end = await generation.ended;
  expect(told.map(({ id }) => id)).toEqual(end.tokenIds);
  const pieces = told.map(({ text }) => text).join("");
  expect(end.text.startsWith(pieces)).toBe(true);
  expect(end.text.length - pieces.length).toBeLessThan(8);
});

test("a stop token ends the answer and is not part of it", async () => {
  const whole = await alone(request(4, { maxTokens: 20 }));
  const stop = whole.tokenIds[7] as number;
  const end = await alone(request(4, { maxTokens: 20, stopTokenIds: [stop] }));
  expect(end.finishReason).toBe("stop");
  expect(end.tokenIds).toEqual(whole.tokenIds.slice(0, whole.tokenIds.indexOf(stop)));
});

test("a stop text ends the work", async () => {
  const whole = await alone(request(4, { maxTokens: 24 }));
  const stop = whole.text.slice(10, 13);
  const end = await alone(request(4, { maxTokens: 24, stopStrings: [stop] }));
  expect(end).toMatchObject({ finishReason: "stop", stopString: stop });
  expect(end.text).toBe(whole.text.slice(0, whole.text.indexOf(stop)));
  expect(end.tokenIds.length).toBeLessThan(24);
});

test("the model's last position ends the answer", async () => {
  const [end] = await answers([request(5, { prompt: [1, 2, 3], maxTokens: 24 })], {
    positionLimit: 10,
  });
  expect(end).toMatchObject({ finishReason: "position-limit" });
  expect(end?.tokenIds).toHaveLength(8);
});

test("log-probabilities are those of one pass over the text", async () => {
  const prompt = [5, 9, 12];
  const generation = model.engine.submit(request(6, { prompt, maxTokens: 6, alternatives: 3 }));
  const told = [];
  for await (const token of generation) told.push(token);
  const ids = [...prompt, ...told.map(({ id }) => id)];
  const { data, shape } = model.forward(ids);
  for (const [at, { id, logProbability, alternatives }] of told.entries()) {
    const row = data.subarray((at + 2) * shape[2], (at + 3) * shape[2]);
    const sum = Math.log(row.reduce((all, logit) => all + Math.exp(logit), 0));
    // float32 logits of one pass and of a cache
    expect(logProbability).toBeCloseTo((row[id] as number) - sum, 4);
    expect(alternatives).toHaveLength(3);
    expect(alternatives?.[0]?.logProbability).toBeCloseTo(Math.max(...row) - sum, 4);
  }
});

/** Multiples of three, at most four of them. */
const threes: Constraint = {
  begin: () => {
    let count = 0;
    const words = new Uint32Array(Math.ceil(model.loaded.sizes.vocabularySize / 32));
    for (let id = 0; id < model.loaded.sizes.vocabularySize; id += 3)
      words[id >> 5]! |= 1 << (id & 31);
    return {
      allowed: () => words,
      accept: () => void count++,
      get isFinished() {
        return count === 4;
      },
    };
  },
};

test("a constraint limits the choice and ends the answer, beside others that have none", async () => {
  const constrained = [
    request(7, { constraint: threes, maxTokens: 20 }),
    request(8, { constraint: threes, maxTokens: 20, sampling: plainSampling }),
  ];
  const [free, first, second] = await answers([request(9), ...constrained]);
  for (const end of [first, second]) {
    expect(end?.finishReason).toBe("stop");
    expect(end?.tokenIds).toHaveLength(4);
    expect(end?.tokenIds.every((id) => id % 3 === 0)).toBe(true);
  }
  expect(free?.tokenIds).toEqual((await alone(request(9))).tokenIds);
});

describe("cancelling", () => {
  test("one of several leaves the others as they are", async () => {
    const engine = new Engine(model.loaded.model, model.tokenizer, { mostAnswers: 3 });
    const generations = many(8).map((one) => engine.submit({ ...one, maxTokens: 24 }));
    let seen = 0;
    for await (const _ of generations[1]!) if (++seen === 4) generations[1]!.cancel();
    generations[7]!.cancel();
    const ends = await Promise.all(generations.map(({ ended }) => ended));
    expect(ends[1]).toMatchObject({ finishReason: "cancelled" });
    expect(ends[1]?.tokenIds.length).toBeLessThan(24);
    expect(ends[7]).toMatchObject({ finishReason: "cancelled" });
    const expected = await alone({ ...many(8)[6]!, maxTokens: 24 });
    expect(ends[6]?.tokenIds).toEqual(expected.tokenIds);
    expect(engine.load).toEqual({ waiting: 0, reading: 0, writing: 0, prefixBytes: 0 });
  });

  test("a signal ends all that wait for it, with one listener", async () => {
    const controller = new AbortController();
    let listeners = 0;
    controller.signal.addEventListener = new Proxy(controller.signal.addEventListener, {
      apply: (target, self, given) => (listeners++, Reflect.apply(target, self, given)),
    });
    const generations = many(6).map((one) =>
      endedBy(model.engine.submit({ ...one, maxTokens: 500 }), controller.signal),
    );
    for await (const _ of generations[0]!) break;
    controller.abort();
    const ends = await Promise.all(generations.map(({ ended }) => ended));
    expect(new Set(ends.map(({ finishReason }) => finishReason))).toEqual(new Set(["cancelled"]));
    expect(listeners).toBe(1);
    const late = endedBy(model.engine.submit(request(2)), controller.signal);
    expect(await late.ended).toMatchObject({ finishReason: "cancelled" });
  });

  test("closing the engine ends all with an error", async () => {
    const engine = new Engine(model.loaded.model, model.tokenizer);
    const { ended } = engine.submit(request(1, { maxTokens: 200 }));
    engine.dispose();
    await expect(ended).rejects.toThrow("the engine was closed");
  });

  test("an error in choosing ends that answer, and no other", async () => {
    const engine = new Engine(model.loaded.model, model.tokenizer);
    const failing: Constraint = {
      begin: () => ({
        allowed: () => {
          throw new Error("no more");
        },
        accept: () => {},
        isFinished: false,
      }),
    };
    const both = [request(1), request(2, { constraint: failing })].map((one) => engine.submit(one));
    const ends = await Promise.allSettled(both.map(({ ended }) => ended));
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    const expected = await alone(request(1));
    expect(ends[0]).toMatchObject({ value: { tokenIds: expected.tokenIds } });
    expect(engine.load.writing).toBe(0);
    engine.dispose();
  });

  test("so does one of whoever follows the answer, as the error that it is", async () => {
    const engine = new Engine(model.loaded.model, model.tokenizer);
    const greedy = { sampling: plainSampling, maxTokens: 4 };
    // even where nothing is thrown that says anything
    const failing = (): never => {
      throw undefined as unknown as Error;
    };
    const both = [
      engine.submit(request(1, greedy)),
      engine.submit(request(2, greedy), failing),
      engine.submit(request(3), failing),
    ];
    const ends = await Promise.allSettled(both.map(({ ended }) => ended));
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(engine.load).toMatchObject({ waiting: 0, reading: 0, writing: 0 });
    engine.dispose();
  });
});

describe("adapters over one model", () => {
  test("answer side by side as each alone, and the model as it is", async () => {
    const folder = makeFolder();
    const base = await makeToyModel(join(folder, "model"));
    const adapters = ["first", "second"].map((name) => join(folder, name));
    for (const [at, adapter] of adapters.entries()) await writeToyAdapter(base, adapter, at);
    const shared = await loadModel(base);
    for (const adapter of adapters) await shared.addAdapter(adapter, adapter);
    const requests = many(12).map((one, at) => ({ ...one, adapter: [...adapters, ""][at % 3] }));
    const ends = await Promise.all(requests.map((one) => shared.engine.submit(one).ended));
    for (const [which, adapter] of [...adapters, undefined].entries()) {
      const own = await loadModel(base, adapter === undefined ? {} : { adapter });
      for (const [at, one] of requests.entries())
        if (at % 3 === which) {
          const { tokenIds } = await own.engine.submit({ ...one, adapter: "" }).ended;
          expect(ends[at]?.tokenIds, `request ${at}`).toEqual(tokenIds);
        }
      own.dispose();
    }
    const bare = await alone({ ...(requests[0] as GenerationRequest), adapter: "" });
    expect(ends[0]?.tokenIds).not.toEqual(bare.tokenIds);
    await shared.removeAdapter(adapters[0] as string);
    expect(() => shared.engine.submit(requests[0] as GenerationRequest)).toThrow("no adapter");
    const { tokenIds } = await shared.engine.submit(requests[1] as GenerationRequest).ended;
    expect(tokenIds).toEqual(ends[1]?.tokenIds);
    shared.dispose();
  });
});

test("rows of adapters that can share a pass are written in one with the model's own", async () => {
  const engine = new Engine(model.loaded.model, model.tokenizer);
  const passes: string[][] = [];
  for (const name of ["a", "b", "apart"]) engine.addModel(name, model.loaded.model);
  engine.sharePass({
    has: (name) => name !== "apart",
    modelFor: (names) => {
      passes.push(names.toSorted());
      return model.loaded.model;
    },
  });
  const names = ["a", "", "b", "a", "apart"];
  const requests = names.map((adapter, at) => request(at, { adapter, maxTokens: 12 }));
  const ends = await Promise.all(requests.map((one) => engine.submit(one).ended));
  for (const [at, one] of requests.entries())
    expect(ends[at]?.tokenIds).toEqual((await alone({ ...one, adapter: "" })).tokenIds);
  expect(passes).toContainEqual(["", "a", "a", "b"]);
  expect(passes.flat()).not.toContain("apart");
  expect(engine.load).toMatchObject({ reading: 0, writing: 0 });
  await engine.removeModel("a");
  expect(() => engine.submit(requests[0] as GenerationRequest)).toThrow("no adapter");
  engine.dispose();
});

describe("beginnings", () => {
  const beginning = Array.from({ length: 50 }, (_, at) => 1 + ((at * 17) % 300));

  test("are read once, whatever follows them", async () => {
    const engine = new Engine(model.loaded.model, model.tokenizer, { prefixBytes: 1e8 });
    const requests = [[7, 8], [7, 9, 10], [11]].map((rest, at) =>
      request(at, { prompt: [...beginning, ...rest], maxTokens: 10 }),
    );
    const ends = [];
    for (const one of requests) ends.push(await engine.submit(one).ended);
    expect(ends.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 51, 50]);
    const expected = [];
    for (const one of requests) expected.push(await alone(one));
    expect(texts(ends)).toEqual(texts(expected));
    engine.dispose();
  });

  test("an answer is the beginning of the next turn, where answers are kept", async () => {
    const options = { prefixBytes: 1e8, keepsAnswers: true };
    const engine = new Engine(model.loaded.model, model.tokenizer, options);
    const first = await engine.submit(request(1, { prompt: beginning, maxTokens: 9 })).ended;
    const prompt = [...beginning, ...first.tokenIds, 3, 4];
    const next = await engine.submit(request(2, { prompt, maxTokens: 9 })).ended;
    // the last token was told and never read
    expect(next.cachedTokens).toBe(50 + 8);
    expect(next.tokenIds).toEqual((await alone(request(2, { prompt, maxTokens: 9 }))).tokenIds);
    engine.dispose();
  });

  test("the one used longest ago goes when memory is short", async () => {
    const options = { prefixBytes: 40_000 };
    const engine = new Engine(model.loaded.model, model.tokenizer, options);
    for (let at = 0; at < 6; at++) await engine.submit(request(at + 20, { maxTokens: 2 })).ended;
    expect(engine.load.prefixBytes).toBeLessThanOrEqual(40_000);
    engine.dispose();
  });
});
