// Votes counted and turned into rows; prompts kept; a blind order that chance decides.
import { expect, test } from "vitest";
import type { TryEvent, TryQuestion } from "../../../../src/app/trying/asking.ts";
import { keepPrompt, keptPrompts } from "../../../../src/app/trying/prompts.ts";
import { shuffled, Trials } from "../../../../src/app/trying/trials.ts";
import {
  addVote,
  type Choice,
  keptVotes,
  preferenceRows,
  removeVote,
  tallies,
  wilson,
} from "../../../../src/app/trying/votes.ts";
import { makeFolder } from "../../../support/folders.ts";

const messages = [{ role: "user", content: "Which?" }];

const answer = (subject: string, text: string) => ({ subject, name: subject.toUpperCase(), text });

async function voted(environment: { FT_HOME: string }, choices: readonly [Choice, boolean][]) {
  for (const [choice, isTurned] of choices) {
    const pair = [answer("a", "yes"), answer("b", "no")];
    await addVote(environment, { messages, answers: isTurned ? pair.toReversed() : pair, choice });
  }
}

test("a vote counts for who gave the answer, in whichever place it stood", async () => {
  const environment = { FT_HOME: makeFolder() };
  await voted(environment, [
    ["first", false],
    ["second", true],
    ["first", true],
    ["tie", false],
    ["neither", true],
  ]);
  const votes = keptVotes(environment);
  const [pair] = tallies(votes);
  expect(pair).toMatchObject({ subjects: ["a", "b"], wins: [2, 1], undecided: 2 });
  expect(pair?.share).toBeCloseTo(2 / 3, 12);
  expect(preferenceRows(votes).map(({ chosen }) => chosen[0]?.content)).toEqual([
    "no",
    "yes",
    "yes",
  ]);
  await removeVote(environment, votes[0]?.id ?? "");
  expect(keptVotes(environment)).toHaveLength(4);
  await expect(removeVote(environment, "gone")).rejects.toMatchObject({ code: "FT-TRY-003" });
});

test("the interval is Wilson's", () => {
  // statsmodels 0.14.5: proportion_confint(7, 10, method="wilson")
  const { low, high } = wilson(7, 10);
  expect([low, high]).toEqual([expect.closeTo(0.396778, 5), expect.closeTo(0.892209, 5)]);
  expect(wilson(0, 3).low).toBe(0);
});

test("two equal answers prefer nothing", () => {
  const answers = [answer("a", "same"), answer("b", "same")];
  expect(preferenceRows([{ id: "1", at: "", messages, answers, choice: "first" }])).toEqual([]);
});

const question = (): TryQuestion => ({
  sides: ["a", "b"].map((id) => ({
    subject: {
      ...{ id, name: id, kind: "base" as const, base: id, adapter: null, run: null, step: null },
      trained_at: null,
    },
    messages: [{ role: "user", content: "Which?" }],
  })),
  sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, repetitionPenalty: 1 },
  ...{ maxTokens: 4, alternatives: 0 },
});

test("chance decides the order, and a trial that lost a side is none", async () => {
  const orders = Array.from({ length: 60 }, () => shuffled(question()).sides[0]?.subject.id);
  expect(new Set(orders)).toEqual(new Set(["a", "b"]));
  expect(() => shuffled({ ...question(), sides: question().sides.slice(1) })).toThrow("of two");
  const end = { reason: "stop", prompt_tokens: 1, cached_tokens: 0, answer_tokens: 1 };
  async function* events(): AsyncGenerator<TryEvent, void> {
    yield { type: "ended", side: 0, ...end, first_token_seconds: 0, seconds: 0 };
    yield { type: "failed", side: 1, code: "x", message: "gone", hint: null };
    yield { type: "done", seed: 1, trial: null };
  }
  const told = [];
  for await (const event of new Trials().follow(question(), events())) told.push(event);
  expect(told.at(-1)).toEqual({ type: "done", seed: 1, trial: null });
});

test("a prompt that is kept already is kept once", async () => {
  const environment = { FT_HOME: makeFolder() };
  const one = await keepPrompt(environment, { text: "Hello", system: "" });
  expect(await keepPrompt(environment, { text: "Hello", system: "" })).toEqual(one);
  await Promise.all(
    Array.from({ length: 5 }, (_, at) => keepPrompt(environment, { text: `${at}`, system: "" })),
  );
  expect(keptPrompts(environment)).toHaveLength(6);
});
