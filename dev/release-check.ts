// `make release-check`: runs the commands of the table in dev/release.md, in order. The list is that page alone.
//   --list   prints them      --only a,b   runs some      --version   whether all places state one version
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const clone = fileURLToPath(new URL("../", import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

export interface Step {
  name: string;
  command: string;
}

/** Rows of the page's table: a name, and a command between backticks. */
export function stepsOf(page: string): Step[] {
  const rows = page.matchAll(/^\| ([a-z]+) +\| `([^`]+)` +\|/gm);
  return [...rows].map(([, name = "", command = ""]) => ({ name, command }));
}

/** Steps by their names, in the order of the page. @throws RangeError for a name that no step has. */
export function chosen(steps: readonly Step[], only: string | undefined): Step[] {
  if (only === undefined) return [...steps];
  const names = only.split(",");
  const unknown = names.find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined)
    throw new RangeError(
      `no step is called ${unknown}; they are ${steps.map(({ name }) => name).join(", ")}`,
    );
  return steps.filter(({ name }) => names.includes(name));
}

function versions(): string[] {
  const read = (file: string): string => readFileSync(`${clone}${file}`, "utf8");
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const lock = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { version: string }>;
  };
  const { stdout } = spawnSync("node", ["dist/cli/main.js", "--version"], {
    cwd: clone,
    encoding: "utf8",
  });
  return [version, lock.packages[""]?.version ?? "none", stdout.trim()];
}

function run({ name, command }: Step): boolean {
  say(`\n==> ${name}: ${command}`);
  const started = performance.now();
  const { status } = spawnSync("bash", ["-c", command], { cwd: clone, stdio: "inherit" });
  const seconds = Math.round((performance.now() - started) / 1000);
  say(`==> ${name}: ${status === 0 ? "holds" : "DOES NOT HOLD"}, ${seconds} s`);
  return status === 0;
}

function main(args: readonly string[]): number {
  if (args.includes("--version")) {
    const found = versions();
    say(`package.json, package-lock.json, ft --version: ${found.join(", ")}`);
    return new Set(found).size === 1 ? 0 : 1;
  }
  const at = args.indexOf("--only");
  const steps = chosen(
    stepsOf(readFileSync(`${clone}dev/release.md`, "utf8")),
    at === -1 ? undefined : args[at + 1],
  );
  if (args.includes("--list")) {
    for (const { name, command } of steps) say(`${name.padEnd(12)}${command}`);
    return 0;
  }
  const failed = steps.filter((step) => !run(step)).map(({ name }) => name);
  say(failed.length === 0 ? "\nready for a release" : `\nnot ready: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = main(process.argv.slice(2));
