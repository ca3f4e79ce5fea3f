// The gate in front of a service: how many go in at once, and when all wait.
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { ProviderFailure } from "../../../src/providers/failures.ts";
import { Gate } from "../../../src/providers/gate.ts";

const never = new AbortController().signal;
const limited = (retryAfter?: number) => new ProviderFailure("limited", "429", { retryAfter });

test("never more than the limit, and all get in", async () => {
  const gate = new Gate(3);
  let [inside, most, done] = [0, 0, 0];
  const ask = async () => {
    most = Math.max(most, ++inside);
    await pause(2);
    inside--;
    done++;
  };
  await Promise.all(Array.from({ length: 40 }, () => gate.pass(ask, new AbortController().signal)));
  expect({ most, done }).toEqual({ most: 3, done: 40 });
});

test("half as many after a complaint, one more after a round without", async () => {
  const gate = new Gate(8);
  const failing = Array.from({ length: 8 }, () =>
    gate.pass(() => pause(5).then(() => Promise.reject(limited())), never).catch(() => undefined),
  );
  await Promise.all(failing);
  // complaints of requests that went out together count once
  expect(gate.width).toBe(4);
  await gate.pass(() => Promise.reject(limited()), never).catch(() => undefined);
  expect(gate.width).toBe(2);
  for (let at = 0; at < 3; at++) await gate.pass(() => Promise.resolve(), never);
  expect(gate.width).toBe(3);
  for (let at = 0; at < 200; at++) await gate.pass(() => Promise.resolve(), never);
  expect(gate.width).toBe(8);
});

test("while the service wants to be left alone nobody goes in, however long that was known before", async () => {
  const gate = new Gate(2);
  await gate.pass(() => Promise.reject(limited(120)), never).catch(() => undefined);
  const began = performance.now();
  await Promise.all([1, 2, 3].map(() => gate.pass(() => Promise.resolve(), never)));
  expect(performance.now() - began).toBeGreaterThanOrEqual(115);
});

test("whoever waits leaves when told to", async () => {
  const gate = new Gate(1);
  const abort = new AbortController();
  const held = gate.pass(() => pause(50), never);
  const waiting = gate.pass(() => Promise.resolve("in"), abort.signal);
  abort.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await held;
});
