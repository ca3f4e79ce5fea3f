import { symlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { inventoryHolds } from "../../../dev/checks/inventory.ts";
import { repository } from "../../../dev/checks/repository.ts";
import { countsBySystem, countsOf, withCounts } from "../../../dev/inventory/counts.ts";
import { reportJson, reportText } from "../../../dev/inventory/report.ts";
import { inventoryFile, readInventory } from "../../../dev/inventory/rows.ts";
import { runCommand } from "../../../dev/inventory/run-commands.ts";
import { runTests } from "../../../dev/inventory/run-tests.ts";
import { makeFolder } from "../../support/folders.ts";

// The inventory is a promise, so its guard is guarded: seeded mistakes are found, and what fails is said to fail.

const root = path.resolve(import.meta.dirname, "../../..");
const here = repository(root);
const real = here.text(inventoryFile);

/** The real file with one change. */
function changed(from: string | RegExp, to: string): string {
  expect(real).toMatch(from);
  return real.replace(from, to);
}

function problemsOf(text: string): string[] {
  const read = (file: string): string => (file === inventoryFile ? text : here.text(file));
  return inventoryHolds.check({ ...here, text: read });
}

const rowOf = (number: number): RegExp => new RegExp(`  - number: ${number}\\n(?:    .*\\n)+`);
const row7 = (evidence: string): string =>
  changed(rowOf(7), `  - number: 7\n    what: Something\n    ${evidence}\n`);

describe("the inventory", () => {
  test("is in order", () => expect(problemsOf(real)).toEqual([]));

  test.each([
    ["a row left out", changed(rowOf(7), ""), "there is no row 7"],
    ["a row twice", changed("number: 8\n", "number: 7\n"), "row 7: stands a second time"],
    ["a row out of the range", changed("number: 265\n", "number: 266\n"), "266: number: Too big"],
    ["an unknown key", row7("tests: x"), 'row 7: Unrecognized key: "tests"'],
    ["an unknown system", changed(/^studio:/m, "studios:"), "studios"],
    ["no evidence", row7("slow: true"), "row 7: one of test, command, missing and refused"],
    ["two kinds of evidence", row7("test: a\n    missing: b"), "row 7: one of test, command"],
    ["something missing that is slow", row7("missing: a\n    slow: true"), "row 7: only what runs"],
    ["no text", row7('missing: ""'), "row 7: missing: Too small"],
    ["a file that is no test", row7("test: src/index.ts"), "src/index.ts is no test file"],
    ["a test that is not there", row7("test: tests/unit/a.test.ts"), "no tests/unit/a.test.ts"],
    [
      "a name that no test has",
      row7("test: tests/unit/core/units.test.ts colours"),
      'tests/unit/core/units.test.ts has no test "colours"',
    ],
    ["a target that make has not", row7("command: true && make tset"), "make has no target tset"],
    ["a command that ft has not", row7("command: ft train swiftly m | wc"), "ft train swiftly"],
    ["a script that npm has not", row7("command: npm run quickly"), "no script quickly"],
    ["a program that is not there", row7("command: A=1 jq . x"), "there is no program jq"],
    ["a script that is not there", row7("command: ./setpu.sh"), "there is no program ./setpu.sh"],
    ["a path that is not there", row7("command: cat docs/statsu.md"), "there is no docs/statsu.md"],
    ["a long line", row7(`missing: ${"word ".repeat(25)}`), "is too long"],
    ["what is not YAML", `${real}\n  - [`, "Flow sequence"],
  ])("%s is found", (_, text, problem) => {
    expect(problemsOf(text)).toContainEqual(expect.stringContaining(problem));
  });

  test("commands of every form pass", () => {
    const command = [
      "HF_HOME=$OUT timeout 10 make check-rules > $OUT/a 2>&1 || true",
      "(cd $OUT && ft models info builtin/tiny; ft info) | grep -q 'a && jq | b'",
      "./setup.sh && npm test -- tests/unit/core/units.test.ts && ft --version",
    ].join(" && ");
    expect(
      problemsOf(row7(`command: >-\n      ${command.replaceAll(" && ", " &&\n      ")}`)),
    ).toEqual([]);
  });
});

describe("its counts", () => {
  const { rows } = readInventory(real);

  test("add up", () => {
    const systems = countsBySystem(rows).map(([, counts]) => counts);
    const sum = (name: "works" | "refused" | "notYet"): number =>
      systems.reduce((total, counts) => total + counts[name], 0);
    expect({ works: sum("works"), refused: sum("refused"), notYet: sum("notYet") }).toEqual(
      countsOf(rows),
    );
    expect(sum("works") + sum("refused") + sum("notYet")).toBe(265);
  });

  test("are written into a page anew", () => {
    const status = here.text("docs/design/STATUS.md");
    const stale = status.replace(/^\| all \|.*$/m, "| all | 265 | 0 | 0 | 265 |");
    expect(stale).not.toBe(status);
    expect(withCounts(stale, rows)).toBe(status);
  });
});

describe("running it", () => {
  test(
    "tests: a row passes when all that it names passed, and something did",
    { timeout: 60_000 },
    () => {
      const clone = makeFolder({
        "vitest.config.mjs": "export default {};",
        "tests/some.test.ts": `import { beforeAll, describe, expect, test } from "vitest";
        test("adds (1 + 1)", () => expect(1 + 1).toBe(2));
        test("adds wrongly", () => expect(1 + 1).toBe(3));
        test.skip("waits", () => {});
        describe("behind a hook", () => {
          beforeAll(() => { throw new Error("no") });
          test("stands", () => {});
        });`,
        "tests/whole.test.ts": `import { test } from "vitest";\ntest("holds", () => {});`,
        "tests/broken.test.ts": `import "./nothing.ts";`,
      });
      symlinkSync(path.join(root, "node_modules"), path.join(clone, "node_modules"));
      const file = "tests/some.test.ts";
      const outcomes = runTests(
        [
          [{ file, pattern: "adds (1 + 1)" }],
          [{ file, pattern: "adds" }],
          [{ file, pattern: "waits" }],
          [{ file, pattern: "stands" }],
          [{ file: "tests/whole.test.ts", pattern: undefined }],
          [{ file: "tests/broken.test.ts", pattern: undefined }],
          [
            { file: "tests/whole.test.ts", pattern: "holds" },
            { file, pattern: "adds wrongly" },
          ],
        ],
        { root: clone, scratch: makeFolder() },
      );
      expect(outcomes.map(({ passed, output }) => [passed, output])).toEqual([
        [true, ""],
        [false, expect.stringContaining("adds wrongly")],
        [false, expect.stringContaining("no test of tests/some.test.ts ran: waits")],
        [false, expect.stringContaining("ran: stands")],
        [true, ""],
        [false, expect.stringContaining("nothing.ts")],
        [false, expect.stringContaining("expected 2 to be 3")],
      ]);
    },
  );

  test("commands: an empty folder each, ft on the path, a limit of time", async () => {
    const scratch = makeFolder();
    const run = (command: string, seconds = 20): ReturnType<typeof runCommand> =>
      runCommand(command, seconds, scratch);
    const empty = 'test -d "$OUT" && test -z "$(ls "$OUT")" && test -x "$(command -v ft)"';
    expect(await run(`${empty} && touch "$OUT/left"`)).toMatchObject({ passed: true });
    expect(await run(empty)).toMatchObject({ passed: true, output: "" });
    const failed = await run("seq 100 | cat; false | cat");
    expect(failed.passed).toBe(false);
    expect(failed.output).toMatch(/^90\n[^]*\n100\n\(exit code 1\)$/);
    const slow = await run("echo begun; sleep 30 & wait", 0.3);
    expect(slow).toMatchObject({ passed: false, output: expect.stringContaining("after 0.3 s") });
    expect(slow.seconds).toBeLessThan(10);
  });

  test("the report names what failed, with its last lines, and what waits", () => {
    const { rows } = readInventory(real);
    const [first, second] = rows.filter(({ evidence }) => evidence.kind === "test");
    if (first === undefined || second === undefined) throw new Error("no rows");
    const outcomes = new Map([
      [first, { passed: true, seconds: 1, output: "" }],
      [second, { passed: false, seconds: 1, output: "expected 1 to be 2" }],
    ]);
    const text = reportText(rows, outcomes);
    expect(text).toMatch(/2 of the \d+ rows that work were run: 1 passed, 1 failed; \d+ slow/);
    expect(text).toContain(`row ${second.number} FAILED: ${second.what}\nexpected 1 to be 2`);
    expect(text).not.toContain(first.what);
    const { rows: listed, counts } = JSON.parse(reportJson(rows, outcomes)) as {
      rows: { number: number; ran: string }[];
      counts: { all: object };
    };
    expect(counts.all).toEqual(countsOf(rows));
    expect(listed.find(({ number }) => number === second.number)?.ran).toBe("failed");
    expect(listed.filter(({ ran }) => ran === "not-run")).toHaveLength(263);
  });
});
