// What a model may do where rules leave talk open: say which lines are whose. Its words are never believed.
import { expect, test } from "vitest";
import { Identifier } from "../../../../src/synth/identify/identify.ts";
import type { RangesOf, ShownLines } from "../../../../src/synth/identify/model/ranges.ts";
import { plainSource } from "./finding.ts";

const prose = `The two had not met for years.
"Do you still have the boat?" she asked him.
"Yes, and you would not know it, I painted it green."
"Can we take it out on Sunday?"
"If you bring your own oars, please."
`;

const labelled = "Q: Is it open?\nA: Yes, all day.\n";

interface Run {
  messages: string[][];
  calls: ShownLines[];
  report: Identifier["report"];
}

async function run(text: string, answer: (shown: ShownLines) => unknown): Promise<Run> {
  const calls: ShownLines[] = [];
  const rangesOf: RangesOf = async (shown) => {
    calls.push(shown);
    return await Promise.resolve(answer(shown));
  };
  const identifier = new Identifier({}, { rangesOf });
  const messages: string[][] = [];
  for await (const found of identifier.of(plainSource(text)))
    messages.push(found.messages.map(({ role, content }) => `${role}: ${content}`));
  return { messages, calls, report: identifier.report };
}

const ranges = {
  conversations: [
    {
      messages: [
        { role: "user", first: 2, last: 2 },
        { role: "assistant", first: 3, last: 3 },
      ],
    },
  ],
};

test("lines that a model names are cut from the source", async () => {
  const { messages, calls, report } = await run(prose, () => ranges);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.first).toBe(1);
  expect(calls[0]?.lines[1]).toBe('"Do you still have the boat?" she asked him.');
  expect(messages).toEqual([
    [
      'user: "Do you still have the boat?" she asked him.',
      'assistant: "Yes, and you would not know it, I painted it green."',
    ],
  ]);
  expect(report.model).toEqual({ calls: 1, conversations: 1, rejected: 0 });
});

test("where rules suffice nothing is asked", async () => {
  const { messages, calls } = await run(labelled, () => ranges);
  expect(messages).toHaveLength(1);
  expect(calls).toHaveLength(0);
});

test.each([
  [
    "text of its own",
    {
      conversations: [
        {
          messages: [
            { role: "user", first: 2, last: 2, text: "Do you have a ship?" },
            { role: "assistant", first: 3, last: 3 },
          ],
        },
      ],
    },
  ],
  [
    "a message without lines",
    { conversations: [{ messages: [{ role: "user", content: "Do you still have the boat?" }] }] },
  ],
  [
    "lines that were not shown",
    { conversations: [{ messages: [{ role: "user", first: 2, last: 99 }] }] },
  ],
  [
    "lines that overlap",
    {
      conversations: [
        {
          messages: [
            { role: "user", first: 2, last: 3 },
            { role: "assistant", first: 3, last: 4 },
          ],
        },
      ],
    },
  ],
  ["no JSON", "user: Do you still have the boat?"],
])("an answer with %s is rejected and counted", async (_, answer) => {
  const { messages, report } = await run(prose, () => answer);
  expect(messages).toEqual([]);
  expect(report.model.rejected).toBe(1);
});
