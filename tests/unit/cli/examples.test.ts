// Every command's help has an example; each is a command line that the program takes, and is run: here, or in a test that
// the list names with the reason.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commands } from "../../../src/cli/commands/index.ts";
import { parseCommandLine } from "../../../src/cli/program.ts";
import { root } from "../../support/documents.ts";
import { runElsewhere, runHere } from "../../support/examples.ts";

const lines = commands.flatMap(({ name, examples }) => examples.map((line) => ({ name, line })));

/** Words of the command itself: what stands before a pipe or a redirection is not asked. */
function wordsOf(line: string): string[] {
  const [, own = ""] = /\bft ([^|>]*)/.exec(line) ?? [];
  return [...own.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
}

test("every command has an example", () => {
  expect(commands.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual(
    [],
  );
});

test.each(lines)("$line", ({ name, line }) => {
  const request = parseCommandLine(wordsOf(line), { version: "0", commands });
  expect(request.kind).toBe("run");
  const isRun = runHere.includes(line) || runElsewhere.some(({ command }) => command.test(name));
  expect(isRun, `${line}: neither run nor listed in tests/support/examples.ts`).toBe(true);
});

test("what is run is an example still", () => {
  const known = new Set(lines.map(({ line }) => line));
  expect(runHere.filter((line) => !known.has(line))).toEqual([]);
});

function sourcesOf(place: string): string {
  const path = join(root, place);
  if (!statSync(path).isDirectory()) return readFileSync(path, "utf8");
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  const tests = names.filter((name) => name.endsWith(".test.ts"));
  return tests.map((name) => readFileSync(join(path, name), "utf8")).join("\n");
}

test.each(runElsewhere)("$test runs what $command names: $why", ({ command, test: place }) => {
  expect(existsSync(join(root, place)), place).toBe(true);
  const named = commands.filter(({ name }) => command.test(name));
  expect(named.length).toBeGreaterThan(0);
  const text = sourcesOf(place);
  expect(named.some(({ name }) => text.includes(name.split(" ").at(-1) ?? ""))).toBe(true);
});
