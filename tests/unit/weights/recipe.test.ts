// Recipes over names and shapes alone: what becomes of every tensor, and what is said when something does not fit.
// That values arrive where names say is tests/native/weights/recipe.test.ts's question.
import { describe, expect, test } from "vitest";
import {
  convert,
  divided,
  drop,
  folded,
  inverted,
  join,
  mapTensors,
  readsOnly,
  type Recipe,
  rename,
  split,
  tie,
  transpose,
  transposed,
  unfolded,
} from "../../../src/weights/recipe/index.ts";
import { NamePattern } from "../../../src/weights/recipe/patterns.ts";

type Shapes = Record<string, number[]>;

function mapped(recipe: Recipe, found: Shapes) {
  const { shapes, blocked, ...mapping } = mapTensors(recipe, new Map(Object.entries(found)));
  return { ...mapping, shapes: Object.fromEntries(shapes), blocked: [...blocked] };
}

/** Shapes after the recipe and after its inverse. */
function thereAndBack(recipe: Recipe, found: Shapes): { there: Shapes; back: Shapes } {
  const { shapes } = mapTensors(recipe, new Map(Object.entries(found)));
  const back = mapTensors(inverted(recipe), shapes);
  return {
    there: Object.fromEntries(shapes) as Shapes,
    back: Object.fromEntries(back.shapes) as Shapes,
  };
}

describe("names", () => {
  test.each([
    ["h.{layer}.{part*}", "h.3.attn.c_attn.weight", { layer: "3", part: "attn.c_attn.weight" }],
    ["h.{layer}", "h.3.attn", undefined],
    ["{path*}.[bias|masked_bias]", "h.0.masked_bias", { path: "h.0" }],
    ["[transformer.|]{path*}", "transformer.wte", { path: "wte" }],
    ["[transformer.|]{path*}", "wte", { path: "wte" }],
    ["{layer:a|b}.weight", "c.weight", undefined],
    ["{layer:a|b}.weight", "b.weight", { layer: "b" }],
    ["e.{expert#}.w", "e.12.w", { expert: "12" }],
    ["e.{expert#}.w", "e.012.w", undefined],
    ["{a}.{a}", "x.x", { a: "x" }],
    ["{a}.{a}", "x.y", undefined],
    ["a.b", "aXb", undefined],
  ])("%s meets %s", (pattern, name, captures) => {
    const found = new NamePattern(pattern).match(name);
    expect(found && Object.fromEntries(found)).toEqual(captures);
  });

  test("what is written back takes the first of the words", () => {
    const pattern = new NamePattern("[transformer.|]h.{layer}");
    expect(pattern.write(new Map([["layer", "2"]]))).toBe("transformer.h.2");
    expect(() => pattern.write(new Map())).toThrow("{layer}");
  });

  test("a placeholder that the other side lacks is the author's mistake", () => {
    expect(() => rename("a.{n}", "b")).toThrow("{n} stands on one side only");
    expect(() => rename("a", "b.{n}")).toThrow(RangeError);
    expect(() => rename("a.{n#}", "b.{n}")).toThrow(RangeError);
  });

  test("a name of a million characters costs nothing", () => {
    const long = "a.".repeat(500_000);
    const recipe = [rename("{a*}.x.{b*}", "{a*}.y.{b*}")];
    expect(mapped(recipe, { [long]: [1] }).shapes).toEqual({ [long]: [1] });
  });
});

const experts = (count: number, part: string, shape: number[]): Shapes =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`l.0.e.${at}.${part}.weight`, shape]),
  );

