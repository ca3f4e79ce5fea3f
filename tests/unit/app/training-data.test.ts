import { expect, test } from "vitest";
import { defaultRunConfig } from "../../../src/app/config/schema.ts";
import { dataFormFor, trainingPath } from "../../../src/app/training-data.ts";
import { makeFile } from "../data/make-files.ts";

test.each([
  ["chatml", false, "chat"],
  ["llama", false, "chat"],
  ["alpaca", true, "mlx"],
  ["auto", true, "chat"],
  ["auto", false, "mlx"],
] as const)("the shipped set for %s (own template: %s) is the %s form", (template, own, form) => {
  expect(dataFormFor(template, own)).toBe(form);
});

test("a file that was named is taken", async () => {
  const file = makeFile("rows.jsonl", "{}\n");
  const config = defaultRunConfig();
  config.data.train_file = file;
  await expect(trainingPath(config, { chatTemplate: undefined })).resolves.toBe(file);
});
