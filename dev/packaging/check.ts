// Does what the Dockerfile says without Docker, in a clean folder: COPY, ENV, WORKDIR and RUN, each in turn, then starts
// what it would start and asks it. Lines of apt-get are the machine's own business: left out, and said so.
//   make packaging-check        minutes: packages are installed and the addon is compiled anew
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Instruction, instructionsOf, wordsOf } from "./dockerfile.ts";

const clone = fileURLToPath(new URL("../../", import.meta.url));
const dockerfile = join(clone, "dev/packaging/Dockerfile");
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A container's file system as a folder, and what its next instruction sees. */
interface Built {
  /** Of the stages before, by name. */
  stages: Map<string, string>;
  root: string;
  folder: string;
  environment: Record<string, string>;
  command: string[];
}

const inside = ({ root }: Built, path: string): string => join(root, path);

/** What is copied comes from the clone, or from a stage before. */
function sourceOf(built: Built, stage: string | undefined, source: string): string {
  if (stage === undefined) return join(clone, source);
  const root = built.stages.get(stage);
  if (root === undefined) throw new Error(`no stage is called ${stage}`);
  return join(root, source);
}

function copy(built: Built, given: string): void {
  const [first = "", ...rest] = wordsOf(given);
  const stage = /^--from=(.+)$/.exec(first)?.[1];
  const words = stage === undefined ? [first, ...rest] : rest;
  const target = words.pop() ?? ".";
  for (const source of words) {
    const into = target.endsWith("/") ? join(target, source) : target;
    const to = target.startsWith("/") ? inside(built, into) : join(built.folder, into);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(sourceOf(built, stage, source), to, { recursive: true });
  }
}

function run({ folder, environment }: Built, line: string): void {
  if (/^apt-get\b/.test(line)) return say("  left out: packages of the system");
  const started = performance.now();
  const { status } = spawnSync("bash", ["-c", line], {
    ...{ cwd: folder, stdio: ["ignore", "inherit", "inherit"] },
    env: environment,
  });
  if (status !== 0) throw new Error(`exit code ${status}: ${line}`);
  say(`  done in ${Math.round((performance.now() - started) / 1000)} s`);
}

/** An absolute path of the container, such as that of FT_HOME, lies in the folder here. */
function setVariable(built: Built, given: string): void {
  const [name = "", ...rest] = given.split("=");
  const value = rest.join("=");
  built.environment[name] = value.startsWith("/") ? inside(built, value) : value;
}

/** A stage begins: an empty file system, and nothing of the variables before. */
function from(built: Built, given: string): void {
  const name = /^\S+ AS (\S+)$/i.exec(given)?.[1] ?? "last";
  const root = join(dirname(built.root), name);
  const { PATH = "", HOME = "" } = process.env;
  mkdirSync(root);
  built.stages.set(name, root);
  Object.assign(built, { root, folder: root, environment: { PATH, HOME } });
}

const doers: Readonly<Record<string, (built: Built, given: string) => void>> = {
  FROM: from,
  WORKDIR(built, given) {
    built.folder = inside(built, given);
    mkdirSync(built.folder, { recursive: true });
  },
  ENV: setVariable,
  COPY: copy,
  RUN: run,
  ENTRYPOINT: (built, given) => void built.command.unshift(...(JSON.parse(given) as string[])),
  CMD: (built, given) => void built.command.push(...(JSON.parse(given) as string[])),
};

function build(folder: string, instructions: readonly Instruction[]): Built {
  const root = join(folder, "none");
  const built: Built = { stages: new Map(), root, folder: root, environment: {}, command: [] };
  for (const { name, given, line } of instructions) {
    say(`Dockerfile:${line}: ${name} ${given}`);
    doers[name]?.(built, given);
  }
  return built;
}

interface Listening {
  apiUrl: string;
  token: string;
}

async function firstLine(child: ChildProcess): Promise<Listening> {
  let text = "";
  for await (const part of child.stdout ?? []) {
    text += String(part);
    if (text.includes("\n")) return JSON.parse(text.slice(0, text.indexOf("\n"))) as Listening;
  }
  throw new Error("it ended without a word");
}

/** Starts what the container would, on free ports, asks it with and without the token, and ends it. */
async function start({ root, folder, environment, command }: Built): Promise<void> {
  const free = command.map((word) => (/^\d{4}$/.test(word) ? "0" : word));
  const words = free.map((word) => (word.startsWith("/app/") ? join(root, word) : word));
  const [program = "", ...args] = words;
  const child = spawn(program, [...args, "--json"], {
    ...{ cwd: folder, env: environment, stdio: ["ignore", "pipe", "inherit"] },
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  try {
    const { apiUrl, token } = await firstLine(child);
    const path = `${apiUrl}/api/system/status`;
    const known = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
    const unknown = await fetch(path);
    say(`with the token ${known.status}, without ${unknown.status}`);
    if (known.status !== 200 || unknown.status !== 401) throw new Error("it answers otherwise");
  } finally {
    child.kill("SIGTERM");
  }
  const code = await ended;
  say(`ended by SIGTERM with exit code ${code}`);
  if (code !== 0) throw new Error("a container would be killed");
}

const root = mkdtempSync(join(tmpdir(), "ft-packaging-"));
try {
  const built = build(root, instructionsOf(readFileSync(dockerfile, "utf8")));
  await start(built);
  if (!existsSync(join(built.root, "data", "store"))) throw new Error("nothing is kept in /data");
  say("the Dockerfile's lines make a studio that answers");
} finally {
  rmSync(root, { recursive: true, force: true });
}
