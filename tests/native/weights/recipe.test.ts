// Recipes over real tensors: every value arrives where it should, goes back to where it was, and none is left behind.
import { describe, expect, test } from "vitest";
import { filesMadeBy } from "../../../src/core/named-files.ts";
import {
  arange,
  dispose,
  float32,
  liveTensors,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import {
  type StoredModel,
  convert,
  divided,
  elementwise,
  folded,
  join,
  mapTensors,
  readerOf,
  type Recipe,
  rename,
  rotaryHalves,
  split,
  transpose,
  unfolded,
  viewThrough,
} from "../../../src/weights/index.ts";

/** Tensors that hold 0, 1, 2, … so that a value's place says where it came from. */
function counting(shapes: Record<string, number[]>): Map<string, Tensor> {
  return new Map(
    Object.entries(shapes).map(([name, shape], at) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, arange(100 * at, 100 * at + size).reshape(...shape)];
    }),
  );
}

const numbers = (tensor: Tensor | undefined): number[] => [...(tensor?.toFloat32() ?? [])];
const shapesOf = (tensors: Map<string, Tensor>) =>
  new Map([...tensors].map(([name, tensor]) => [name, tensor.shape]));

/** What the recipe makes of the tensors, and what it stores of that. */
function thereAndBack(recipe: Recipe, tensors: Map<string, Tensor>) {
  const { entries } = mapTensors(recipe, shapesOf(tensors));
  const there = new Map<string, Tensor>();
  const back = new Map<string, Tensor>();
  for (const entry of entries) {
    const loaded = entry.load((name) => tensors.get(name) as Tensor);
    entry.parameters.forEach((name, at) => there.set(name, loaded[at] as Tensor));
    const stored = entry.store((name) => there.get(name) as Tensor);
    entry.sources.forEach((name, at) => back.set(name, stored[at] as Tensor));
  }
  return { there, back };
}

const expertShapes = (parts: string[], count: number): Record<string, number[]> =>
  Object.fromEntries(
    parts.flatMap((part) =>
      Array.from({ length: count }, (_, at) => [`e.${at}.${part}`, [2, 3]] as const),
    ),
  );

const fusedExperts = [
  convert(["e.{x#}.gate", "e.{x#}.up"], "experts", {
    ...divided(1, 2),
    forward: (values, on) => [on.concatenate(values, 1)],
    backward: (values, on) => values.flatMap((value) => on.split(value, [2, 2], 1)),
  }),
];

describe("there and back is the same", () => {
  test.each<[string, Recipe, Record<string, number[]>]>([
    ["names", [rename("a.{n}", "b.{n}")], { "a.1": [2, 3], other: [4] }],
    ["axes", [transpose("w")], { w: [3, 5] }],
    ["a split", [split("qkv", ["q", "k", "v"], [4, 2, 2])], { qkv: [8, 3] }],
    ["a join", [join(["gate", "up"], "gate_up")], { gate: [4, 3], up: [4, 3] }],
    ["a stack", [rename("e.{x#}.{part}", "s.{part}")], expertShapes(["up", "down"], 3)],
    ["a fused stack", fusedExperts, expertShapes(["gate", "up"], 3)],
    [
      "fused experts",
      [join(["e.{x#}.gate", "e.{x#}.up"], "s", 2, 1)],
      expertShapes(["gate", "up"], 2),
    ],
    ["rotary rows", [convert("q", "q", ...rotaryHalves(2))], { q: [8, 3] }],
    ["an unstacking", [convert("s", "e.{x#}")], { s: [3, 2, 2] }],
  ])("%s", (_what, recipe, shapes) => {
    scope(() => {
      const tensors = counting(shapes);
      const { back } = thereAndBack(recipe, tensors);
      expect([...back.keys()].toSorted()).toEqual([...tensors.keys()].toSorted());
      for (const [name, tensor] of tensors) {
        expect(back.get(name)?.shape, name).toEqual(tensor.shape);
        expect(numbers(back.get(name)), name).toEqual(numbers(tensor));
      }
    });
  });
});

