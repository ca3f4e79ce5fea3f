// An sshd of a test's own on the loopback address: own keys, own port, this user alone, ended with the test. The program is
// Debian's openssh-server (dev/setup/openssh.sh) or the system's.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { makeFolder } from "./folders.ts";
import { childrenOf, compiledProgram, programEnvironment } from "./program.ts";

const program = "/usr/sbin/sshd";
export const hasSshd = existsSync(program);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function makeKey(file: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
}

export interface FakeFarMachine {
  /** Of this machine's side: where hosts.yaml is. */
  home: string;
  /** Of the far side. */
  folder: string;
  port: number;
  server: ChildProcess;
  /** Writes the entry "far"; `more` over what is usual. */
  configure(more?: Record<string, unknown>): void;
  knownHosts: string;
  /** The connections that sshd serves now, by the process of each. */
  connections(): number[];
}

/** On a port that is free; another one where somebody else was quicker to take it. */
async function listening(
  config: string,
  lines: readonly string[],
): Promise<{ server: ChildProcess; port: number }> {
  for (let tries = 0; tries < 5; tries++) {
    const port = await freePort();
    writeFileSync(config, [...lines, `Port ${port}`, ""].join("\n"));
    const server = spawn(program, ["-D", "-e", "-f", config], { stdio: "ignore" });
    onTestFinished(() => void server.kill());
    for (const end = Date.now() + 60_000; server.exitCode === null && Date.now() < end;) {
      if (await answers(port)) return { server, port };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("sshd does not answer");
}

/** Starts it, and knows its key. */
export async function startSshd(folder: string = makeFolder()): Promise<FakeFarMachine> {
  const own = makeFolder();
  const home = join(own, "home");
  mkdirSync(home);
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const [hostKey, userKey] = [join(own, "host_key"), join(own, "user_key")];
  makeKey(hostKey);
  makeKey(userKey);
  const authorized = join(own, "authorized_keys");
  writeFileSync(authorized, readFileSync(`${userKey}.pub`));
  chmodSync(authorized, 0o600);
  const lines = [
    ...["ListenAddress 127.0.0.1", `HostKey ${hostKey}`],
    ...[`AuthorizedKeysFile ${authorized}`, "PidFile none", "UsePAM no", "StrictModes no"],
    ...["PermitRootLogin yes", "PasswordAuthentication no"],
  ];
  const { server, port } = await listening(join(own, "sshd_config"), lines);
  const knownHosts = join(own, "known_hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${readFileSync(`${hostKey}.pub`, "utf8")}`);
  const { FT_ADDON = "" } = programEnvironment();
  const usual = {
    ...{ kind: "ssh", address: "127.0.0.1", port, user: userInfo().username },
    ...{ identity: userKey, known_hosts: knownHosts, folder },
    ft: `${process.execPath} ${compiledProgram()}`,
    environment: {
      ...{ FT_ADDON, FT_HOME: join(own, "far-home"), HF_HUB_OFFLINE: "1" },
      ...{ FT_THREADS: "1", MLX_DISABLE_COMPILE: "1" },
    },
  };
  const configure = (more: Record<string, unknown> = {}): void =>
    writeFileSync(join(home, "hosts.yaml"), JSON.stringify({ far: { ...usual, ...more } }));
  configure();
  const connections = (): number[] => childrenOf(server.pid ?? 0);
  return { home, folder, port, server, configure, knownHosts, connections };
}
