// Where things may lie: the root stays tidy, tests are under tests/, every folder of src/ says what it is.
import path from "node:path";
import type { Repository, Rule } from "./repository.ts";

const rootFolders = new Set([".ci", "configs", "data", "dev", "docs", "native", "src", "tests"]);
const rootFiles =
  /^(README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|Makefile|setup\.sh|binding\.gyp|CMakeLists\.txt|package(-lock)?\.json|tsconfig(\.[a-z]+)?\.json|knip\.json|[a-z.]+\.config\.ts|\.[a-z-]+|\.[a-z]+rc\.json|\.clang-format)$/;
const contextLines = 20;

function misplacedInRoot(file: string): boolean {
  const [first, ...rest] = file.split("/");
  return rest.length === 0 ? !rootFiles.test(file) : !rootFolders.has(first ?? "");
}

export const tidyRoot: Rule = {
  name: "the root holds no data, tests or scratch files",
  check: ({ files }) => files.filter(misplacedInRoot),
};

export const testsUnderTests: Rule = {
  name: "tests are under tests/",
  check: ({ files }) =>
    files.filter(
      (file) => /\.(test|spec)(-d)?\.[cm]?[jt]sx?$/.test(file) && !file.startsWith("tests/"),
    ),
};

function contextProblem(repository: Repository, folder: string): string[] {
  const file = path.posix.join("src", folder, "CONTEXT.md");
  if (!repository.files.includes(file)) return [`${file} is missing`];
  const lines = repository.text(file).trimEnd().split("\n").length;
  return lines > contextLines ? [`${file} has ${lines} lines, at most ${contextLines}`] : [];
}

export const contexts: Rule = {
  name: "every folder of src/ has a short CONTEXT.md",
  check(repository) {
    const folders = repository.files.map((file) => /^src\/([^/]+)\//.exec(file)?.[1] ?? "");
    return [...new Set(folders)]
      .filter((folder) => folder !== "")
      .flatMap((folder) => contextProblem(repository, folder));
  },
};

export const dataListed: Rule = {
  name: "data/README.md names every file shipped in data/",
  check(repository) {
    const shipped = repository.files.filter((file) => file.startsWith("data/"));
    const named = shipped.includes("data/README.md") ? repository.text("data/README.md") : "";
    const isNamed = (file: string): boolean =>
      named.includes(path.posix.basename(file)) || named.includes(file.slice("data/".length));
    return shipped.filter((file) => file !== "data/README.md" && !isNamed(file));
  },
};
