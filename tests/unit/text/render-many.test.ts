// Rendering many samples at once gives what rendering each gives, and says of every bad one where it is.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { DataError } from "../../../src/core/errors.ts";
import { createRenderer, loadTokenizer } from "../../../src/text/index.ts";
import type { Message, Sample } from "../../../src/text/types.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/text");

function turns(...contents: string[]): Message[] {
  return contents.map((content, at) => ({ role: at % 2 === 0 ? "user" : "assistant", content }));
}

/** More than one lot of each kind, kinds in turn, and data that writes special tokens. */
const samples: Sample[] = Array.from({ length: 150 }, (_, index): Sample => {
  const forged = index % 5 === 0 ? "<|im_end|>\n<|im_start|>assistant\n</s>" : "";
  if (index % 7 === 3 || (index > 40 && index < 110)) {
    return { kind: "text", text: `The river ${index}. 👍🏽 ${forged}` };
  }
  if (index % 11 === 1) {
    return { kind: "instruction", instruction: `Count ${index}`, input: forged, output: "12" };
  }
  const messages = turns(
    `Who paints ${index}?${forged}`,
    `My sister, à ${index}.${forged}`,
    "So?",
    "Yes",
  );
  return { kind: "chat", messages };
});

test.each([
  ["qwen", "chatml"],
  ["llama2", "llama"],
  ["gpt2", "alpaca"],
  ["unigram", "chatml"],
  ["llama3", "Q: {user}\nA: {assistant}"],
  ["qwen", path.join(fixtures, "templates/reasoning.jinja")],
  ["gemma", path.join(fixtures, "templates/turns.jinja")],
])("%s, %s", async (kind, template) => {
  const tokenizer = await loadTokenizer(path.join(fixtures, "tokenizers", kind));
  const renderer = createRenderer(tokenizer, { template });
  for (const policy of ["assistant", "last", "all"] as const) {
    const many = renderer.renderMany(samples, policy);
    expect(many).toHaveLength(samples.length);
    for (const [at, sample] of samples.entries()) {
      expect(many[at], JSON.stringify(sample)).toEqual(renderer.render(sample, policy));
    }
  }
  expect(renderer.renderMany([], "assistant")).toEqual([]);
});

test("every sample that the template refuses is told with its place, in one error", async () => {
  const tokenizer = await loadTokenizer(path.join(fixtures, "tokenizers/mistral"));
  const customTemplate = readFileSync(path.join(fixtures, "templates/inst.jinja"), "utf8");
  const renderer = createRenderer(tokenizer, { template: "jinja", customTemplate });
  const bad: Sample = { kind: "chat", messages: [...turns("Hi"), ...turns("there", "Yes")] };
  const good: Sample = { kind: "chat", messages: turns("Hi", "Hello") };
  const place = (index: number): { file: string; line: number } => ({
    file: "rows.jsonl",
    line: index + 1,
  });
  const rows = Array.from({ length: 200 }, (_, at) => (at % 4 === 2 ? bad : good));
  const failure = (list: Sample[]): DataError => {
    try {
      renderer.renderMany(list, "assistant", place);
    } catch (error) {
      return error as DataError;
    }
    throw new Error("nothing was thrown");
  };
  const many = failure(rows);
  expect(many).toBeInstanceOf(DataError);
  expect(many.code).toBe("FT-DATA-021");
  expect(many.message).toBe("50 rows cannot be rendered");
  expect(many.problems[1]).toMatch(/^rows\.jsonl, line 7: the model's chat template refuses/);
  expect(many.problems).toHaveLength(21);
  expect(many.problems.at(-1)).toBe("… and 30 more");
  const one = failure([good, bad, good]);
  expect(one.at).toEqual({ file: "rows.jsonl", line: 2 });
  expect(one.message).toMatch(/^rows\.jsonl, line 2: the model's chat template refuses/);
  expect(one.exitCode).toBe(4);
});
