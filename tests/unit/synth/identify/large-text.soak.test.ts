// Text of 200 MB through what ft data identify does: every conversation once, none twice, each a slice of the text, and
// memory that does not grow with it.
import { closeSync, createReadStream, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { identifyConversations } from "../../../../src/app/data/identify.ts";
import { Random } from "../../../../src/core/random.ts";
import { makeFolder } from "../../../support/folders.ts";
import { rounds } from "../../../support/soak.ts";

const megabytes = rounds({ slice: 4, soak: 200 });
const words = "hall chair wall river stone paper ink lamp coat field tide road".split(" ");

/** Writes paragraphs with a pair of question and answer now and then; how many pairs there are. */
function writeText(file: string): number {
  const random = Random.fromSeed(17);
  const word = (): string => words[random.integer(words.length)]!;
  const paragraph = (): string =>
    Array.from(
      { length: 12 },
      () => `The ${word()} lay beside the ${word()} and the ${word()}.`,
    ).join(" ");
  const descriptor = openSync(file, "w");
  let pairs = 0;
  for (let written = 0; written < megabytes * 1e6;) {
    let piece = "";
    while (piece.length < 1e6) {
      piece += `${paragraph()}\n\n`;
      if (random.next() < 0.3) continue;
      piece += `Q: What is the price of room ${pairs}?\nA: It is ${pairs} euros a night.\n\n`;
      pairs++;
    }
    written += writeSync(descriptor, piece);
  }
  closeSync(descriptor);
  return pairs;
}

interface Row {
  messages: { role: string; content: string; spans: [number, number][] }[];
}

test(
  `${megabytes} MB of text: every pair once, in bounded memory`,
  async () => {
    const folder = makeFolder();
    const file = join(folder, "large.txt");
    const output = join(folder, "found.jsonl");
    const pairs = writeText(file);
    const begun = process.memoryUsage().rss;
    let most = begun;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 50);
    const found = await identifyConversations({ paths: [file], output });
    clearInterval(watch);
    expect(found.conversations).toBe(pairs);
    // the text is ASCII: a place in it is one in the file
    const source = openSync(file, "r");
    const sliceOf = ([start, end]: [number, number]): string => {
      const bytes = Buffer.alloc(end - start);
      readSync(source, bytes, 0, bytes.length, start);
      return bytes.toString("latin1");
    };
    let row = 0;
    for await (const line of createInterface({ input: createReadStream(output) })) {
      const { messages } = JSON.parse(line) as Row;
      expect(messages[0]?.content).toBe(`What is the price of room ${row}?`);
      // paragraphs that follow may be part of the answer
      expect(messages[1]?.content.split("\n")[0]).toBe(`It is ${row} euros a night.`);
      for (const { content, spans } of messages)
        expect(spans.map(sliceOf).join("\n")).toBe(content);
      row++;
    }
    closeSync(source);
    expect(row).toBe(pairs);
    // what a stretch takes, whatever the length of the text; half of the text itself at 200 MB
    expect(most - begun).toBeLessThan(250e6);
  },
  10 * 60_000,
);
