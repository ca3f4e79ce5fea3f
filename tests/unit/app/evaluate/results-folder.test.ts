// Where the answers of an evaluation go: the folder that is named, else the first numbered one that is theirs or free.
import { mkdirSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { nextFolder, ResultsFolder } from "../../../../src/app/evaluate/results-file.ts";
import { makeFolder } from "../../../support/folders.ts";

const nameOf = ({ file }: ResultsFolder): string => basename(dirname(file));

test("another question is refused in a folder that is named, with one that is free", async () => {
  const folder = join(makeFolder(), "answers");
  await ResultsFolder.open(folder, { seed: 1 }, 3);
  expect(nameOf(await ResultsFolder.open(folder, { seed: 1 }, 3))).toBe("answers");
  mkdirSync(`${folder}-2`);
  await expect(ResultsFolder.open(folder, { seed: 2 }, 3)).rejects.toMatchObject({
    code: "FT-EVAL-006",
    message: expect.stringContaining("differs in seed") as string,
    hint: `run the same command with --output ${relative(process.cwd(), folder)}-3`,
  });
});

test("the next folder is written as it is typed from the current one", () => {
  expect(nextFolder(join(process.cwd(), "no such folder"))).toBe("'no such folder-2'");
});
