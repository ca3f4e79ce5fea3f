import { expect, test } from "vitest";
import { deathOfTrainer } from "../../../src/app/train/trainer-death.ts";
import { makeFolder } from "../../support/folders.ts";

const dead = (signal: string | null, code: number | null = null, lastWords = "") => ({
  code,
  signal,
  lastWords,
});

test.each([
  ["SIGKILL", /often: out of memory/, /--batch-size/],
  ["SIGABRT", /a crash in native code/, /--batch-size .*; .* ft info/],
  ["SIGSEGV", /a crash in native code/, /--batch-size/],
  ["SIGTERM", /somebody ended it/, /run the command again/],
])("%s: what it was, and what to do", (signal, likely, mend) => {
  const begun = makeFolder({ "config.json": "{}" });
  const error = deathOfTrainer(begun, dead(signal));
  expect(error.message).toMatch(likely);
  expect(error.hint).toMatch(/^ft train resume .* goes on from the last checkpoint; /);
  expect(error.hint).toMatch(mend);
  const before = deathOfTrainer(makeFolder(), dead(signal));
  expect(before.hint).toMatch(mend);
  expect(before.hint).not.toContain("resume");
});

test("an exit without words says where to look; words are told", () => {
  const error = deathOfTrainer(makeFolder(), dead(null, 3, "a\nb"));
  expect(error).toMatchObject({ code: "FT-RUN-006", problems: ["a", "b"] });
  expect(error.message).toBe("the training process ended with exit code 3");
  expect(error.hint).toContain("--no-isolate --verbose");
});