describe("values arrive where they should", () => {
  test("experts keep their order, gate before up in each", () => {
    scope(() => {
      const tensors = counting(expertShapes(["gate", "up"], 2));
      const { there } = thereAndBack([join(["e.{x#}.gate", "e.{x#}.up"], "s", 2, 1)], tensors);
      expect(there.get("s")?.shape).toEqual([2, 4, 3]);
      const [gate0, gate1, up0, up1] = [...tensors.values()].map(numbers);
      expect(numbers(there.get("s"))).toEqual([gate0, up0, gate1, up1].flat());
    });
  });

  test("rows stored as rotary pairs become halves, head by head", () => {
    scope(() => {
      const pairs = float32([0, 1, 2, 3, 10, 11, 12, 13], [8, 1]);
      const { there } = thereAndBack(
        [convert("q", "q", ...rotaryHalves(2))],
        new Map([["q", pairs]]),
      );
      expect(numbers(there.get("q"))).toEqual([0, 2, 1, 3, 10, 12, 11, 13]);
    });
  });

  test("interleaved gate and up rows come apart", () => {
    const recipe = [
      convert("gu", ["g", "u"], unfolded(0, [-1, 2]), divided(1, 2), folded(0, [-1, 1])),
    ];
    scope(() => {
      const { there, back } = thereAndBack(recipe, counting({ gu: [6, 1] }));
      expect(numbers(there.get("g"))).toEqual([0, 2, 4]);
      expect(numbers(there.get("u"))).toEqual([1, 3, 5]);
      expect(numbers(back.get("gu"))).toEqual([0, 1, 2, 3, 4, 5]);
    });
  });

  test("numbers that are meant otherwise", () => {
    const minusOne = elementwise(
      (tensor) => tensor.sub(1),
      (tensor) => tensor.add(1),
    );
    scope(() => {
      const { there, back } = thereAndBack([convert("n", "n", minusOne)], counting({ n: [3] }));
      expect(numbers(there.get("n"))).toEqual([-1, 0, 1]);
      expect(numbers(back.get("n"))).toEqual([0, 1, 2]);
    });
  });
});

/** A checkpoint whose tensors are made on the spot. */
function checkpointWith(shapes: Record<string, number[]>): StoredModel {
  const tensors = Object.entries(shapes).map(
    ([name, shape]) => [name, { file: "f", dtype: "F32", shape, bytes: 4 }] as const,
  );
  const load = () => scope(() => readerOf(counting(shapes)));
  return {
    folder: "f",
    config: {},
    companions: filesMadeBy("", new Map()),
    files: [],
    fileBytes: new Map(),
    tensors: new Map(tensors),
    load,
  };
}

describe("a checkpoint seen through a recipe", () => {
  const recipe = [split("l.{n}.qkv", ["l.{n}.q", "l.{n}.k"]), rename("blk.{n*}", "{n}")];

  test("presents the other names, gives their tensors, and leaves nothing behind", () => {
    const before = liveTensors();
    const view = viewThrough(recipe, checkpointWith({ "l.0.qkv": [4, 2], "blk.w": [3] }));
    expect([...view.tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ["l.0.q", [2, 2]],
      ["l.0.k", [2, 2]],
      ["w", [3]],
    ]);
    const reader = view.load();
    const second = reader.read("l.0.k");
    expect(numbers(second)).toEqual([4, 5, 6, 7]);
    const verbatim = reader.read("w");
    expect(numbers(verbatim)).toEqual([100, 101, 102]);
    reader.close();
    dispose([second, verbatim]);
    expect(liveTensors()).toBe(before);
  });

  test("recipes follow one another", () => {
    const first = viewThrough(recipe, checkpointWith({ "l.0.qkv": [4, 2] }));
    const second = viewThrough([rename("l.{n}.{part}", "layers.{n}.{part}_proj")], first);
    const reader = second.load();
    const [q, k] = ["layers.0.q_proj", "layers.0.k_proj"].map((name) => reader.read(name));
    expect(numbers(q)).toEqual([0, 1, 2, 3]);
    expect(numbers(k)).toEqual([4, 5, 6, 7]);
    reader.close();
    dispose([q, k]);
  });

  test("what a rule lacks is told with exit code 7", () => {
    const whole = [join(["a", "b"], "ab")];
    expect(() => viewThrough(whole, checkpointWith({ a: [1] }))).toThrow(
      expect.objectContaining({ code: "FT-WEIGHTS-017", exitCode: 7, problems: ["missing: b"] }),
    );
  });
});