describe("what becomes of tensors", () => {
  test("renamed, turned, split, joined, stacked; others keep their names", () => {
    const recipe = [
      rename("l.{n}.ln.{part}", "layers.{n}.norm.{part}"),
      transpose("l.{n}.fc.weight", "layers.{n}.up.weight"),
      split("l.{n}.qkv.{part}", ["layers.{n}.q.{part}", "layers.{n}.k.{part}"], [8, 4]),
      join(["l.{n}.gate.weight", "l.{n}.up.weight"], "layers.{n}.gate_up.weight"),
      rename("l.{n}.e.{expert#}.{part}.weight", "layers.{n}.experts.{part}.weight"),
    ];
    const found = {
      "l.0.ln.weight": [6],
      "l.0.fc.weight": [6, 10],
      "l.0.qkv.weight": [12, 6],
      "l.0.qkv.bias": [12],
      "l.0.gate.weight": [5, 6],
      "l.0.up.weight": [5, 6],
      ...experts(3, "w1", [7, 6]),
      "head.weight": [9, 6],
    };
    const wanted = {
      "layers.0.norm.weight": [6],
      "layers.0.up.weight": [10, 6],
      "layers.0.q.weight": [8, 6],
      "layers.0.k.weight": [4, 6],
      "layers.0.q.bias": [8],
      "layers.0.k.bias": [4],
      "layers.0.gate_up.weight": [10, 6],
      "layers.0.experts.w1.weight": [3, 7, 6],
      "head.weight": [9, 6],
    };
    expect(mapped(recipe, found)).toMatchObject({
      shapes: wanted,
      missing: [],
      surplus: [],
      problems: [],
    });
    const { there, back } = thereAndBack(recipe, found);
    expect(there).toEqual(wanted);
    expect(back).toEqual(found);
  });

  test("stacked and joined in one rule, as mixtures of experts are fused", () => {
    const fused = "layers.{n}.experts.gate_up.weight";
    const parts = ["l.{n}.e.{expert#}.w1.weight", "l.{n}.e.{expert#}.w3.weight"];
    const recipe = [join(parts, fused, 2, 1)];
    const found = { ...experts(4, "w1", [5, 6]), ...experts(4, "w3", [5, 6]) };
    const { there, back } = thereAndBack(recipe, found);
    expect(there).toEqual({ "layers.0.experts.gate_up.weight": [4, 10, 6] });
    expect(back).toEqual(found);
  });

  test("queries, keys and values grouped by key head", () => {
    const grouped = unfolded(0, [2, -1, 3]);
    const recipe = [
      convert(
        "wqkv.weight",
        ["q.weight", "k.weight", "v.weight"],
        grouped,
        divided(1, [4, 1, 1]),
        folded(0, [2, -1, 3]),
      ),
    ];
    const { there, back } = thereAndBack(recipe, { "wqkv.weight": [36, 7] });
    expect(there).toEqual({ "q.weight": [24, 7], "k.weight": [6, 7], "v.weight": [6, 7] });
    expect(back).toEqual({ "wqkv.weight": [36, 7] });
  });

  test("turned axes come back, convolutions too", () => {
    const recipe = [convert("conv.weight", "conv.weight", transposed(0, 2, 1))];
    const { there, back } = thereAndBack(recipe, { "conv.weight": [8, 1, 4] });
    expect(there).toEqual({ "conv.weight": [8, 4, 1] });
    expect(back).toEqual({ "conv.weight": [8, 1, 4] });
  });

  test("the first rule that knows a name decides; one that only reads is not written", () => {
    const recipe = [readsOnly(rename("old.{n}", "new.{n}")), rename("w.{n}", "new.{n}")];
    expect(mapped(recipe, { "old.1": [2] }).shapes).toEqual({ "new.1": [2] });
    expect(thereAndBack(recipe, { "old.1": [2] }).back).toEqual({ "w.1": [2] });
  });

  test("words that one side lists hold on the way back too", () => {
    const recipe = [
      transpose("{n}.{layer:a|b}.weight", "x.{n}.{layer}.weight"),
      rename("{n*}", "x.{n*}"),
    ];
    const found = { "0.a.weight": [2, 3], "0.norm.weight": [4] };
    const { there, back } = thereAndBack(recipe, found);
    expect(there).toEqual({ "x.0.a.weight": [3, 2], "x.0.norm.weight": [4] });
    expect(back).toEqual(found);
  });

  test("dropped and tied ones are told apart", () => {
    const recipe = [drop("{path*}.mask"), tie("head", "embed")];
    expect(mapped(recipe, { "a.mask": [1], head: [5, 2], embed: [5, 2] })).toMatchObject({
      ignored: ["a.mask"],
      tied: ["head"],
      shapes: { embed: [5, 2] },
    });
    expect(mapped(recipe, { head: [5, 2] })).toMatchObject({ tied: [], shapes: { embed: [5, 2] } });
    expect(mapped(recipe, { head: [5, 3], embed: [5, 2] }).problems).toEqual([
      "head: shape 5×3, but embed, which it repeats, 5×2",
    ]);
  });
});

describe("what does not fit", () => {
  test("a tensor for a parameter that is there already is surplus", () => {
    const recipe = [rename("[a.|]{n*}", "{n}")];
    expect(mapped(recipe, { "a.w": [1], w: [1] })).toMatchObject({ surplus: ["w"] });
  });

  test("a stack with holes names them", () => {
    const recipe = [rename("l.{n}.e.{expert#}.{part}.weight", "s.{n}.{part}.weight")];
    const found = experts(4, "w1", [5, 6]);
    delete found["l.0.e.1.w1.weight"];
    const { missing, shapes, blocked } = mapped(recipe, found);
    expect({ missing, shapes, blocked }).toEqual({
      missing: ["l.0.e.1.w1.weight"],
      shapes: {},
      blocked: ["s.0.w1.weight"],
    });
  });

  test("of a stack without beginning twenty are named, however high it counts", () => {
    const recipe = [rename("e.{expert#}", "stack")];
    expect(mapped(recipe, { "e.999999": [2] }).missing.length).toBe(20);
  });

  test("a part of what is joined is missing", () => {
    const recipe = [join(["gate.{part}", "up.{part}"], "gate_up.{part}")];
    expect(mapped(recipe, { "gate.weight": [2, 3] })).toMatchObject({
      missing: ["up.weight"],
      blocked: ["gate_up.weight"],
    });
  });

  test.each<[string, Recipe, Shapes]>([
    ["parts of other lengths", [split("qkv", ["q", "k"], [8, 4])], { qkv: [11, 2] }],
    ["an odd number of rows", [split("ab", ["a", "b"])], { ab: [5] }],
    ["widths that differ", [join(["a", "b"], "ab")], { a: [2, 3], b: [2, 4] }],
    ["experts that differ", [rename("e.{expert#}", "s")], { "e.0": [2, 3], "e.1": [3, 2] }],
    ["no axis to turn", [transpose("a")], { a: [4] }],
    ["no multiple", [convert("a", "a", unfolded(0, [3, -1]))], { a: [10] }],
    ["a stack of millions", [convert("a", "b.{n#}")], { a: [2_000_000_000, 1] }],
  ])("%s", (_what, recipe, found) => {
    const { problems, entries } = mapped(recipe, found);
    expect(entries).toEqual([]);
    expect(problems.length).toBe(1);
    expect(problems[0]).toContain(Object.keys(found)[0]);
  });
});
