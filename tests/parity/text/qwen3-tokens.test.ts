// Rows under Qwen3's own chat template become the ids that transformers gives, and what is learned of them is answers with
// their end marks. The template is not part of this project: make templates fetches it, and without it this is skipped.
// dev/templates/qwen3.py writes the ids.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createRenderer, loadTokenizer } from "../../../src/text/index.ts";
import type { Message } from "../../../src/text/types.ts";

const root = path.join(import.meta.dirname, "../../..");
const template = path.join(root, ".local/templates/Qwen--Qwen3-0.6B.jinja");

interface Case {
  name: string;
  messages: (Message & { content: string })[];
  ids: number[];
  prompt: number[];
}

const file = path.join(root, "tests/fixtures/text/qwen3.json");
const expected = JSON.parse(readFileSync(file, "utf8")) as { template: string; cases: Case[] };

describe.skipIf(!existsSync(template))("fetched by make templates", async () => {
  const source = existsSync(template)
    ? readFileSync(template, "utf8")
    : "without one this is skipped";
  const tokenizer = await loadTokenizer(path.join(root, "tests/fixtures/text/tokenizers/qwen"));
  const renderer = createRenderer(tokenizer, { template: "jinja", customTemplate: source });

  test("it is the template that the ids are of", () => {
    expect(createHash("sha256").update(source).digest("hex")).toBe(expected.template);
  });

  test.each(expected.cases)(
    "$name: the same ids, to learn and to ask",
    ({ messages, ids, prompt }) => {
      const rendered = renderer.render({ kind: "chat", messages }, "assistant");
      expect(rendered.ids).toEqual(ids);
      expect(rendered.weights).toHaveLength(ids.length);
      expect(renderer.prompt(messages.slice(0, -1))).toEqual(prompt);
    },
  );

  const learned = (messages: Message[], turns: "assistant" | "last"): string[] => {
    const { ids, weights } = renderer.render({ kind: "chat", messages }, turns);
    const runs: number[][] = [];
    for (const [at, id] of ids.entries()) {
      if (weights[at] === 0) continue;
      if (at === 0 || weights[at - 1] === 0) runs.push([]);
      runs.at(-1)?.push(id);
    }
    return runs.map((run) => tokenizer.decode(run));
  };

  test("every answer is learned with its end mark, or the last alone", () => {
    const { messages } = expected.cases.find(({ name }) => name === "system and two turns") as Case;
    const all = learned(messages, "assistant");
    expect(all).toHaveLength(2);
    for (const [at, text] of all.entries()) {
      expect(text).toContain(["Hello.", "1, 2, 3 …"][at]);
      expect(text).toContain("<|im_end|>");
    }
    expect(learned(messages, "last")).toEqual([all[1]]);
  });
});
