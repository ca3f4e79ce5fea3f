// Rows of every form that is known, told apart by their fields and read as the records they mean.
import { expect, test } from "vitest";
import { formOf } from "../../../../src/synth/profiles/forms/index.ts";
import { readLimits } from "../../../../src/synth/profiles/index.ts";
import { cappedCount } from "../../../../src/synth/profiles/limits/most-rows.ts";
import { readRecord } from "../../../../src/synth/records/reading.ts";
import type { JsonObject } from "../../../../src/text/types.ts";

const asked = { role: "user", content: "q" };
const said = { role: "assistant", content: "a" };
const turns = [asked, said];

const rows: readonly (readonly [name: string, row: JsonObject, record: JsonObject])[] = [
  ["messages", { messages: turns }, { messages: turns }],
  [
    "a row of ft data identify",
    {
      source: "a.zip!/b.txt",
      messages: [{ ...asked, name: "Ann", spans: [[0, 1]] }, said],
      rule: "labels",
      confidence: 0.9,
    },
    {
      source: { file: "a.zip!/b.txt" },
      messages: [{ ...asked, name: "Ann", spans: [[0, 1]] }, said],
      meta: { rule: "labels", confidence: 0.9 },
    },
  ],
  [
    "the record",
    { id: "x", messages: turns, source: { file: "a.md", page: 2 }, meta: { topic: "t" } },
    { id: "x", messages: turns, source: { file: "a.md", page: 2 }, meta: { topic: "t" } },
  ],
  [
    "Claude's",
    { system: "s", messages: turns },
    { messages: [{ role: "system", content: "s" }, ...turns] },
  ],
  [
    "Converse",
    {
      schemaVersion: "bedrock-conversation-2024",
      system: [{ text: "s" }],
      messages: [
        { role: "user", content: [{ text: "q" }] },
        { role: "assistant", content: [{ text: "a" }] },
      ],
    },
    { messages: [{ role: "system", content: "s" }, ...turns] },
  ],
  [
    "Gemini's, with a call",
    {
      contents: [
        { role: "user", parts: [{ text: "q" }] },
        { role: "model", parts: [{ functionCall: { name: "look", args: { n: 1 } } }] },
        {
          role: "user",
          parts: [{ functionResponse: { name: "look", response: { content: "r" } } }],
        },
        { role: "model", parts: [{ text: "a" }] },
      ],
    },
    {
      messages: [
        asked,
        { role: "assistant", toolCalls: [{ name: "look", arguments: { n: 1 } }] },
        { role: "tool", name: "look", content: "r" },
        said,
      ],
    },
  ],
  [
    "OpenAI's preference",
    {
      input: { messages: [asked] },
      preferred_output: [said],
      non_preferred_output: [{ ...said, content: "b" }],
    },
    { messages: [asked], preference: { chosen: [said], rejected: [{ ...said, content: "b" }] } },
  ],
  [
    "texts to compare",
    { prompt: "q", chosen: "a", rejected: "b" },
    { messages: [asked], preference: { chosen: [said], rejected: [{ ...said, content: "b" }] } },
  ],
  [
    "a label",
    { prompt: "q", completion: "a", label: false },
    { messages: turns, meta: { label: false } },
  ],
  [
    "reinforcement",
    { messages: [asked], reference_answer: { n: 1 } },
    { messages: [asked, { ...said, content: '{"n":1}' }] },
  ],
  ["prompt and completion", { prompt: "q", completion: "a" }, { messages: turns }],
  [
    "ShareGPT",
    {
      conversations: [
        { from: "human", value: "q" },
        { from: "gpt", value: "a" },
      ],
      system: "s",
    },
    { messages: [{ role: "system", content: "s" }, ...turns] },
  ],
  [
    "Alpaca, with history",
    { instruction: "do", input: "this", output: "a", history: [["q", "a"]] },
    { messages: [...turns, { role: "user", content: "do\nthis" }, said] },
  ],
  [
    "ChatML",
    { text: "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n" },
    { messages: turns },
  ],
  [
    "[INST] text",
    { text: "<s>[INST] <<SYS>>\ns\n<</SYS>>\n\nq [/INST] a </s><s>[INST] q [/INST] a </s>" },
    { messages: [{ role: "system", content: "s" }, ...turns, ...turns] },
  ],
  [
    "a text",
    { text: "Once upon a time" },
    { messages: [{ role: "assistant", content: "Once upon a time" }] },
  ],
];

test.each(rows)("%s", (_name, row, record) => {
  const form = formOf(row);
  expect(form).toBeDefined();
  const read = readRecord(form as NonNullable<typeof form>, row, 7);
  expect(read).toMatchObject({ record: { id: "7", ...record } });
});

test("what a record has no place for is told, and bad rows give their problems", () => {
  const row = {
    messages: [
      { ...asked, role: "developer" },
      { ...said, refusal: "no" },
    ],
  };
  const form = formOf(row) as NonNullable<ReturnType<typeof formOf>>;
  const read = readRecord(form, row, 1);
  expect("losses" in read && read.losses.map(({ field }) => field)).toEqual([
    "messages[0].role",
    "messages[1].refusal",
  ]);
  expect(readRecord(form, { messages: [asked, { role: "robot", content: "a" }] }, 1)).toMatchObject(
    {
      problems: [{ field: "messages[1].role" }],
    },
  );
});

test("a number of rows above what a service takes is capped before any is made", () => {
  const limits = readLimits();
  expect(cappedCount(limits, "openai-rft", 1e9)).toMatchObject({ count: 50_000 });
  expect(cappedCount(limits, "openai-rft", 1e9).message).toContain(
    "1000000000 rows were requested",
  );
  expect(cappedCount(limits, "anthropic-bedrock", 10_000)).toEqual({ count: 10_000 });
  expect(cappedCount(limits, "openai-sft", 1e9).count).toBeLessThan(1e9);
  expect(cappedCount(limits, "mlx-lm", 1e9)).toEqual({ count: 1e9 });
});
