// Which blocks are alike, and how names are told without repeating them.
import { expect, test } from "vitest";
import { changes, kindsOf, withoutRepeats } from "../../../dev/port/blocks.ts";

const tensor = (name: string, ...shape: number[]) => ({ name, shape });

test("blocks of the same names and shapes are one kind, whatever the order of the tensors", () => {
  const { outside, kinds } = kindsOf(
    [
      tensor("model.norm.weight", 8),
      tensor("model.layers.10.b", 3),
      tensor("model.layers.10.a.weight", 2, 4),
      tensor("model.layers.0.a.weight", 2, 4),
      tensor("model.layers.0.b", 3),
      tensor("model.layers.1.a.weight", 4, 2),
      tensor("model.layers.1.b", 3),
      tensor("model.layers_norm.weight", 8),
    ],
    "model.layers",
  );
  expect(outside.map(({ name }) => name)).toEqual([
    "model.norm.weight",
    "model.layers_norm.weight",
  ]);
  expect(kinds).toEqual([
    { blocks: [0, 10], tensors: [tensor("a.weight", 2, 4), tensor("b", 3)] },
    { blocks: [1], tensors: [tensor("a.weight", 4, 2), tensor("b", 3)] },
  ]);
});

test("experts of one shape are one line; others stay apart", () => {
  const experts = [0, 1, 2].map((expert) => tensor(`mlp.experts.${expert}.up.weight`, 4, 2));
  expect(
    withoutRepeats([tensor("a", 1), ...experts, tensor("mlp.experts.3.up.weight", 9)]),
  ).toEqual([
    tensor("a", 1),
    tensor("mlp.experts.{0…2}.up.weight", 4, 2),
    tensor("mlp.experts.3.up.weight", 9),
  ]);
});

test("what one list of names has more than another", () => {
  expect(changes(new Set(["a", "b"]), new Set(["b", "c"]))).toEqual({ added: ["c"], gone: ["a"] });
});
