// The hosts that a run may be sent to: those of hosts.yaml in FT_HOME, this machine, and names of ~/.ssh/config. Reads
// files; asks no host.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { argv, execArgv, execPath } from "node:process";
import { parseDocument } from "yaml";
import { nearest } from "../../core/nearest.ts";
import { type Environment, ftHome } from "../../core/paths.ts";
import { badHosts, emitsNothing, onlyEmits, unknownHost } from "../../remote/hosts/errors.ts";
import { HostName, requireHostName } from "../../remote/hosts/host-name.ts";
import { hostKinds } from "../../remote/hosts/kinds/index.ts";
import type { HostKind } from "../../remote/hosts/kinds/kind.ts";
import type { Capabilities, Cost, HostReport, Runner, RunSpec } from "../../remote/hosts/runner.ts";
import { quoted } from "../../remote/hosts/shell.ts";
import { readConfigFile } from "../config/files.ts";
import type { ConfigLayer } from "../config/layers.ts";
import { isGroup } from "../config/layers.ts";
import { placed } from "../config/problems.ts";
import { productVersion } from "../info.ts";

export interface Host {
  name: string;
  kind: string;
  /** "hosts.yaml", "~/.ssh/config" or "built in". */
  from: string;
  options: object;
}

export const hostsFile = (environment: Environment): string =>
  join(ftHome(environment), "hosts.yaml");

/** Names that ssh's own file gives to machines; patterns are none. */
export function sshNames(text: string): string[] {
  const lines = text.split("\n").flatMap((line) => /^\s*Host\s+(.+)$/i.exec(line)?.[1] ?? []);
  return lines
    .flatMap((names) => names.trim().split(/\s+/))
    .filter((name) => HostName.safeParse(name).success);
}

function entryProblems(layer: ConfigLayer, name: string, value: unknown): string[] | Host {
  const say = (path: string[], text: string): string =>
    placed(layer, path, layer.originOf(path), text);
  if (!HostName.safeParse(name).success) return [say([name], `'${name}' is not a valid host name`)];
  if (!isGroup(value)) return [say([name], `${name} is to have its settings below it`)];
  const { kind = "ssh", ...given } = value;
  if (typeof kind !== "string" || !hostKinds.has(kind)) {
    const known = hostKinds.names().join(", ");
    return [say([name, "kind"], `${name}.kind: ${String(kind)} is none of ${known}`)];
  }
  const parsed = hostKinds.get(kind).options.safeParse(given);
  if (parsed.success) return { name, kind, from: "hosts.yaml", options: parsed.data };
  return parsed.error.issues.flatMap((issue) => {
    const path = [name, ...issue.path.map(String)];
    if (issue.code !== "unrecognized_keys")
      return [say(path, `${path.join(".")}: ${issue.message}`)];
    return issue.keys.map((key) => say([...path, key], `unknown key ${[...path, key].join(".")}`));
  });
}

function written(environment: Environment): Host[] {
  const file = hostsFile(environment);
  // comments alone, as where the last entry was taken out, are no mistake
  if (!existsSync(file) || parseDocument(readFileSync(file, "utf8")).contents === null) return [];
  const layer = readConfigFile("user", file);
  const read = Object.entries(layer.values).map(([name, value]) =>
    entryProblems(layer, name, value),
  );
  const problems = read.filter((one) => Array.isArray(one)).flat();
  if (problems.length > 0) throw badHosts(file, problems);
  return read.filter((one): one is Host => !Array.isArray(one));
}

const usual = (name: string, kind: string, from: string): Host => ({
  ...{ name, kind, from },
  options: hostKinds.get(kind).options.parse({}),
});

/** Every host that has a name here; what stands in hosts.yaml comes first and counts. */
export function listHosts(environment: Environment): Host[] {
  const config = join(environment["HOME"] ?? homedir(), ".ssh", "config");
  const names = existsSync(config) ? sshNames(readFileSync(config, "utf8")) : [];
  const all = [
    ...written(environment),
    usual("local", "local", "built in"),
    ...names.map((name) => usual(name, "ssh", "~/.ssh/config")),
  ];
  return all.filter(({ name }, at) => all.findIndex((one) => one.name === name) === at);
}

/** @throws UsageError FT-HOST-001 or FT-HOST-003 */
export function findHost(environment: Environment, name: string): Host {
  const known = listHosts(environment);
  const found = known.find((host) => host.name === requireHostName(name));
  if (found !== undefined) return found;
  const names = known.map((host) => host.name);
  throw unknownHost(name, names, nearest(name, names));
}

/** The command of a shell that is this very program. */
function thisProgram(): string {
  return [execPath, ...execArgv, argv[1] ?? ""].map(quoted).join(" ");
}

/** @throws UsageError FT-HOST-014 where it is not started from here. */
export function openHost({ name, kind, options }: Host): Runner {
  const runner = hostKinds
    .get(kind)
    .open?.(name, options, { version: productVersion(), program: thisProgram() });
  if (runner === undefined) throw onlyEmits(name, kind);
  return runner;
}

/** The file for that kind's own program, and how it is run. @throws UsageError FT-HOST-015 where there is none. */
export function emitFor(
  { name, kind, options }: Host,
  spec: RunSpec,
): { text: string; run: string } {
  const { emit, runFile }: HostKind = hostKinds.get(kind);
  if (emit === undefined || runFile === undefined) throw emitsNothing(name, kind);
  return { text: emit(name, options, spec), run: runFile(spec) };
}

/** Asks a host whether a run could begin there. */
export async function checkHost(
  environment: Environment,
  name: string,
): Promise<HostReport & Capabilities & { name: string; kind: string; cost: Cost | null }> {
  const host = findHost(environment, name);
  const runner = openHost(host);
  const report = await runner.check();
  const cost = (await runner.cost()) ?? null;
  return { name, kind: host.kind, ...report, ...(await runner.capabilities()), cost };
}
