// What a repository rule may look at: the files git knows (or would add), and their text. No rules here.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";

export interface Repository {
  root: string;
  /** Paths from the root with "/", sorted. */
  files: readonly string[];
  /** Text of a file; empty for a binary one. */
  text(file: string): string;
}

/** A rule: its name, and a line for each thing that breaks it. */
export interface Rule {
  name: string;
  check(repository: Repository): string[];
}

function knownToGit(root: string): string[] {
  const wanted = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const options = { cwd: root, encoding: "utf8", maxBuffer: 1 << 26, stdio: "pipe" } as const;
  return execFileSync("git", wanted, options).split("\0");
}

const generated = new Set([
  "node_modules",
  "dist",
  "dist.new",
  "build",
  "coverage",
  ".local",
  ".git",
]);

// An unpacked archive has no history to ask.
function onDisk(root: string, folder = ""): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (!entry.isDirectory()) return [file];
    return generated.has(entry.name) ? [] : onDisk(root, file);
  });
}

function listed(root: string): string[] {
  const isClone = existsSync(path.join(root, ".git"));
  const files = isClone ? knownToGit(root) : onDisk(root);
  return files.filter((file) => file !== "" && existsSync(path.join(root, file)));
}

export function repository(root: string): Repository {
  const texts = new Map<string, string>();
  const read = (file: string): string => {
    const bytes = readFileSync(path.join(root, file));
    return bytes.subarray(0, 8192).includes(0) ? "" : bytes.toString("utf8");
  };
  const text = (file: string): string => {
    const known = texts.get(file) ?? read(file);
    texts.set(file, known);
    return known;
  };
  return { root, files: [...new Set(listed(root))].sort(), text };
}

/** Lines of `file` that match, as "file:line". */
export function linesMatching(from: Repository, file: string, pattern: RegExp): string[] {
  return from
    .text(file)
    .split("\n")
    .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : []));
}
