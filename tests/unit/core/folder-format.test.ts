// The form of a folder over its versions: an older one is brought to today's with what it was kept, a step that is broken
// off is done again from the beginning, and a newer one is refused.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bringUpToDate, type Migration, versionOf } from "../../../src/core/folder-format.ts";
import { homeUpToDate } from "../../../src/core/home-format.ts";
import { thisProcess } from "../../../src/core/process-alive.ts";
import { makeFolder } from "../../support/folders.ts";

/** Splits a file of words into one file a word; the second step adds a mark to each. */
const split: Migration = {
  about: "one file a word",
  touches: ["words.txt", "words"],
  migrate: async (folder) => {
    mkdirSync(join(folder, "words"));
    for (const word of readFileSync(join(folder, "words.txt"), "utf8").split(" "))
      writeFileSync(join(folder, "words", word), word);
    rmSync(join(folder, "words.txt"));
  },
};
const mark: Migration = {
  about: "each word marked",
  touches: ["words"],
  migrate: async (folder) => {
    for (const name of readdirSync(join(folder, "words")))
      writeFileSync(
        join(folder, "words", name),
        `${readFileSync(join(folder, "words", name), "utf8")}!`,
      );
  },
};

const oldFolder = (): string => makeFolder({ "words.txt": "one two" });
const read = (folder: string, ...names: string[]): string =>
  readFileSync(join(folder, ...names), "utf8");

test("an old folder is walked through every version, with what it was kept", async () => {
  const folder = oldFolder();
  expect(versionOf(folder)).toBe(1);
  const done = await bringUpToDate(folder, [split, mark]);
  expect(done.map((line) => line.split(";")[0])).toEqual(["one file a word", "each word marked"]);
  expect(versionOf(folder)).toBe(3);
  expect(readdirSync(join(folder, "words"))).toEqual(["one", "two"]);
  expect(read(folder, "words", "one")).toBe("one!");
  expect(existsSync(join(folder, "words.txt"))).toBe(false);
  expect(read(folder, "before-version-2", "words.txt")).toBe("one two");
  expect(read(folder, "before-version-3", "words", "two")).toBe("two");
  expect(await bringUpToDate(folder, [split, mark])).toEqual([]);
  expect(existsSync(join(folder, "format.lock"))).toBe(false);
});

test.each([0, 1])(
  "broken off in step %i, it is done again from that step's beginning",
  async (broken) => {
    const folder = oldFolder();
    const steps = [split, mark];
    const breaking = steps.map((one, at) => ({
      ...one,
      migrate: async (where: string): Promise<void> => {
        await one.migrate(where);
        if (at === broken) throw new Error("the power went");
      },
    }));
    await expect(bringUpToDate(folder, breaking)).rejects.toThrow("the power went");
    expect(versionOf(folder)).toBe(1 + broken);
    await bringUpToDate(folder, steps);
    expect(versionOf(folder)).toBe(3);
    // marked once, though the step had been done and was not yet written down
    expect(read(folder, "words", "one")).toBe("one!");
    expect(readdirSync(join(folder, "words"))).toEqual(["one", "two"]);
  },
);

test("a copy that was not whole is made again", async () => {
  const folder = oldFolder();
  const half = join(folder, "before-version-2.making");
  mkdirSync(half);
  writeFileSync(join(half, "words.txt"), "on");
  await bringUpToDate(folder, [split]);
  expect(read(folder, "before-version-2", "words.txt")).toBe("one two");
  expect(existsSync(half)).toBe(false);
});

test("a newer form is refused with what mends it, one that cannot be read as well", async () => {
  const folder = makeFolder({ "format.json": '{"version": 4}' });
  await expect(bringUpToDate(folder, [split, mark])).rejects.toMatchObject({
    code: "FT-FORMAT-001",
    exitCode: 3,
    hint: expect.stringContaining("npm install -g @finetune-local/ft@latest") as string,
  });
  expect(readdirSync(folder)).toEqual(["format.json"]);
  writeFileSync(join(folder, "format.json"), '{"version": "four"}');
  await expect(bringUpToDate(folder, [])).rejects.toMatchObject({ code: "FT-FORMAT-003" });
});

test("one process at a time; a lock whose process is gone is taken over", async () => {
  const folder = oldFolder();
  const lock = join(folder, "format.lock");
  writeFileSync(lock, JSON.stringify(thisProcess()));
  await expect(bringUpToDate(folder, [split])).rejects.toMatchObject({
    code: "FT-FORMAT-002",
    exitCode: 75,
  });
  expect(read(folder, "words.txt")).toBe("one two");
  writeFileSync(lock, JSON.stringify({ ...thisProcess(), started: "long ago" }));
  await bringUpToDate(folder, [split]);
  expect(versionOf(folder)).toBe(2);
});

test("a new folder begins with the form of today; the user's own is as it is", async () => {
  const folder = join(makeFolder(), "new");
  await bringUpToDate(folder, [split, mark]);
  expect(versionOf(folder)).toBe(3);
  expect(readdirSync(folder)).toEqual(["format.json"]);
  expect(await homeUpToDate({ FT_HOME: oldFolder() })).toEqual([]);
  const newer = makeFolder({ "format.json": '{"version": 99}' });
  await expect(homeUpToDate({ FT_HOME: newer })).rejects.toMatchObject({ code: "FT-FORMAT-001" });
});
