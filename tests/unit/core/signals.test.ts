// Reasons to stop, heard as one: whichever comes first, for as long as somebody waits, whatever is collected meanwhile.
import { spawnSync } from "node:child_process";
import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { firstOf } from "../../../src/core/signals.ts";

test("the first of them aborts, with its reason", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const { signal } = firstOf([one.signal, undefined, other.signal]);
  other.abort("the other");
  one.abort("too late");
  expect([signal.aborted, signal.reason]).toEqual([true, "the other"]);
  expect(firstOf([one.signal]).signal.reason).toBe("too late");
});

test("time aborts it, with a TimeoutError", async () => {
  const { signal } = firstOf([], 5);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  expect((signal.reason as Error).name).toBe("TimeoutError");
});

test("once done it hears nothing and leaves no listener", () => {
  const one = new AbortController();
  const { signal, done } = firstOf([one.signal], 5);
  expect(getEventListeners(one.signal, "abort")).toHaveLength(1);
  done();
  expect(getEventListeners(one.signal, "abort")).toHaveLength(0);
  one.abort();
  expect(signal.aborted).toBe(false);
});

test("a request whose signal is held by nobody else ends in time, though memory is collected meanwhile", () => {
  const script = `
    import { createServer } from "node:http";
    import { firstOf } from "./src/core/signals.ts";
    const server = createServer(() => {}).listen(0, "127.0.0.1", async () => {
      const address = "http://127.0.0.1:" + server.address().port;
      const all = Array.from({ length: 8 }, () =>
        fetch(address, { signal: firstOf([new AbortController().signal], 600).signal }).catch((e) => e.name));
      const collecting = setInterval(() => gc(), 20);
      const left = setTimeout(() => { console.log("waits for ever"); process.exit(1); }, 8000);
      console.log((await Promise.all(all)).join());
      process.exit(0);
    });`;
  const args = ["--expose-gc", "--import", "tsx", "--input-type=module", "-e", script];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect([stdout.trim(), status]).toEqual([Array(8).fill("TimeoutError").join(), 0]);
});

test("hundreds that wait for one signal leave it one listener, and each hears it", () => {
  const ending = new AbortController();
  const waiting = Array.from({ length: 300 }, () => firstOf([ending.signal]));
  expect(getEventListeners(ending.signal, "abort")).toHaveLength(1);
  waiting[0]?.done();
  ending.abort("ends");
  expect(waiting.map(({ signal }) => signal.reason as unknown)).toEqual([
    undefined,
    ...Array.from({ length: 299 }, () => "ends"),
  ]);
});
