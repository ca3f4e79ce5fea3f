// The last look: a row whose messages are not, letter by letter, the slices they name does not leave.
import { expect, test } from "vitest";
import { isVerbatim, isVerbatimConversation } from "../../../../src/synth/identify/check.ts";
import { Identifier } from "../../../../src/synth/identify/identify.ts";
import type { FoundConversation } from "../../../../src/synth/identify/types.ts";
import type { OpenSource, SourcePart } from "../../../../src/synth/sources/types.ts";

const text = "Is it open? Yes. 😀";
const slice = (start: number, end: number): string => text.slice(start, end);

test("a message is its slices, joined by a line break", () => {
  expect(
    isVerbatim(
      {
        content: "Is it open?\nYes.",
        spans: [
          [0, 11],
          [12, 16],
        ],
      },
      slice,
    ),
  ).toBe(true);
});

test.each([
  ["altered", "Is it shut?", [[0, 11]]],
  [
    "with slices out of order",
    "Yes.\nIs it open?",
    [
      [12, 16],
      [0, 11],
    ],
  ],
  ["with an empty slice", "", [[3, 3]]],
  ["behind the end", "Yes. 😀x", [[12, 20]]],
  ["ending amid a pair", text.slice(0, 18), [[0, 18]]],
] as const)("one %s is none", (_, content, spans) => {
  expect(isVerbatim({ content, spans }, slice)).toBe(false);
});

test("two messages may not take the same text", () => {
  const messages = [
    { role: "user", content: "Is it open?", spans: [[0, 11]] },
    { role: "assistant", content: "open?", spans: [[6, 11]] },
  ] as const;
  expect(isVerbatimConversation({ messages }, slice)).toBe(false);
});

async function* told(words: string): AsyncGenerator<FoundConversation> {
  yield await Promise.resolve({
    source: "a.txt",
    messages: [
      { role: "user", content: words, spans: [[0, 11]] },
      { role: "assistant", content: "Yes.", spans: [[12, 16]] },
    ],
    rule: "told",
    confidence: 1,
  });
}

async function* said(): AsyncGenerator<SourcePart> {
  const block = { type: "message", span: [0, 11], spans: [[0, 11]] } as const;
  yield await Promise.resolve({ start: 0, text, blocks: [block] });
}

test.each([
  ["Is it open?", 1, 0],
  ["Is it shut?", 0, 1],
])("a row that says %s leaves %i times", async (words, leaving, rejected) => {
  async function* conversationsOf({ parts }: OpenSource): AsyncGenerator<FoundConversation> {
    for await (const part of parts) expect(part.text).toBe(text);
    yield* told(words);
  }
  const identifier = new Identifier({}, { conversationsOf });
  const source = { source: "a.txt", kind: "chat", container: false, parts: said() };
  const found: FoundConversation[] = [];
  for await (const one of identifier.of(source)) found.push(one);
  expect(found).toHaveLength(leaving);
  expect(identifier.report.dropped.notVerbatim).toBe(rejected);
});
