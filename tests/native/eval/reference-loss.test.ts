// The loss of references beside a softmax computed here, in doubles, from the logits of one pass.
import { join } from "node:path";
import { beforeAll, afterAll, expect, test } from "vitest";
import type { Row } from "../../../src/data/index.ts";
import { referenceLoss, scoreOf, metrics } from "../../../src/eval/index.ts";
import { loadModel, type Model } from "../../../src/generate/load-model.ts";
import { createRenderer } from "../../../src/text/index.ts";
import type { Renderer, Sample } from "../../../src/text/types.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeToyModel } from "../../support/toy-model.ts";

let model: Model;
let renderer: Renderer;

beforeAll(async () => {
  model = await loadModel(await makeToyModel(join(makeFolder(), "model")));
  renderer = createRenderer(model.tokenizer, { template: "chatml" });
});
afterAll(() => model.dispose());

/** −log p of a class, from its logits. */
function lossOf(logits: Float32Array, target: number): number {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((all, logit) => all + Math.exp(logit - largest), 0);
  return largest + Math.log(sum) - (logits[target] ?? Number.NaN);
}

function expected(sample: Sample, policy: "all" | "last", maxLength: number) {
  const { ids, weights } = renderer.render(sample, policy);
  const read = ids.slice(0, maxLength);
  const logits = model.forward(read).data;
  const size = logits.length / read.length;
  let [sum, tokens] = [0, 0];
  for (let at = 1; at < read.length; at++) {
    if (weights[at] === 0) continue;
    sum += lossOf(logits.subarray((at - 1) * size, at * size), read[at] ?? 0);
    tokens++;
  }
  return { sum, tokens };
}

const samples: [string, Sample, "all" | "last"][] = [
  [
    "a conversation",
    {
      kind: "chat",
      messages: [
        { role: "user", content: "what is 3 plus one?" },
        { role: "assistant", content: "four" },
        { role: "user", content: "and two?" },
        { role: "assistant", content: "it is six" },
      ],
    },
    "last",
  ],
  [
    "an instruction",
    { kind: "instruction", instruction: "add", input: "1 and 2", output: "3" },
    "last",
  ],
  ["a text", { kind: "text", text: "one two three four five" }, "all"],
];

test.each(samples)("%s", (_, sample, policy) => {
  const row: Row = { sample, format: "", file: "rows.jsonl", line: 1 };
  for (const maxLength of [512, 12]) {
    const found = referenceLoss(model.loaded.model, row, { renderer, maxLength });
    const { sum, tokens } = expected(sample, policy, maxLength);
    if (tokens === 0) expect(found).toBeUndefined();
    else {
      expect(found?.tokens).toBe(tokens);
      // float32 sums beside double ones
      expect(Math.abs((found?.sum ?? Number.NaN) / sum - 1)).toBeLessThan(1e-5);
    }
  }
});

test.each([
  [12, 12],
  [12, 5],
  [12, 11],
  [512, 4],
])("a long text in windows of %d tokens, %d apart", (maxLength, stride) => {
  const text = Array.from({ length: 30 }, (_, at) => `word ${at * 7}`).join(", ");
  const sample: Sample = { kind: "text", text };
  const row: Row = { sample, format: "", file: "rows.jsonl", line: 1 };
  const { ids } = renderer.render(sample, "all");
  // every token has the window that is the first to end behind it
  let [sum, tokens] = [0, 0];
  for (let at = 1; at < ids.length; at++) {
    const windows = Math.max(0, Math.ceil((at + 1 - maxLength) / stride));
    const begin = windows * stride;
    if (at === begin) continue;
    const read = ids.slice(begin, at + 1);
    const logits = model.forward(read).data;
    const size = logits.length / read.length;
    sum += lossOf(
      logits.subarray((read.length - 2) * size, (read.length - 1) * size),
      ids[at] ?? 0,
    );
    tokens++;
  }
  const found = referenceLoss(model.loaded.model, row, { renderer, maxLength, stride });
  expect(found?.tokens).toBe(tokens);
  expect(Math.abs((found?.sum ?? Number.NaN) / sum - 1)).toBeLessThan(1e-5);
});

test("perplexity counts each token once", () => {
  const answers = [
    { prediction: "", references: [], loss: { sum: 10, tokens: 5 } },
    { prediction: "", references: [], loss: { sum: 2, tokens: 1 } },
    { prediction: "", references: [] },
  ];
  expect(scoreOf(metrics.get("perplexity"), answers)).toBeCloseTo(Math.exp(2), 12);
});
