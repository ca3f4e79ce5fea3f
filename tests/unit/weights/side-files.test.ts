// Which files belong to a model beside its weights: every tokenizer's, and never code.
import { expect, test } from "vitest";
import { isSideFile } from "../../../src/weights/side-files.ts";

test.each([
  ["config.json", true],
  ["spiece.model", true],
  ["tekken.json", true],
  ["qwen.tiktoken", true],
  ["chat_template.jinja", true],
  ["modeling_acme.py", false],
  ["model.safetensors", false],
  ["adapter_config.json", false],
  ["../config.json", false],
])("%s: %s", (name, belongs) => {
  expect(isSideFile(name)).toBe(belongs);
});
