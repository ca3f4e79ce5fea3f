// Commands that are answered without the program that reads command lines: only where that program would do the same.
import { expect, test } from "vitest";
import { makeSheet } from "../../../dev/bundle/sheet.ts";
import { type QuickEntry, quickRequest, quickText } from "../../../src/cli/quick/quick.ts";
import { makeFolder } from "../../support/folders.ts";

const entry: QuickEntry = { module: "one.js", flags: { "--json": "json", "--quiet": "quiet" } };
const known = { "runs list": entry };

test("known words with known flags are answered, everything else is the whole program's", () => {
  const asked = (line: string, environment = {}) =>
    quickRequest(known, line.split(" "), environment);
  expect(asked("runs list")).toEqual({ module: "one.js", json: false });
  expect(asked("runs list --quiet --json")).toEqual({ module: "one.js", json: true });
  for (const line of [
    "runs",
    "runs list --verbose",
    "runs list x",
    "runs list --json x",
    "runs list --json=1",
  ])
    expect(asked(line), line).toBeUndefined();
  expect(asked("runs list", { FT_LOG: "debug" })).toBeUndefined();
});

test("what fails is left to the whole program", async () => {
  const request = { module: "one.js", json: true };
  const home = { FT_HOME: makeFolder() };
  const shown = { value: { a: 1 }, text: () => "a is 1" };
  const load = () => Promise.resolve({ answer: () => Promise.resolve(shown) });
  expect(await quickText(request, load, home)).toBe('{\n  "a": 1\n}\n');
  expect(await quickText({ ...request, json: false }, load, home)).toBe("a is 1\n");
  expect(
    await quickText(request, () => Promise.reject(new Error("not there")), home),
  ).toBeUndefined();
  const newer = { FT_HOME: makeFolder({ "format.json": '{"version": 99}' }) };
  expect(await quickText(request, load, newer)).toBeUndefined();
});

test(
  "the sheet has the flags as the commands define them, under all names of a command",
  { timeout: 120_000 },
  async () => {
    const { quick } = await makeSheet((file) => file);
    const flags = { "--json": "json", "--quiet": "quiet" };
    expect(quick).toMatchObject({
      "runs list": { module: "quick-runs-list.js", flags },
      info: { module: "quick-info.js", flags },
    });
  },
);
