// Text of any size in bounded memory: what reaches over the end of a stretch is carried into the next; text made to be
// slow is not.
import { describe, expect, test } from "vitest";
import { Identifier } from "../../../../src/synth/identify/identify.ts";
import { allFound, plainSource } from "./finding.ts";

const filler = "The hall was swept and the chairs were stacked against the wall.\n\n";

function pair(number: number): string {
  return `Q: What is the price of room ${number}?\nA: It is ${number} euros a night.\n\n`;
}

const sizes = { usual: 4096, tail: 512, most: 16_384 };

describe("stretches", () => {
  test("give every conversation once, wherever they end", async () => {
    const text = Array.from({ length: 300 }, (_, number) => pair(number) + filler).join("");
    const found = await allFound(text, {}, { sizes });
    expect(found.map(({ messages }) => messages[0]?.content)).toEqual(
      Array.from({ length: 300 }, (_, number) => `What is the price of room ${number}?`),
    );
    for (const { content, spans } of found.flatMap(({ messages }) => messages))
      expect(spans.map(([start, end]) => text.slice(start, end)).join("\n")).toBe(content);
  });

  test("carry a conversation over their ends", async () => {
    const turn = (number: number): string =>
      `Ann: Do you remember day ${number}?\nBen: Yes, I remember day ${number} well.\n`;
    const text =
      filler.repeat(50) + Array.from({ length: 60 }, (_, number) => turn(number)).join("");
    const found = await allFound(text, {}, { sizes });
    expect(found.map(({ messages }) => messages.length)).toEqual([120]);
  });

  test("divide a conversation that is longer than may be held, and lose no turn", async () => {
    const turn = (number: number): string =>
      `Ann: Do you remember day ${number}?\nBen: Yes, I remember day ${number} well.\n`;
    const text = Array.from({ length: 2000 }, (_, number) => turn(number)).join("");
    const found = await allFound(text, {}, { sizes });
    expect(found.length).toBeGreaterThan(1);
    expect(found.flatMap(({ messages }) => messages)).toHaveLength(4000);
  });
});

describe("a megabyte of hostile text", () => {
  const million = (text: string): string => text.repeat(Math.ceil(2 ** 20 / text.length));

  test.each([
    ["labels", "Q:\n"],
    ["form feeds", "\f\nx\nPage 3\n"],
    ["carriage returns", "\r"],
    ["stars", "*"],
    ["marks of quoting", ">"],
    ["brackets", "[12:34\n"],
    ["dashes", "---\n"],
    ["spaces", " "],
    ["headings", "# a?\nb.\n"],
    ["fences", "```\n"],
    ["inline labels", "Q: a? A: b. "],
    ["bars", "|"],
  ])("of %s is looked through in seconds of the processor", async (_, text) => {
    const source = plainSource(million(text));
    const before = process.cpuUsage();
    for await (const found of new Identifier().of(source))
      expect(found.messages).not.toHaveLength(0);
    const { user, system } = process.cpuUsage(before);
    // Half of it on a free machine; a quadratic scan would take minutes.
    expect((user + system) / 1e6).toBeLessThan(6);
  });
});
