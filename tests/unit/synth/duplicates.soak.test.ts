// Many rows: as many duplicates as were put in, at a bounded memory, and the labelled set at its full size.
import { expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { findDuplicates } from "../../../src/synth/clean/duplicates/find-duplicates.ts";
import type { LineBlock } from "../../../src/synth/rows/row-blocks.ts";
import { labelledSet, pairScore } from "../../support/edited-texts.ts";
import { rounds } from "../../support/soak.ts";

const minutes = 60_000;
const words = 100;

/** Every tenth row is the one before it with five words edited. */
async function* manyRows(count: number): AsyncGenerator<LineBlock> {
  const random = Random.fromSeed(9);
  const syllables = "ba ce di fo gu la me ni po ru sa te vi wo xu za len tor mis dan".split(" ");
  const word = (): string =>
    Array.from({ length: 2 + random.integer(3) }, () => syllables[random.integer(20)]).join("");
  const vocabulary = Array.from({ length: 5000 }, word);
  const drawn = (): string => vocabulary[random.integer(5000)]!;
  let before: string[] = [];
  for (let first = 0; first < count; first += 1000) {
    const lines = Array.from({ length: Math.min(1000, count - first) }, (_, at) => {
      const row = (first + at) % 10 === 9 ? [...before] : Array.from({ length: words }, drawn);
      if ((first + at) % 10 === 9)
        for (let edit = 0; edit < 5; edit++) row[random.integer(words)] = drawn();
      before = row;
      return JSON.stringify({ text: row.join(" ") });
    });
    yield { bytes: new TextEncoder().encode(lines.join("\n")), firstLine: first + 1 };
  }
}

const count = rounds({ slice: 20_000, soak: 1_000_000 });

test(
  `${count} rows of ${words} words: each copy is found and nothing else, in bounded memory`,
  async () => {
    const begun = process.memoryUsage().rss;
    let most = begun;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 100);
    using found = await findDuplicates(manyRows(count), {
      file: "rows",
      threshold: 0.8,
      threads: 0,
    });
    clearInterval(watch);
    let missed = 0;
    let wrong = 0;
    for (const row of found.ids.keys()) {
      const isCopy = row % 10 === 9;
      const isFound = found.keptFor(row) === row - 1;
      if (isCopy && !isFound) missed++;
      if (!isCopy && found.keptFor(row) !== row) wrong++;
    }
    // 5 % of the words edited leave 0.68 of the pieces of eight letters: one in ten thousand may be missed
    expect(missed / count).toBeLessThan(1e-4);
    expect(wrong).toBe(0);
    // texts are in memory up to 128 MB; a row takes 256 bytes of sketch, doubled while it grows, and some hundred more
    expect(most - begun).toBeLessThan(450e6 + 1100 * count);
  },
  30 * minutes,
);

test(
  "the labelled set",
  async () => {
    const options = { seed: 11, texts: rounds({ slice: 30, soak: 4000 }), size: 100 };
    const rows = labelledSet(options);
    async function* blocks(): AsyncGenerator<LineBlock> {
      for (let first = 0; first < rows.length; first += 1000) {
        const lines = rows.slice(first, first + 1000).map(({ text }) => JSON.stringify({ text }));
        yield { bytes: new TextEncoder().encode(lines.join("\n")), firstLine: first + 1 };
      }
    }
    using found = await findDuplicates(blocks(), { file: "rows", threshold: 0.8, threads: 0 });
    const clusters = rows.map((_, row) => String(found.keptFor(row)));
    const { f1 } = pairScore(
      rows.map(({ group }) => group),
      clusters,
    );
    expect(f1).toBeGreaterThanOrEqual(0.97);
  },
  30 * minutes,
);
