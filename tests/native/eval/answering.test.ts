// Rows answered for metrics that read calls: an answer is taken apart as its template writes it, thoughts that the prompt
// begins among it. The model's text is given, so that it says what the test is about.
import { expect, test } from "vitest";
import { Answering } from "../../../src/app/evaluate/answering.ts";
import { type Metric, metrics } from "../../../src/eval/index.ts";
import { Generation } from "../../../src/generate/generation.ts";
import type { GeneratedToken } from "../../../src/generate/index.ts";
import type { Model } from "../../../src/generate/load-model.ts";
import { loadTokenizer, rendererOf } from "../../../src/text/index.ts";

const tokenizer = await loadTokenizer("tests/fixtures/text/tokenizers/qwen");

/** Thoughts are opened by the prompt, and calls are Hermes'. */
const source = [
  "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}",
  '{# <tool_call>{"name": …}</tool_call> #}',
  "{% if false %}<tool_call>\n</tool_call>{% endif %}",
  "<|im_start|>assistant\n<think>\n",
].join("");

/** A model that says this. */
function saying(text: string): Model {
  const submit = (_: unknown, onToken?: (token: GeneratedToken) => void): Generation => {
    const generation = new Generation(onToken && { onToken });
    generation.tell({ id: 1, text });
    const seconds = { first: 0, all: 1 };
    const end = { finishReason: "stop", tokenIds: [1], cachedTokens: 0, promptTokens: 1 } as const;
    generation.end({ ...end, tokenIds: [1], text, seconds });
    return generation;
  };
  const loaded = { sizes: { vocabularySize: tokenizer.vocabularySize } };
  return { engine: { submit }, tokenizer, loaded } as unknown as Model;
}

test("thoughts that the prompt opens are no part of the answer, and no call in them counts", async () => {
  const call = (of: string): string =>
    `<tool_call>\n{"name": "count", "arguments": {"of": "${of}"}}\n</tool_call>`;
  const model = saying(`perhaps ${call("b")}, no\n</think>\n\nHere.\n${call("a")}`);
  const renderer = rendererOf(tokenizer, { name: "jinja", text: source });
  const ids = renderer.prompt([{ role: "user", content: "How many?" }]);
  expect(tokenizer.decode(ids).trimEnd()).toMatch(/<think>$/);
  const chosen: [string, Metric][] = [["tool_calls", metrics.get("tool_calls")]];
  const answering = new Answering(model, renderer, chosen, { maxGenLength: 9, seed: 1 });
  const calls = [{ name: "count", arguments: { of: "a" } }];
  const row = { file: "f", line: 1, value: {}, sample: { kind: "text", text: "" } } as never;
  const question = { ids, prompt: "How many?", reference: "", calls };
  const found = await answering.row({ row, question }, 0);
  expect(found).toMatchObject({ prediction: "Here.", calls, scores: { tool_calls: 1 } });
});
