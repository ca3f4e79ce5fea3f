// dev/inventory.yaml is a promise: every row stands in it once, and what it names is there. Whether what is named passes
// is not asked here: make inventory runs it.
import {
  type Evidence,
  inventoryFile,
  readInventory,
  type TestReference,
} from "../inventory/rows.ts";
import type { Repository, Rule } from "./repository.ts";

const columns = 120;

/** Programs of every system we build on. Of make, npm and ft it is also looked up what they are asked for. */
const plainPrograms =
  "bash cat cd cp diff echo env git grep head mkdir node printf rm sed seq sort tail test true wc";

const hasFolder = ({ files }: Repository, name: string): boolean =>
  files.some((file) => file === name || file.startsWith(`${name.replace(/\/$/, "")}/`));

function testProblem(repository: Repository, { file, pattern }: TestReference): string[] {
  if (!/^tests\/.+\.test\.ts$/.test(file)) return [`${file} is no test file`];
  if (!repository.files.includes(file)) return [`there is no ${file}`];
  if (pattern === undefined || repository.text(file).includes(pattern)) return [];
  return [`${file} has no test "${pattern}"`];
}

/** The simple commands of a line: what stands between its operators, without redirections and settings. */
function simpleCommands(line: string): string[][] {
  return line
    .replaceAll(/'[^']*'|"[^"]*"/g, "QUOTED")
    .replaceAll(/\d?>&\d|\d?>>? ?\S+|< ?\S+/g, " ")
    .split(/&&|\|\||[|;()\n]/)
    .map((part) => part.trim().split(/\s+/))
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter(([first = ""]) => first !== "");
}

function targetsOf(repository: Repository): Set<string> {
  const makefile = repository.files.includes("Makefile") ? repository.text("Makefile") : "";
  return new Set([...makefile.matchAll(/^([a-z0-9-]+):/gm)].map(([, name = ""]) => name));
}

function makeProblem(repository: Repository, words: readonly string[]): string[] {
  const targets = targetsOf(repository);
  const asked = words.filter((word) => /^[a-z]/.test(word));
  return asked.filter((word) => !targets.has(word)).map((word) => `make has no target ${word}`);
}

function ftProblem(repository: Repository, [first = "", second = ""]: readonly string[]): string[] {
  if (first.startsWith("-")) return [];
  const commands = [first, `${first}-${second}`].map((name) => `src/cli/commands/${name}.ts`);
  if (commands.some((file) => repository.files.includes(file))) return [];
  return [`there is no command ft ${first} ${second}`.trimEnd()];
}

function npmProblem(
  repository: Repository,
  [first = "", second = ""]: readonly string[],
): string[] {
  const { scripts = {} } = JSON.parse(repository.text("package.json")) as {
    scripts?: Record<string, string>;
  };
  const script = first === "run" ? second : first;
  return script in scripts ? [] : [`package.json has no script ${script}`];
}

function programProblem(repository: Repository, words: readonly string[]): string[] {
  const [program = "", ...rest] = words;
  if (program === "timeout") return programProblem(repository, rest.slice(1));
  if (program === "make") return makeProblem(repository, rest);
  if (program === "ft") return ftProblem(repository, rest);
  if (program === "npm") return npmProblem(repository, rest);
  if (plainPrograms.split(" ").includes(program)) return [];
  return hasFolder(repository, program.replace(/^\.\//, ""))
    ? []
    : [`there is no program ${program}`];
}

const ourPath = /^(?:configs|data|dev|docs|native|src|tests)\/[\w./-]+$/;

function commandProblems(repository: Repository, command: string): string[] {
  const words = command.split(/[\s"'()=;|&]+/).filter((word) => ourPath.test(word));
  return [
    ...simpleCommands(command).flatMap((parts) => programProblem(repository, parts)),
    ...words.filter((word) => !hasFolder(repository, word)).map((word) => `there is no ${word}`),
  ];
}

function evidenceProblems(repository: Repository, evidence: Evidence): string[] {
  if (evidence.kind === "test")
    return evidence.tests.flatMap((test) => testProblem(repository, test));
  return evidence.kind === "command" ? commandProblems(repository, evidence.command) : [];
}

function wideLines(text: string): string[] {
  return text
    .split("\n")
    .flatMap((line, at) => (line.length > columns ? [`line ${at + 1} is too long`] : []));
}

export const inventoryHolds: Rule = {
  name: `${inventoryFile} has every row once, and what its rows name is there`,
  check(repository) {
    if (!repository.files.includes(inventoryFile)) return [];
    const text = repository.text(inventoryFile);
    const { rows, problems } = readInventory(text);
    const named = rows.flatMap(({ number, evidence }) =>
      evidenceProblems(repository, evidence).map((problem) => `row ${number}: ${problem}`),
    );
    return [...problems, ...named, ...wideLines(text)];
  },
};
