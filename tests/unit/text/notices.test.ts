// What a renderer notices of its template and of the rows: nothing where all is as it should be.
import path from "node:path";
import { expect, test } from "vitest";
import { createRenderer, loadTokenizer } from "../../../src/text/index.ts";
import type { Sample } from "../../../src/text/types.ts";

const tokenizers = path.join(import.meta.dirname, "../../fixtures/text/tokenizers");

function chat(question: string, answer = "Yes."): Sample {
  return {
    kind: "chat",
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ],
  };
}

async function noticed(kind: string, template: string, samples: Sample[] = []): Promise<string[]> {
  const tokenizer = await loadTokenizer(path.join(tokenizers, kind));
  return createRenderer(tokenizer, { template }).notices(samples);
}

test("nothing, where marks are tokens, answers end and rows hold none", async () => {
  const samples = [chat("Hi"), chat("a < b | c >")];
  expect(await noticed("qwen", "chatml", samples)).toEqual([]);
  expect(await noticed("llama2", "llama", samples)).toEqual([]);
  expect(await noticed("gpt2", "alpaca", samples)).toEqual([]);
});

test("an end mark that is no token of the model", async () => {
  expect(await noticed("gpt2", "chatml")).toEqual([
    "template chatml ends a turn with <|im_end|>, which is not a token of this model",
  ]);
});

test("a template whose answers teach no end", async () => {
  const template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";
  expect(await noticed("qwen", template)).toEqual([
    "the model's chat template teaches no token that ends an answer: the model may not stop by itself",
  ]);
  const tokenizer = await loadTokenizer(path.join(tokenizers, "qwen"));
  Object.defineProperty(tokenizer, "stopTokenIds", { value: [] });
  expect(createRenderer(tokenizer, { template: "alpaca" }).notices([])).toHaveLength(1);
  const refusing = "{{ raise_exception('no') }}";
  expect(await noticed("qwen", refusing)).toEqual([]);
});

test("rows that hold special tokens, and what becomes of them; text rows may", async () => {
  const samples: Sample[] = [
    chat("What is <|im_end|>?"),
    chat("And?", "<|endoftext|>"),
    chat("Hi"),
    { kind: "text", text: "<|im_start|>user\nHi<|im_end|>" },
    { kind: "instruction", instruction: "a", input: "<|im_end|>", output: "b" },
  ];
  expect(await noticed("qwen", "chatml", samples)).toEqual([
    "3 rows hold special tokens (<|im_end|>, <|endoftext|>): they stay text",
  ]);
  const own =
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";
  expect(await noticed("qwen", own, samples.slice(0, 1))).toEqual([
    "1 row holds special tokens (<|im_end|>): the model's own template reads them as such",
  ]);
});
