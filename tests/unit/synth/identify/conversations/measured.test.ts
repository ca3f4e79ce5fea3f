// Conversations rendered into every kind of chat, transcript and mail from seeds are found again: a slice of what
// dev/bench-extract/messages/measure.ts prints. Kinds whose format says what belongs together must be found whole.
import { expect, test } from "vitest";
import { measureOne, noCounts } from "../../../../../dev/bench-extract/messages/measure.ts";
import { messageRenderers } from "../../../../../dev/bench-extract/messages/renderers.ts";
import { Random } from "../../../../../src/core/random.ts";

/** Several conversations run at once in a log that marks none of it. */
const tangled = new Set(["irc"]);

test.each(Object.keys(messageRenderers))("%s", async (kind) => {
  const counts = noCounts();
  const random = Random.fromSeed(2026).split(kind);
  for (let file = 0; file < 4; file++) await measureOne(kind, random, counts);
  const { gold, found, right, conversations, exact } = counts;
  expect(gold).toBeGreaterThan(10);
  const least = tangled.has(kind) ? 0.95 : 1;
  expect(right / gold).toBeGreaterThanOrEqual(least);
  expect(right / found).toBeGreaterThanOrEqual(least);
  expect(exact / conversations).toBeGreaterThanOrEqual(tangled.has(kind) ? 0.8 : 1);
});
