// Conversations rendered into every kind of chat, transcript and mail from seeds are found again: a slice of what
// dev/bench-extract/messages/measure.ts prints. Kinds whose format says what belongs together must be found whole.
import { expect, test } from "vitest";
import { measureOne, noCounts } from "../../../../../dev/bench-extract/messages/measure.ts";
import { messageRenderers } from "../../../../../dev/bench-extract/messages/renderers.ts";
import { Random } from "../../../../../src/core/random.ts";

/** Several conversations run at once, which the format marks in part or not at all. */
const tangled: Readonly<Record<string, readonly [turns: number, whole: number]>> = {
  irc: [0.95, 0.8],
  "telegram-group": [0.8, 0.5],
};

test.each(Object.keys(messageRenderers))("%s", async (kind) => {
  const counts = noCounts();
  const random = Random.fromSeed(2026).split(kind);
  for (let file = 0; file < 4; file++) await measureOne(kind, random, counts);
  const { gold, found, right, conversations, exact } = counts;
  expect(gold).toBeGreaterThan(10);
  const [least, whole] = tangled[kind] ?? [1, 1];
  expect(right / gold).toBeGreaterThanOrEqual(least);
  expect(right / found).toBeGreaterThanOrEqual(least);
  expect(exact / conversations).toBeGreaterThanOrEqual(whole);
});
