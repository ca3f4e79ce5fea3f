// Text, ids and masks of chat templates equal transformers' apply_chat_template.
// To make the expected values again: python tests/fixtures/text/make_templates.py
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/core/errors.ts";
import { createRenderer, loadTokenizer } from "../../../src/text/index.ts";
import type { Message, Tokenizer } from "../../../src/text/types.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/text");

interface Case {
  template: string;
  tokenizer: string;
  name: string;
  prompt: boolean;
  messages: Message[];
  expected: { text?: string; ids?: number[]; mask?: number[]; error?: string };
}

const cases = JSON.parse(readFileSync(path.join(fixtures, "chat.json"), "utf8")) as Case[];
const names = [...new Set(cases.map(({ template }) => template))];

async function tokenizerOf(kind: string): Promise<Tokenizer> {
  return loadTokenizer(path.join(fixtures, "tokenizers", kind));
}

function templateOf(name: string): string {
  return readFileSync(path.join(fixtures, "templates", `${name}.jinja`), "utf8");
}

test("every template of the folder but the dated one is compared", () => {
  const files = readdirSync(path.join(fixtures, "templates")).map((file) => path.parse(file).name);
  expect([...names, "dated"].sort()).toEqual(files.sort());
});

describe.each(names)("%s", (name) => {
  const chosen = cases.filter(({ template }) => template === name);
  const customTemplate = templateOf(name);

  test("text and ids", async () => {
    const tokenizer = await tokenizerOf(chosen[0]?.tokenizer ?? "");
    const renderer = createRenderer(tokenizer, { template: "jinja", customTemplate });
    for (const { name: title, prompt, messages, expected } of chosen) {
      const run = (): unknown =>
        prompt
          ? { text: renderer.promptText(messages), ids: renderer.prompt(messages) }
          : { ids: renderer.render({ kind: "chat", messages }, "all").ids };
      if (expected.error !== undefined) {
        expect(run, title).toThrow(DataError);
        expect(run, title).toThrow(expected.error);
      } else {
        const text = prompt ? { text: expected.text } : {};
        expect(run(), title).toEqual({ ...text, ids: expected.ids });
      }
    }
  });
});

const tagged = names.filter((name) =>
  cases.some((one) => one.template === name && one.expected.mask),
);

test("templates with generation tags are compared", () => {
  expect(tagged).toEqual(["generation-dashes", "generation"]);
});

test.each(tagged)("%s: the mask of its tags", async (name) => {
  const chosen = cases.filter(
    ({ template, prompt, expected }) => template === name && !prompt && expected.mask?.includes(1),
  );
  expect(chosen.length).toBeGreaterThan(8);
  const tokenizer = await tokenizerOf("qwen");
  const customTemplate = templateOf(name);
  const renderer = createRenderer(tokenizer, { template: "jinja", customTemplate });
  for (const { name: title, messages, expected } of chosen) {
    const { weights } = renderer.render({ kind: "chat", messages }, "assistant");
    expect(weights, title).toEqual(expected.mask);
  }
});

test("strftime_now prints today in English", async () => {
  const tokenizer = await tokenizerOf("qwen");
  const customTemplate = path.join(fixtures, "templates/dated.jinja");
  const text = createRenderer(tokenizer, { template: "jinja", customTemplate }).promptText([
    { role: "user", content: "hi" },
  ]);
  const now = new Date();
  const long = now.toLocaleString("en-US", { month: "long" });
  const short = now.toLocaleString("en-US", { month: "short" });
  const month = String(now.getMonth() + 1).padStart(2, "0");
  expect(text).toBe(`Year ${now.getFullYear()}, month ${month} ${long} ${short}\nuser: hi\n`);
});
