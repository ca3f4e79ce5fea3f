// The sheet of a build: its help is the program's own, its modules hold the commands that the words name.
import { expect, test } from "vitest";
import { makeAnswers, makeSheet } from "../../../dev/bundle/sheet.ts";
import { commands } from "../../../src/cli/commands/index.ts";
import { parseCommandLine } from "../../../src/cli/program.ts";
import { answerOf, moduleOf } from "../../../src/cli/sheet.ts";

const sheet = await makeSheet((file) => `${file}.js`);

const said = (args: readonly string[]): string => {
  const request = parseCommandLine(args, { version: sheet.version, commands });
  return request.kind === "done" ? request.text : "it runs";
};

test.each([
  [[]],
  [["train"]],
  [["runs"]],
  [["dataset"]],
  [["--help"]],
  [["-h"]],
  [["--version"]],
  [["-V"]],
  [["help"]],
  [["help", "train"]],
  [["train", "--help"]],
  [["dataset", "--help"]],
  ...commands.map(({ name }): [string[]] => [[...name.split(" "), "--help"]]),
])("ft %j: the text is the one that the program makes", (args) => {
  expect(answerOf(sheet, args)).toBe(said(args));
});

test("help with a code of an error comes from the page of errors", () => {
  const page = (): string => "| `FT-A-001` | 2 | it says | it mends |";
  expect(answerOf(sheet, ["help", "FT-A-001"], page)).toContain("  it mends\n");
  expect(answerOf(sheet, ["help", "FT-A-002"], page)).toBeUndefined();
});

test("a longer answer comes from its file", () => {
  expect(answerOf(sheet, ["completion", "zsh"], (file) => `text of ${file}`)).toBe(
    "text of completion-zsh.txt",
  );
  expect(makeAnswers()["completion zsh"]).toContain("#compdef ft");
  expect(answerOf(sheet, ["completion", "tcsh"])).toBeUndefined();
});

test("anything but help and the version is left to the program", () => {
  for (const args of [
    ["bench"],
    ["train", "--json"],
    ["train", "start", "m", "--help"],
    ["--help", "x"],
    ["helo"],
  ]) {
    expect(answerOf(sheet, args)).toBeUndefined();
  }
});

test("words find the module of their command, by every name that it has; others find none", () => {
  const found = (...args: string[]) => moduleOf(sheet, args)?.split("/").at(-1);
  expect(found("runs", "list", "--json")).toBe("runs-list.js");
  expect(found("dataset", "list")).toBe("data-list.js");
  expect(found("bench", "--steps", "3")).toBe("bench-train.js");
  expect(found("evaluate", "list")).toBe("evaluate.js");
  expect([found("runs", "lisst"), found("--json", "runs"), found()]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
