// A Postgres server of the run's own: made in a folder of its own, on a free port of this machine, gone when the run
// ends. Debian's or Homebrew's programs, wherever they are; they refuse to run as root, so root lends them another user.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string | undefined;
  }
}

const parents = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];

/** Folders that may hold the server's programs. */
function folders(): string[] {
  const versions = parents.filter(existsSync).flatMap((parent) =>
    readdirSync(parent)
      .filter((name) => /^(?:\d+|postgresql.*)$/.test(name))
      .map((name) => path.join(parent, name, "bin")),
  );
  return [...versions, ...(process.env["PATH"] ?? "").split(path.delimiter)];
}

/** Where the programs of a server are; undefined where none is installed. */
export const postgresPrograms = (): string | undefined =>
  folders().find((folder) => existsSync(path.join(folder, "initdb")));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The user that runs the server, where that may not be this one. */
function lentUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const of = (option: string): number =>
    Number(execFileSync("id", [option, "nobody"], { encoding: "utf8" }));
  return { uid: of("-u"), gid: of("-g") };
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end;) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await pause(100);
    }
  }
  throw new Error("postgres does not answer");
}

export async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  const programs = postgresPrograms();
  if (programs === undefined) return;
  const user = lentUser();
  const data = mkdtempSync(path.join(tmpdir(), "ft-postgres-"));
  if (user.uid !== undefined) chownSync(data, user.uid, user.gid ?? user.uid);
  const run = { ...user, cwd: data, stdio: "ignore" as const };
  const made = ["-D", data, "-U", "ft", "-A", "trust", "-E", "UTF8", "--no-sync"];
  execFileSync(path.join(programs, "initdb"), made, run);
  const port = await freePort();
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", "unix_socket_directories="];
  const fast = ["fsync=off", "max_connections=200"];
  const given = [...settings, ...fast].flatMap((setting) => ["-c", setting]);
  const server = spawn(path.join(programs, "postgres"), ["-D", data, ...given], run);
  const url = `postgres://ft@127.0.0.1:${port}/postgres`;
  await untilReady(url, server);
  project.provide("postgresUrl", url);
  return async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGINT");
    await ended;
    await rm(data, { recursive: true, force: true });
  };
}
