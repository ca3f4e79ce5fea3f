import { describe, expect, test } from "vitest";
import { betterKnown } from "../../../src/app/config/better-known.ts";
import { layer } from "../../../src/app/config/layers.ts";
import { presets } from "../../../src/app/config/presets.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";

const quick = layer("preset", "quick", presets.quick);

function said(values: Record<string, unknown>, parameters: number | null = 135e6) {
  const model = { name: "org/name" };
  return betterKnown(resolveConfig([quick, layer("flag", "", { model, ...values })]), parameters);
}

test("what quick starts from has settings that did better, in one line with what was measured", () => {
  const line = said({}) ?? "";
  expect(line).toMatch(
    /^--target-modules all-linear .*, --lr 1e-3 .*SmolLM2-135M.*choosing-settings/,
  );
  expect(line).not.toContain("\n");
});

test("what a person chose is left alone, also where it is the default", () => {
  expect(said({ optimization: { learning_rate: 3e-4 } })).not.toContain("--lr");
  expect(said({ lora: { target_modules: ["q_proj", "v_proj"] } })).not.toContain("all-linear");
  const both = { lora: { target_modules: ["v_proj"] }, optimization: { learning_rate: 1e-4 } };
  expect(said(both)).toBeUndefined();
});

describe("nothing is said of what was not measured:", () => {
  test.each([
    ["every weight", { method: "full" }],
    ["preferences", { method: "dpo" }],
    ["another tool's course", { course: { compat: "mlx-lm" } }],
  ])("%s", (_, values) => {
    expect(said(values)).toBeUndefined();
  });

  test("a model of more than a billion parameters; of one that is not known yet, the measured size is told", () => {
    expect(said({}, 1.2e9)).toBeUndefined();
    expect(said({}, 0.5e9)).toBeDefined();
    expect(said({}, null)).toContain("SmolLM2-135M");
  });

  test("another optimizer's rate", () => {
    expect(said({ optimization: { optimizer: "muon" } })).not.toContain("--lr");
  });
});
