import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { commands } from "../../../src/cli/commands/index.ts";
import { parseCommandLine } from "../../../src/cli/program.ts";
import { blocksOf, documentFiles, documentText, root } from "../../support/documents.ts";

// What the documents show is true: programs have right types, commands and targets exist, links lead somewhere.

const documents = documentFiles();

/** A block that opens with `// src/…` is that file; any other is a program of its own. */
function programs(file: string): Map<string, string> {
  const blocks = blocksOf(file).filter(({ language }) => language === "ts");
  return new Map(
    blocks.map(({ text }, index) => {
      const named = /^\/\/ (src\/\S+\.ts)/.exec(text)?.[1];
      return [join(root, named ?? `${posix.basename(file, ".md")}-${index}.ts`), text];
    }),
  );
}

/** Type errors of files that exist in the documents only, among the real sources. */
function typeErrors(files: ReadonlyMap<string, string>): string[] {
  const configFile = join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(configFile, ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  options.paths = { "@finetune-local/ft": [join(root, "src/index.ts")] };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, target, ...rest) => {
    const text = files.get(name);
    if (text === undefined) return getSourceFile(name, target, ...rest);
    return ts.createSourceFile(name, text, target);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  });
}

test("programs in the documents have right types", { timeout: 120_000 }, () => {
  const files = new Map(documents.flatMap((file) => [...programs(file)]));
  expect(files.size).toBeGreaterThanOrEqual(4);
  expect(typeErrors(files)).toEqual([]);
});

test("a wrong program is found out", { timeout: 120_000 }, () => {
  const wrong =
    'import { loadModel } from "@finetune-local/ft";\nexport const x: number = loadModel;';
  expect(typeErrors(new Map([[join(root, "wrong.ts"), wrong]]))).toHaveLength(1);
});

function commandsIn(lines: readonly string[]): string[] {
  return lines
    .map((line) => /^(?:FT_\w+=\S+ )?ft ([a-z-][^#>|]*)/.exec(line)?.[1]?.trim() ?? "")
    .filter((line) => line !== "");
}

/** Lines `ft …` of code blocks, without comments and pipes. */
function shownCommands(file: string): string[] {
  const blocks = blocksOf(file).filter(({ language }) => language === "" || language === "sh");
  return commandsIn(blocks.flatMap((block) => block.text.split("\n")));
}

/** Commands within sentences and tables; they may leave out what a command needs. */
function namedCommands(file: string): string[] {
  const codes = documentText(file).matchAll(/`([^`\n]+)`/g);
  return commandsIn([...codes].map(([, code = ""]) => code));
}

/** As a shell would: blanks separate, double quotes hold together. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

function complaint(line: string): string {
  try {
    parseCommandLine(words(line), { version: "0", commands });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const shown = documents.flatMap((file) => shownCommands(file).map((line) => [file, line]));
const named = documents.flatMap((file) => namedCommands(file).map((line) => [file, line]));

test("there are commands to look at", () => {
  expect(shown.length).toBeGreaterThan(5);
  expect(named.length).toBeGreaterThan(20);
});

test.each(shown)("%s: ft %s", (_file, line = "") => {
  expect(complaint(line)).toBe("");
});

test.each(named)("%s names ft %s", (_file, line = "") => {
  expect(complaint(line)).toMatch(/^(missing required argument|$)/);
});

test("a wrong command is found out", () => {
  expect(complaint("train quickly m")).toContain("unknown command");
  expect(complaint("train quick m --epoch 2")).toContain("--epoch");
});

describe("make", () => {
  const targets = documents.flatMap((file) =>
    [...documentText(file).matchAll(/(?:^|`)make ([a-z][a-z0-9-]*)/gm)].map(
      ([, target = ""]) => target,
    ),
  );

  test.each([...new Set(targets)])("make %s is a target", (target) => {
    expect(spawnSync("make", ["-n", target], { cwd: root }).status).toBe(0);
  });
});

/** Names that examples invent, and folders that appear with the first results. */
const notThere = /acme|NAME|qwen3|^data\/testing\/results/;

describe.each(documents)("%s", (file) => {
  test("links to files that exist", () => {
    const targets = [...documentText(file).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)];
    const missing = targets
      .map(([, target = ""]) => target)
      .filter((target) => !existsSync(join(root, dirname(file), target)));
    expect(missing).toEqual([]);
  });

  test("names files of the project that exist", () => {
    const named = documentText(file).matchAll(
      /`((?:src|native|dev|docs|configs|tests|data)\/[\w./-]+)`/g,
    );
    const missing = [...named]
      .map(([, name = ""]) => name)
      .filter((name) => !notThere.test(name) && !existsSync(join(root, name)));
    expect(missing).toEqual([]);
  });
});
