import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";

// The formatter and the linter, with the project's own settings, find what they are there to find.

const root = path.resolve(import.meta.dirname, "../../..");
const bin = (name: string): string => path.join(root, "node_modules", ".bin", name);

function formatted(source: string): string {
  const options = { cwd: root, input: source, encoding: "utf8" } as const;
  return execFileSync(bin("oxfmt"), ["--stdin-filepath", "src/example.ts"], options);
}

describe("the formatter", () => {
  test("writes double quotes", () => {
    expect(formatted("export const a = 'b';\n")).toBe('export const a = "b";\n');
  });

  test("sorts imports", () => {
    const sorted =
      'import path from "node:path";\nimport { z } from "zod";\nimport { a } from "./a.ts";\n';
    expect(formatted(sorted.trimEnd().split("\n").reverse().join("\n"))).toBe(sorted);
  });

  test("keeps a line of 100 columns and breaks one of 101", () => {
    const ofWidth = (width: number): string => {
      const line = `call(${"a".repeat(20)}, `;
      return `${line}${"b".repeat(width - line.length - 2)});\n`;
    };
    expect(formatted(ofWidth(100))).toBe(ofWidth(100));
    expect(formatted(ofWidth(101)).split("\n")).toHaveLength(5);
  });
});

// Outside the clone, because the settings leave fixtures and generated folders out.
const folder = mkdtempSync(path.join(tmpdir(), "ft-style-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const seeds: Record<string, string> = {
  "no-floating-promises": "const work = async (): Promise<void> => {};\nwork();\n",
  "no-misused-promises": "export const ran = [1].forEach(async () => { await null; });\n",
  "switch-exhaustiveness-check":
    'export const f = (x: "a" | "b"): number => { switch (x) { case "a": return 1; } return 2; };\n',
  "no-explicit-any": "export const f = (x: any): unknown => x;\n",
  "consistent-type-imports": 'import { Stats } from "node:fs";\nexport type S = Stats;\n',
  "no-default-export": "export default 1;\n",
  "no-console": 'console.log("x");\n',
  "no-process-exit": "process.exit(1);\n",
  "no-cycle": 'import { b } from "./no-cycle-other.ts";\nexport const a = (): unknown => b;\n',
};

function lintSeeds(): string {
  mkdirSync(path.join(folder, "src"));
  cpSync(path.join(root, ".oxlintrc.json"), path.join(folder, ".oxlintrc.json"));
  const tsconfig = {
    compilerOptions: {
      strict: true,
      module: "nodenext",
      allowImportingTsExtensions: true,
      noEmit: true,
    },
  };
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  for (const [rule, source] of Object.entries(seeds)) {
    writeFileSync(path.join(folder, "src", `${rule}.ts`), source);
  }
  writeFileSync(
    path.join(folder, "src", "no-cycle-other.ts"),
    'import { a } from "./no-cycle.ts";\nexport const b = (): unknown => a;\n',
  );
  const result = spawnSync(bin("oxlint"), ["--type-aware", "-f", "unix"], {
    cwd: folder,
    encoding: "utf8",
    // The linter looks for its type checker on the path.
    env: { ...process.env, PATH: `${path.dirname(bin("oxlint"))}:${process.env["PATH"]}` },
    timeout: 25_000,
  });
  expect(result.status).toBe(1);
  return result.stdout;
}

describe("the linter", () => {
  const report = lintSeeds();

  test.each(Object.keys(seeds))("%s finds its seed", (rule) => {
    expect(report).toMatch(new RegExp(`src/${rule}\\.ts:.*\\(${rule}\\)`));
  });
});

test("the compiler is as strict as it can be told to be", () => {
  const { compilerOptions } = JSON.parse(readFileSync(path.join(root, "tsconfig.json"), "utf8"));
  expect(compilerOptions).toMatchObject({
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    erasableSyntaxOnly: true,
  });
});
