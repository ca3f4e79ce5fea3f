// `batch_size: auto` in a layer, and a number in a later one that takes it back.
import { expect, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";

const file = (batch_size: unknown) => layer("config", "run.yml", { optimization: { batch_size } });
const flag = (batch_size: unknown) =>
  layer("flag", "--batch-size", { optimization: { batch_size } });

const chosen = (...layers: ReturnType<typeof layer>[]) => {
  const { config, origins } = resolveConfig(layers);
  const { batch_size, auto_batch_size } = config.optimization;
  return { batch_size, auto_batch_size, from: origins.get("optimization.auto_batch_size") };
};

test("auto is a switch beside the size", () => {
  expect(chosen(flag("auto"))).toEqual({
    batch_size: 1,
    auto_batch_size: true,
    from: "flag:--batch-size",
  });
});

test("a number on the command line wins over auto in a file, and the other way round", () => {
  expect(chosen(file("auto"), flag(4))).toMatchObject({ batch_size: 4, auto_batch_size: false });
  expect(chosen(file(4), flag("auto"))).toMatchObject({ auto_batch_size: true });
});

test("another word is still no batch size", () => {
  expect(() => resolveConfig([flag("many")])).toThrow(/batch_size/);
});
