// A machine that slept, a process that was stopped, and what only looks like it; and keeping a Mac awake.
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { keepAwake } from "../../../src/core/keep-awake.ts";
import { PauseWatch } from "../../../src/core/pause-watch.ts";

const hour = 3_600_000;

/** The seconds of pause that are found after these milliseconds have passed on each clock. */
function found(wall: number, monotonic: number, processor: number): number {
  const now = { wall: 1e12, monotonic: 5000, processor: 300 };
  const watch = new PauseWatch({
    wall: () => now.wall,
    monotonic: () => now.monotonic,
    processor: () => now.processor,
  });
  now.wall += wall;
  now.monotonic += monotonic;
  now.processor += processor;
  const seconds = watch.look();
  expect(watch.look()).toBe(0);
  return seconds;
}

test.each([
  ["asleep, where the monotonic clock stops", hour, 2000, 1500, 3598],
  ["asleep, where it goes on", hour, hour, 1500, 3598.5],
  ["a step of ten minutes that works", 600_000, 600_000, 580_000, 0],
  ["a step of two seconds", 2000, 2000, 10, 0],
  ["a clock that was set back", -hour, 2000, 1500, 0],
])("%s", (_, wall, monotonic, processor, seconds) => {
  expect(found(wall, monotonic, processor)).toBe(seconds);
});

test("a Mac is kept awake by caffeinate for as long as the process lives, others are not", () => {
  const calls: (readonly [string, readonly string[]])[] = [];
  const spawnIt = (command: string, args: readonly string[]) => {
    calls.push([command, args]);
    return Object.assign(new EventEmitter(), { unref: () => undefined }) as never;
  };
  keepAwake(77, { platform: "darwin", spawnIt });
  keepAwake(77, { platform: "linux", spawnIt });
  expect(calls).toEqual([["caffeinate", ["-i", "-w", "77"]]]);
});

test("where there is no caffeinate, nothing happens", () => {
  const helper = Object.assign(new EventEmitter(), { unref: () => undefined });
  keepAwake(77, { platform: "darwin", spawnIt: () => helper as never });
  expect(() => helper.emit("error", new Error("ENOENT"))).not.toThrow();
});
