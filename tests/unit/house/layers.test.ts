import path from "node:path";
import { describe, expect, test } from "vitest";
import { cruiseLayers } from "../../../dev/cruise.ts";
import { layers, withoutAddon } from "../../../dev/layers.ts";

// The guard of the layers is guarded: seeded violations must be found, and the real tree must have been read.

const root = path.resolve(import.meta.dirname, "../../..");
const tsconfig = path.join(root, "tsconfig.json");

describe("a tree with seeded violations", async () => {
  const { violations } = await cruiseLayers(
    path.join(root, "tests/fixtures/house/layers"),
    tsconfig,
  );

  test.each([
    ["upward", "core-imports-lower-ranks-only: src/core/upward.ts -> src/app/answer.ts"],
    [
      "upward, type only",
      "core-imports-lower-ranks-only: src/core/upward-type.ts -> src/app/answer.ts",
    ],
    [
      "to an equal rank",
      "text-imports-lower-ranks-only: src/text/equal-rank.ts -> src/mx/tensor.ts",
    ],
    ["data to the addon", "works-without-addon: src/data/touches-addon.ts -> src/mx/tensor.ts"],
    ["to dev", "product-does-not-import-dev-or-tests: src/app/uses-dev.ts -> dev/tool.ts"],
    ["in a ring", "no-cycle: src/app/ping.ts -> src/app/pong.ts"],
    ["from a folder without rank", "folder-has-a-rank: src/lost/no-rank.ts -> src/app/answer.ts"],
  ])("an import %s is found", (_, violation) => {
    expect(violations).toContain(violation);
  });

  test("nothing else is complained about", () => {
    expect(violations.filter((line) => line.includes("src/app/answer.ts ->"))).toEqual([]);
  });
});

describe("the real tree", async () => {
  const { modules, violations } = await cruiseLayers(root, tsconfig);

  test("has been read", () => expect(modules).toBeGreaterThan(50));
  test("keeps to the layers", () => expect(violations).toEqual([]));
});

test("every folder without the addon is a layer", () => {
  expect(layers.flat()).toEqual(expect.arrayContaining([...withoutAddon]));
});
