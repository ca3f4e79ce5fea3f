// The tree of parameters: named by path, replaced by path, frozen, flattened and put together again.
// What layers compute is tests/parity's.
import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { float32, ones, scope, Tensor, zeros } from "../../../src/mx/index.ts";
import { flatten, Linear, Module, unflatten, withParameters } from "../../../src/nn/index.ts";
import { refusal } from "../../support/refusal.ts";

class Attention extends Module {
  q_proj: Linear = new Linear(4, 6, { bias: true });
  readonly #notAParameter = zeros([3]);

  get hidden(): Tensor {
    return this.#notAParameter;
  }
}

class Layer extends Module {
  self_attn: Attention = new Attention();
  gain: Tensor = ones([4]);
}

class Tower extends Module {
  layers: Layer[] = [new Layer(), new Layer(), new Layer(), new Layer()];
  words: readonly string[] = ["no", "module"];
}

const names = [0, 1, 2, 3].flatMap((index) => [
  `layers.${index}.gain`,
  `layers.${index}.self_attn.q_proj.weight`,
  `layers.${index}.self_attn.q_proj.bias`,
]);

test("parameters are named by path through lists; private fields and other values are none", () => {
  scope(() => {
    const tower = new Tower();
    expect([...tower.parameters().keys()]).toEqual(names);
    expect(tower.layers[0]?.self_attn.hidden.shape).toEqual([3]);
  });
});

test("one parameter is replaced by its path, the others stay", () => {
  scope(() => {
    const tower = new Tower();
    const before = tower.parameters();
    const value = ones([6, 4]);
    tower.update(new Map([["layers.3.self_attn.q_proj.weight", value]]));
    expect(tower.layers[3]?.self_attn.q_proj.weight).toBe(value);
    for (const [name, tensor] of tower.parameters())
      if (name !== "layers.3.self_attn.q_proj.weight") expect(tensor, name).toBe(before.get(name));
  });
});

test("an update that does not fit names every problem and replaces nothing", () => {
  scope(() => {
    const tower = new Tower();
    const before = tower.parameters();
    const update = new Map([
      ["layers.0.gain", zeros([4])],
      ["layers.1.gain", zeros([5])],
      ["layers.9.gain", zeros([4])],
      ["layers.0.self_attn.q_proj.weight", zeros([4, 6])],
    ]);
    const error = refusal(() => tower.update(update), ModelError);
    expect(error.problems).toEqual([
      "layers.1.gain: shape 5, expected 4",
      "layers.9.gain: no such parameter",
      "layers.0.self_attn.q_proj.weight: shape 4×6, expected 6×4",
    ]);
    expect(tower.parameters()).toEqual(before);
  });
});

test("a layer is replaced by its path, and a wrong path is an error", () => {
  scope(() => {
    const tower = new Tower();
    const wider = new Linear(4, 8, { bias: false });
    tower.replaceChild("layers.2.self_attn.q_proj", wider);
    expect(tower.layers[2]?.self_attn.q_proj).toBe(wider);
    for (const path of ["layers.4.self_attn", "layers.0.mlp", "layers.0.gain", ""]) {
      const { message } = refusal(() => tower.replaceChild(path, wider), ModelError);
      expect(message).toContain(`'${path}'`);
    }
  });
});

test("freezing is of what is there; what comes later can be trained", () => {
  scope(() => {
    const tower = new Tower();
    tower.freeze();
    expect(tower.trainableSlots()).toEqual([]);
    tower.replaceChild("layers.2.self_attn.q_proj", new Linear(4, 8, { bias: false }));
    expect(tower.trainableSlots().map((slot) => slot.name)).toEqual([
      "layers.2.self_attn.q_proj.weight",
    ]);
    tower.unfreeze();
    expect(tower.trainableSlots().length).toBe(names.length - 1);
  });
});

test("parameters that were put in for a moment are taken out again, even when it fails", () => {
  scope(() => {
    const tower = new Tower();
    const before = tower.parameters();
    const [slot] = tower.trainableSlots();
    const fail = (): never =>
      withParameters(slot === undefined ? [] : [slot], [zeros([4])], () => {
        expect(tower.parameters()).not.toEqual(before);
        throw new Error("inside");
      });
    expect(fail).toThrow("inside");
    expect(tower.parameters()).toEqual(before);
  });
});

describe("flat and nested", () => {
  const isNumber = (value: unknown): value is number => typeof value === "number";
  const nested = {
    embed: 1,
    layers: [
      { self_attn: { q_proj: { weight: 2, bias: 3 } } },
      { self_attn: { q_proj: { weight: 4 } } },
    ],
  };

  test("paths from nested values, and the same values back", () => {
    const flat = flatten(nested, isNumber);
    expect([...flat]).toEqual([
      ["embed", 1],
      ["layers.0.self_attn.q_proj.weight", 2],
      ["layers.0.self_attn.q_proj.bias", 3],
      ["layers.1.self_attn.q_proj.weight", 4],
    ]);
    expect(unflatten(flat)).toEqual(nested);
  });

  test("numeric keys become arrays in numeric order, more than ten of them and in any order", () => {
    const values = Array.from({ length: 12 }, (_, index) => index * 10);
    const flat = new Map(values.map((value, index) => [`layers.${index}.w`, value] as const));
    const shuffled = new Map([...flat].toReversed());
    for (const map of [flat, shuffled])
      expect(unflatten(map)).toEqual({ layers: values.map((w) => ({ w })) });
  });

  test("a model's parameters survive the way there and back", () => {
    scope(() => {
      const flat = new Tower().parameters();
      const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
      expect(flatten(unflatten(flat), isTensor)).toEqual(flat);
    });
  });

  test("keys that leave a gap stay names", () => {
    expect(
      unflatten(
        new Map([
          ["a.1", 5],
          ["a.2", 6],
        ]),
      ),
    ).toEqual({ a: { 1: 5, 2: 6 } });
  });
});

test("partial use of a layer: a bias is a parameter only where there is one", () => {
  scope(() => {
    expect([...new Linear(2, 3, { bias: false }).parameters().keys()]).toEqual(["weight"]);
    const layer = new Linear(2, 3, { bias: true });
    layer.weight = float32([1, 2, 3, 4, 5, 6], [3, 2]);
    layer.bias = float32([10, 20, 30]);
    expect([...layer.forward(float32([1, 1], [1, 2])).toFloat32()]).toEqual([13, 27, 41]);
  });
});
