// What is told of settings that the chosen method does not read.
import { expect, test } from "vitest";
import { layer } from "../../../src/app/config/layers.ts";
import { valuesOfOtherMethods } from "../../../src/app/config/other-methods.ts";
import { resolveConfig } from "../../../src/app/config/resolve.ts";

function told(values: Record<string, unknown>): string[] {
  return valuesOfOtherMethods(resolveConfig([layer("config", "c.yml", values)]));
}

test("a teacher, or a preference's beta, without the method that reads it", () => {
  expect(told({ distillation: { teacher: "./large" } })).toEqual([
    "distillation.teacher is not used: it is read by --method distillation alone",
  ]);
  const flagged = {
    ...layer("flag", "", { preference: { beta: 0.5 } }),
    originOf: () => "flag:--beta",
  };
  expect(valuesOfOtherMethods(resolveConfig([flagged]))).toEqual([
    "--beta is not used: it is read by --method dpo, orpo, simpo, kto alone",
  ]);
});

test("nothing of what is read, of defaults written out, and of options that every method reads", () => {
  expect(told({ method: "dpo", preference: { beta: 0.5 } })).toEqual([]);
  expect(told({ method: "distillation", distillation: { teacher: "./large" } })).toEqual([]);
  expect(told({ preference: { beta: 0.1 }, distillation: { teacher: null } })).toEqual([]);
  expect(told({ method: "full", lora: { num_layers: 2 }, loss: { neftune_alpha: 5 } })).toEqual([]);
});
