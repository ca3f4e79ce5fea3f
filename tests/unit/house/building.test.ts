// Building datasets is tested part by part: each folder of it is reached by unit tests, each way of making rows by a
// test of the programs. That nobody else is asked meanwhile: guards.test.ts.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../support/documents.ts";

const sourcesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));

const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** What a file imports from beside it, types and what is loaded later too. */
function importsOf(file: string): string[] {
  const found = read(file).matchAll(/(?:from|import\()\s*"(\.{1,2}\/[^"]+\.ts)"/g);
  return [...found]
    .map(([, path = ""]) => relative(root, join(root, dirname(file), path)))
    .filter((path) => existsSync(join(root, path)));
}

function reachedFrom(files: readonly string[]): Set<string> {
  const reached = new Set(files);
  for (const file of reached) for (const next of importsOf(file)) reached.add(next);
  return reached;
}

/** What building consists of, and where its unit tests are. */
const parts: Readonly<Record<string, readonly [folder: string, tests: string]>> = {
  configuration: ["src/app/data/project", "tests/unit/app/data/project.test.ts"],
  tokens: ["src/synth/tokens", "tests/unit/synth/tokens.test.ts"],
  files: ["src/synth/sources", "tests/unit/synth/sources/documents.test.ts"],
  "finding conversations": ["src/synth/identify", "tests/unit/synth/identify/labels.test.ts"],
  "checking rows": ["src/synth/profiles", "tests/unit/synth/profiles/catalogue.test.ts"],
  "forms of services": ["src/synth/profiles", "tests/unit/synth/profiles/round-trip.test.ts"],
  splitting: ["src/synth/split", "tests/unit/synth/split.test.ts"],
  providers: ["src/providers", "tests/unit/providers/connect.test.ts"],
  making: ["src/synth/make", "tests/unit/synth/make-job.test.ts"],
  "datasets kept": ["src/store", "tests/unit/store/datasets.test.ts"],
};

test.each(Object.entries(parts))("%s has unit tests", (_name, [folder, file]) => {
  expect(read(file)).toMatch(/^\s*test(\.\w+|\()/m);
  const near = [file, ...importsOf(file)].flatMap(importsOf);
  expect(near.filter((path) => path.startsWith(`${folder}/`))).not.toEqual([]);
});

test("no folder of building is out of reach of unit tests", () => {
  const reached = reachedFrom(sourcesUnder("tests/unit"));
  const sources = ["synth", "providers", "store", "app/data", "app/store"].flatMap((folder) =>
    sourcesUnder(`src/${folder}`),
  );
  const folders = new Set(sources.map((file) => dirname(file)));
  for (const file of reached) folders.delete(dirname(file));
  expect([...folders]).toEqual([]);
  expect(sources.length).toBeGreaterThan(200);
});

test.each(["create", "identify", "hybrid", "custom"])("%s is tested as a program", (mode) => {
  const names = [...read("tests/cli/data-create.test.ts").matchAll(/^test\("(\w+)/gm)];
  expect(names.map(([, first]) => first)).toContain(mode);
});

test("and so is everything from documents to a tuned model", () => {
  expect(read("tests/cli/guides.test.ts")).toContain('test("from documents to a tuned model"');
});
