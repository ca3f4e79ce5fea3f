import { expect, test } from "vitest";
import { UsageError } from "../../../src/core/errors.ts";
import {
  counted,
  formatBytes,
  formatCount,
  formatDuration,
  parseBytes,
  parseDuration,
  parseMemory,
} from "../../../src/core/units.ts";

test.each([
  [0, "0 tokens"],
  [1, "1 token"],
  [2, "2 tokens"],
])("%d and its noun", (count, text) => expect(counted(count, "token")).toBe(text));

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1 KB"],
  [1_500_000_000, "1.5 GB"],
  [999_600, "1 MB"],
  [123_456_789, "123 MB"],
  [12_340_000_000_000, "12.3 TB"],
])("%d bytes", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [7, "7"],
  [1234, "1.23k"],
  [100_000, "100k"],
  [1_234_567, "1.23M"],
  [7_000_000_000, "7B"],
])("count %d", (count, text) => expect(formatCount(count)).toBe(text));

test.each([
  [0.417, "0.42s"],
  [9.999, "10s"],
  [59.7, "1m 00s"],
  [185, "3m 05s"],
  [7620, "2h 07m"],
  [273_600, "3d 04h"],
])("%d seconds", (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test.each([
  ["8GB", 8e9],
  ["16 GiB", 2 ** 34],
  ["1.5m", 1_500_000],
  ["100", 100],
])("size %s", (text, bytes) => expect(parseBytes(text)).toBe(bytes));

test.each([
  ["16", 16e9],
  [" 0.5 ", 5e8],
  ["16GB", 16e9],
  ["4 GiB", 2 ** 32],
])("memory %s", (text, bytes) => expect(parseMemory(text)).toBe(bytes));

test.each([
  ["90", 90],
  ["1.5h", 5400],
  ["250ms", 0.25],
  ["2d", 172_800],
])("duration %s", (text, seconds) => expect(parseDuration(text)).toBe(seconds));

test.each(["", "GB", "-1GB", "8 apples", "1e3"])("'%s' is neither", (text) => {
  expect(() => parseBytes(text)).toThrow(UsageError);
  expect(() => parseDuration(text)).toThrow(UsageError);
});
