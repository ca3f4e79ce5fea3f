// Calls that cost: kept answers, one caller at a time, budgets that hold for many workers, what is lost and told.
import { expect, test } from "vitest";
import {
  answerCall,
  beginCall,
  BudgetExhausted,
  callKey,
  failCall,
  forgetAnswers,
  forgetExpired,
  paidOnce,
  readBudget,
  setBudget,
  spendingOf,
} from "../../../src/store/index.ts";
import { memoryStore } from "../../support/open-stores.ts";
import { rejection } from "../../support/refusal.ts";

const content = (prompt: string, parameters: object = { temperature: 0.5, top: 1 }) => ({
  provider: "scripted",
  model: "one",
  parameters,
  prompt,
});

test("a key tells what is asked, not how it is spelled", () => {
  expect(callKey(content("a"))).toBe(callKey(content("a", { top: 1, temperature: 0.5 })));
  const others = [content("b"), content("a", { temperature: 0.6, top: 1 }), content("a", {})];
  const keys = [content("a"), ...others, { ...content("a"), model: "two" }].map(callKey);
  expect(new Set(keys).size).toBe(5);
});

test("the same question is paid once, also by two at once", async () => {
  const store = await memoryStore();
  let calls = 0;
  const ask = () =>
    paidOnce(
      store,
      { content: content("a"), most: 10 },
      async () => {
        calls++;
        await new Promise((resolve) => setTimeout(resolve, 30));
        return { answer: { text: "yes" }, spent: 7, tokensIn: 3, tokensOut: 2 };
      },
      { every: 5 },
    );
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(calls).toBe(1);
  expect(answers.filter(({ wasKept }) => !wasKept)).toHaveLength(1);
  expect(answers.map(({ answer }) => answer)).toEqual(Array(3).fill({ text: "yes" }));
  expect(await spendingOf(store)).toMatchObject({
    calls: { answered: 1 },
    spent: 7,
    tokensIn: 3,
    tokensOut: 2,
  });
});

test("an answer counts for its time", async () => {
  const clock = { now: 0 };
  const store = await memoryStore(clock);
  let calls = 0;
  const ask = () =>
    paidOnce(store, { content: content("a"), most: 1 }, async () => {
      return { answer: ++calls, spent: 1, timeToLive: 1000 };
    });
  await ask();
  clock.now = 999;
  expect(await ask()).toMatchObject({ answer: 1, wasKept: true });
  clock.now = 1000;
  expect(await ask()).toMatchObject({ answer: 2, wasKept: false });
  clock.now = 2001;
  expect(await forgetExpired(store)).toBe(1);
  await ask();
  expect(await forgetAnswers(store)).toBe(1);
  expect(await spendingOf(store)).toMatchObject({ calls: { answered: 3 }, spent: 3 });
});

test("a budget holds for all calls under way together", async () => {
  const store = await memoryStore();
  await setBudget(store.db, "small", 100);
  const begin = (prompt: string) =>
    beginCall(store, { content: content(prompt), most: 40, budgets: ["small"] });
  const first = await begin("a");
  await begin("b");
  const refused = await rejection(begin("c"), BudgetExhausted);
  expect(refused).toMatchObject({ code: "FT-LEDGER-001", isTemporary: true });
  expect(await spendingOf(store)).toMatchObject({ calls: { in_flight: 2 } });
  if (first.state !== "begun") throw new Error("the first was not begun");
  await answerCall(store, first, { answer: 1, spent: 15 });
  expect(await readBudget(store.db, "small")).toEqual({
    name: "small",
    cap: 100,
    spent: 15,
    reserved: 40,
  });
  expect((await begin("c")).state).toBe("begun");
  await setBudget(store.db, "small", 60);
  expect((await rejection(begin("d"), BudgetExhausted)).isTemporary).toBe(true);
  await setBudget(store.db, "small", 50);
  expect((await rejection(begin("d"), BudgetExhausted)).isTemporary).toBe(false);
});

test("a budget that refuses leaves those before it untouched", async () => {
  const store = await memoryStore();
  await setBudget(store.db, "large", 1000);
  await setBudget(store.db, "small", 10);
  const call = { content: content("a"), most: 40, budgets: ["large", "small"] };
  await rejection(beginCall(store, call), BudgetExhausted);
  expect(await readBudget(store.db, "large")).toMatchObject({ spent: 0, reserved: 0 });
});

test("a call that fails gives its reservation back, and is made again", async () => {
  const store = await memoryStore();
  let calls = 0;
  const ask = (spent: number) =>
    paidOnce(store, { content: content("a"), most: 50, budgets: ["b"] }, async () => {
      calls++;
      throw Object.assign(new Error("overloaded"), { spent });
    });
  await expect(ask(0)).rejects.toThrow("overloaded");
  await expect(ask(4)).rejects.toThrow("overloaded");
  expect(calls).toBe(2);
  expect(await readBudget(store.db, "b")).toMatchObject({ spent: 4, reserved: 0 });
  expect(await spendingOf(store)).toMatchObject({ calls: { failed: 2 }, spent: 4 });
});

test("a call without an answer is lost after its time, and an answer that comes later still counts", async () => {
  const clock = { now: 0 };
  const store = await memoryStore(clock);
  const call = { content: content("a"), most: 50, budgets: ["b"], leaseMilliseconds: 1000 };
  const first = await beginCall(store, call);
  expect((await beginCall(store, call)).state).toBe("in_flight");
  clock.now = 1001;
  const second = await beginCall(store, call);
  expect(second.state).toBe("begun");
  expect(await spendingOf(store)).toMatchObject({
    calls: { lost: 1, in_flight: 1 },
    lostAtMost: 50,
  });
  if (first.state !== "begun" || second.state !== "begun") throw new Error("not begun");
  await answerCall(store, first, { answer: "late", spent: 20 });
  expect(await beginCall(store, call)).toMatchObject({ state: "answered", answer: "late" });
  await answerCall(store, second, { answer: "again", spent: 20 });
  await answerCall(store, second, { answer: "twice told", spent: 20 });
  expect(await spendingOf(store)).toMatchObject({ calls: { answered: 2, lost: 0 }, spent: 40 });
  expect(await readBudget(store.db, "b")).toMatchObject({ spent: 40, reserved: 0 });
});

test("a call that was broken off is lost, not failed", async () => {
  const store = await memoryStore();
  const stop = new AbortController();
  const asking = paidOnce(
    store,
    { content: content("a"), most: 5 },
    async () => {
      stop.abort();
      throw new Error("aborted");
    },
    { signal: stop.signal },
  );
  await expect(asking).rejects.toThrow("aborted");
  expect(await spendingOf(store)).toMatchObject({ calls: { lost: 1, failed: 0 }, lostAtMost: 5 });
  await failCall(store, { id: 1 }, { reason: "told by the service", spent: 2 });
  expect(await spendingOf(store)).toMatchObject({ calls: { lost: 0, failed: 1 }, spent: 2 });
});
