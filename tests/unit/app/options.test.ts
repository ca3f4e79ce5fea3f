import { describe, expect, test } from "vitest";
import { z } from "zod";
import { loraScale } from "../../../src/adapters/options.ts";
import { variableOf } from "../../../src/app/config/environment.ts";
import { valueAt } from "../../../src/app/config/layers.ts";
import { defaultRunConfig, RunConfigSchema } from "../../../src/app/config/schema.ts";
import { optionsOf } from "../../../src/core/options.ts";
import { warmupThatFits } from "../../../src/train/options.ts";

const options = optionsOf(RunConfigSchema);

describe("the schema as a list of options", () => {
  test.each(options)("$key has help, its default, and a spelling", (option) => {
    expect(option.description).not.toBe("");
    expect(valueAt(defaultRunConfig(), option.path)).toEqual(option.default);
    expect(option.flag.long).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  test("no two options share a flag, a letter or a variable", () => {
    const letters = options.flatMap((option) => option.flag.short ?? []);
    for (const names of [
      options.map((option) => option.flag.long),
      letters,
      options.map((option) => variableOf(option.path)),
    ]) {
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test("the documented flags are there", () => {
    const known = options.flatMap(({ flag }) => [flag.long, flag.short ?? ""]);
    const documented =
      "output o template t format epochs e batch-size b lr lora-rank r lora-alpha a val-split iters " +
      "gradient-accumulation-steps save-steps data-order init-adapter seed lora-dropout lora-scale " +
      "target-modules num-layers bias-correction report-every data";
    expect(known).toEqual(expect.arrayContaining(documented.split(" ")));
  });

  test("the JSON Schema knows every group and refuses other keys", () => {
    const schema = z.toJSONSchema(RunConfigSchema, { io: "input" });
    expect(Object.keys(schema.properties ?? {})).toEqual(Object.keys(RunConfigSchema.shape));
    expect(schema.additionalProperties).toBe(false);
  });
});

describe("loraScale", () => {
  const base = { r: 16, alpha: 32, scale: null, use_rslora: false };

  test("alpha over rank, or over its root, or as given", () => {
    expect(loraScale(base)).toBe(2);
    expect(loraScale({ ...base, use_rslora: true })).toBe(8);
    expect(loraScale({ ...base, scale: 20 })).toBe(20);
  });
});

describe("warmupThatFits", () => {
  test.each([
    [100, 1000, 100, false],
    [0, 5, 0, false],
    [100, 100, 10, true],
    [100, 7, 1, true],
  ])("%i of %i steps: %i", (asked, total, warmupSteps, shortened) => {
    expect(
      warmupThatFits({ warmup_ratio: null, warmup_steps: asked, lr_scheduler: "linear" }, total),
    ).toEqual({
      warmupSteps,
      shortened,
    });
  });
});
