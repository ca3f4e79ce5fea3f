import { describe, expect, test } from "vitest";
import { histogramText, maskText } from "../../../src/cli/render/samples.ts";
import { pairs, table } from "../../../src/cli/render/table.ts";
import { errorText, failureOf } from "../../../src/cli/report-error.ts";
import { ConfigError, DataError } from "../../../src/core/errors.ts";
import { packError, unpackError } from "../../../src/core/packed-errors.ts";
import { lengthHistogram } from "../../../src/data/encode.ts";
import { makeScreen } from "./screen.ts";

describe("an error for a person", () => {
  test("code, message, problems, the mend; no stack", () => {
    const error = new DataError("FT-DATA-006", {
      at: { file: "a.jsonl", line: 3 },
      message: "2 rows cannot be used",
      problems: ["line 3: x", "line 4: y"],
      hint: "ft config schema",
    });
    expect(errorText(error, false).split("\n")).toEqual([
      "error FT-DATA-006: a.jsonl, line 3: 2 rows cannot be used",
      "  - line 3: x",
      "  - line 4: y",
      "hint: ft config schema",
    ]);
  });

  test("an empty hint is none", () => {
    const error = new DataError("FT-DATA-006", { message: "m", hint: "" });
    expect(errorText(error, false)).toBe("error FT-DATA-006: m");
  });

  test("a long list ends in how many more there are; --verbose shows them all", () => {
    const problems = Array.from({ length: 60 }, (_, at) => `tensor ${at}`);
    const error = new DataError("FT-DATA-006", { message: "m", problems });
    const lines = errorText(error, false).split("\n");
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toContain("and 40 more");
    expect(errorText(error, true)).toContain("tensor 59");
  });

  test("--verbose shows where it came from", () => {
    const text = errorText(failureOf(new TypeError("x is undefined")), true);
    expect(text).toContain("error FT-INTERNAL: Something went wrong inside ft: x is undefined");
    expect(text).toMatch(/\n {4}at /);
  });

  test.each([
    ["EACCES", "Permission denied: /x"],
    ["ENOSPC", "No space left on the disk: /x"],
  ])("the file system's %s is said in words", (code, message) => {
    const error = failureOf(Object.assign(new Error("raw"), { code, path: "/x" }));
    expect(error).toMatchObject({ code: `FT-FILE-${code}`, message, exitCode: 1 });
  });

  test("anything thrown becomes one", () => {
    expect(failureOf("text").message).toContain("text");
  });

  test("memory that MLX refuses: exit 5 and what needs less, from the trainer's process too", () => {
    const thrown = Object.assign(new Error("malloc of 9 GB"), { code: "FT-NATIVE-MEMORY" });
    for (const error of [failureOf(thrown), unpackError(packError(failureOf(thrown)))]) {
      expect(error).toMatchObject({ code: "FT-NATIVE-MEMORY", exitCode: 5 });
      expect(error.message).toContain("malloc of 9 GB");
      expect(error.hint).toContain("--batch-size 1");
    }
    const own = new ConfigError("FT-CONFIG-001", { message: "m" });
    expect(failureOf(own)).toBe(own);
  });
});

describe("Io", () => {
  test("results go to stdout, talk to stderr", () => {
    const { io, out, err } = makeScreen();
    io.show({ a: 1 }, () => "one");
    io.note("talk");
    expect(out()).toBe("one\n");
    expect(err()).toBe("talk\n");
  });

  test("--json prints one document and no talk", () => {
    const { io, out, err } = makeScreen({ json: true });
    io.show({ a: 1 }, () => "one");
    io.note("talk");
    expect(JSON.parse(out())).toEqual({ a: 1 });
    expect(err()).toBe("");
  });

  test("secrets do not reach the screen", () => {
    const { io, out, err } = makeScreen({ json: true });
    const error = new ConfigError("X", { message: "bad token hf_abcdefghijkl" });
    io.tellFailure(error);
    io.talk(errorText(error, false));
    expect(out() + err()).not.toContain("hf_abcdefghijkl");
  });

  test("NO_COLOR and pipes turn colors off", () => {
    expect(makeScreen({ tty: true }).io.colorOut).toBe(true);
    expect(makeScreen({ tty: true, environment: { NO_COLOR: "1" } }).io.colorOut).toBe(false);
    expect(makeScreen().io.colorOut).toBe(false);
  });

  test("a dumb terminal is not redrawn", () => {
    expect(makeScreen({ tty: true, environment: { TERM: "dumb" } }).io.interactive).toBe(false);
  });

  test("piped text is read whole; a terminal is not waited for", async () => {
    expect(await makeScreen({ input: "a\nb" }).io.pipedText()).toBe("a\nb");
    expect(await makeScreen().io.pipedText()).toBeUndefined();
  });

  test("Ctrl-C is a command's business only when it asked for the signal", () => {
    const { io } = makeScreen();
    expect(io.interruptible).toBe(false);
    const { signal } = io;
    expect(io.interruptible).toBe(true);
    io.interrupt();
    expect(signal.aborted).toBe(true);
  });
});

describe("drawing", () => {
  test("a table pads words to the right and numbers to the left", () => {
    const rows = [
      { name: "a", count: 5 },
      { name: "long", count: null },
    ];
    const text = table(rows, [
      { title: "NAME", value: (row) => row.name },
      { title: "COUNT", value: (row) => row.count },
    ]);
    expect(text).toBe("NAME  COUNT\na         5\nlong      -");
  });

  test("pairs have their values in a column", () => {
    expect(
      pairs([
        ["A", "1"],
        ["Long", "2"],
      ]),
    ).toBe("  A:    1\n  Long: 2");
  });

  test("a mask is brackets without color, green with it", () => {
    const runs = [
      { text: "Q\n", learned: false },
      { text: "A", learned: true },
    ];
    expect(maskText(runs, false)).toBe("  Q\n  ⟦A⟧");
    expect(maskText(runs, true)).toContain("\u001b[32mA\u001b[0m");
  });

  test("what would steer a terminal is written out: in samples, errors, answers and JSON", () => {
    const hostile = "a\u001b[2Jb\u009b31m\u202ec\r\u0007\td\ne";
    const shown = "a\\x1b[2Jb\\x9b31m\\u202ec\\x0d\\x07\td\ne";
    expect(maskText([{ text: hostile, learned: false }], false)).toBe(shown.replace(/^/gm, "  "));
    const terminal = makeScreen({ tty: true });
    terminal.io.talk(hostile);
    terminal.io.printPart(hostile);
    expect([terminal.err(), terminal.out()]).toEqual([`${shown}\n`, shown]);
    const file = makeScreen();
    file.io.printPart(hostile);
    expect(file.out()).toBe(hostile);
    file.io.line({ hostile });
    const json = file.out();
    expect(JSON.parse(json)).toEqual({ hostile });
    expect(json).toMatch(/^[\x20-\x7e]+\n$/);
  });

  test("a histogram has a bar a bucket and the figures", () => {
    const text = histogramText(lengthHistogram([10, 20, 100], 64));
    expect(text.split("\n")).toEqual([
      `  ≤  64  ${"█".repeat(40)} 2`,
      `  ≤ 128  ${"█".repeat(20)} 1`,
      "  mean 43.3, median 20, 95 % up to 100, longest 100",
    ]);
  });
});
