import path from "node:path";
import { describe, expect, test } from "vitest";
import { repository } from "../../../dev/checks/repository.ts";
import { errorSites } from "../../../dev/reference/error-sites.ts";
import { stalePages } from "../../../dev/reference/pages.ts";
import { commands } from "../../../src/cli/commands/index.ts";

// The reference pages say what the sources say, and a page that does not is found.

const here = repository(path.resolve(import.meta.dirname, "../../.."));
const page = (name: string): string => here.text(`docs/reference/${name}.md`);

describe("the pages", () => {
  test("are as the sources have them", () => {
    expect([...stalePages((file) => here.text(file)).keys()]).toEqual([]);
  });

  test.each(["options", "commands", "errors", "ops"])(
    "%s.md, changed by hand, is found",
    (name) => {
      const file = `docs/reference/${name}.md`;
      const changed = page(name).replace("| ", "|  ");
      const stale = stalePages((each) => (each === file ? changed : here.text(each)));
      expect([...stale]).toEqual([[file, page(name)]]);
    },
  );

  test("hold every command with its examples", () => {
    for (const { name, examples } of commands) {
      expect(page("commands")).toContain(`\n## ft ${name}\n`);
      for (const example of examples) expect(page("commands")).toContain(`\n${example}\n`);
    }
  });

  test("hold every code that is written in the sources", () => {
    const sources = here.files.filter((file) => /^(src|native)\/.*\.(ts|cc|h)$/.test(file));
    const written = sources.flatMap((file) => [
      ...here.text(file).matchAll(/["'](FT-[A-Z]+-[A-Z0-9-]+)["']/g),
    ]);
    const codes = [...new Set(written.map(([, code = ""]) => code))];
    expect(codes.length).toBeGreaterThan(90);
    expect(codes.filter((code) => !page("errors").includes(`| \`${code}\` |`))).toEqual([]);
  });
});

function sitesIn(text: string, more: Record<string, string> = {}): string[] {
  const sites = errorSites(new Map(Object.entries({ "src/a.ts": text, ...more })));
  return sites.map(({ code, exitCodes, message, hint }) =>
    [code, exitCodes.join(), message, hint].join(" | "),
  );
}

describe("errors are found in the sources", () => {
  test.each([
    [
      "where they are thrown",
      'throw new DataError("FT-A-1", { message: "bad", hint: `see ${file}` });',
      ["FT-A-1 | 4 | bad | see …"],
    ],
    [
      "in a table, thrown as its class",
      'const said = { full: { code: "FT-A-1", hint: () => `free ${place}` } };\nthrow new ProviderError(said[kind].code, details);',
      ["FT-A-1 | 6 |  | free …"],
    ],
    [
      "as notes",
      'input.note({ code: "FT-A-1", reason: "left out" });',
      ["FT-A-1 |  | left out | "],
    ],
    [
      "with an exit code of their own",
      'new FtError("FT-A-1", { message: "m", exitCode: full ? ExitCode.doesNotFit : ExitCode.runFailed })',
      ["FT-A-1 | 5,1 | m | "],
    ],
    [
      "with an exit code as the last argument",
      'new FtError("FT-A-1", { message: "m" }, ExitCode.temporary);',
      ["FT-A-1 | 75 | m | "],
    ],
    [
      "through constants and choices",
      `const code = none ? "FT-A-1" : "FT-A-2";
       function f() { const message = few ? "few" : "many"; return new UsageError(code, { message }); }`,
      ["FT-A-1 | 2 | few / many | ", "FT-A-2 | 2 | few / many | "],
    ],
    [
      "through a helper that is given the code",
      `function bad(code: string, what: string) { return new ModelError(code, { message: clipped(what) }); }
       throw bad("FT-A-1", "x" + n); throw bad("FT-A-2", "y");`,
      ["FT-A-1 | 3 | x… | ", "FT-A-2 | 3 | y | "],
    ],
    [
      "through a helper that is given the message alone",
      'const bad = 1; function no(message: string) { throw new ConfigError("FT-A-1", { message }); } no("x"); no("y");',
      ["FT-A-1 | 3 | x | ", "FT-A-1 | 3 | y | "],
    ],
    [
      "in tuples",
      `const told = () => ["FT-A-1", "gone", "look"];
       function f() { const [code, message, hint] = told(); throw new ProviderError(code, { message, hint }); }`,
      ["FT-A-1 | 6 | gone | look"],
    ],
    [
      "in classes with a code",
      `class Missing extends DataError { constructor(details) { super("FT-A-1", details); } }
       throw new Missing({ message: "m" });`,
      ["FT-A-1 | 4 | m | "],
    ],
    ["as families", "new FtError(`FT-FILE-${code}`, {})", ["FT-FILE-… | 1 |  | "]],
    ["and other classes are passed over", 'new Map("FT-A-1"); new Error("FT-A-1");', []],
  ])("%s", (_, text, found) => {
    expect(sitesIn(text)).toEqual(found);
  });

  test("through a helper of another file, unless the file has one of that name itself", () => {
    const helper =
      'export function bad(code: string) { return new ModelError(code, { message: "m" }); }';
    const user = 'import { bad } from "./a.ts"; throw bad("FT-B-1");';
    const other = 'function bad(code: string) { return 1; } bad("FT-C-1");';
    expect(sitesIn(helper, { "src/b.ts": user, "src/c.ts": other })).toEqual(["FT-B-1 | 3 | m | "]);
  });
});
