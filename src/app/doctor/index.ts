// Looks for what is wrong with an installation, one check after another. Mends nothing and says nothing.
import { type Check, fail, type Finding, type Machine } from "./check.ts";
import { addon } from "./checks/addon.ts";
import { backend } from "./checks/backend.ts";
import { cacheDisk } from "./checks/cache-disk.ts";
import { compiler } from "./checks/compiler.ts";
import { home } from "./checks/home.ts";
import { knownBad } from "./checks/known-bad.ts";
import { libraries } from "./checks/libraries.ts";
import { machine } from "./checks/machine.ts";
import { memory } from "./checks/memory.ts";
import { network } from "./checks/network.ts";
import { node } from "./checks/node.ts";
import { outputDisk } from "./checks/output-disk.ts";
import { power } from "./checks/power.ts";
import { system } from "./checks/system.ts";
import { token } from "./checks/token.ts";
import { wired } from "./checks/wired.ts";

export { type Check, type Machine, thisMachine, type Verdict } from "./check.ts";

/** In the order they are told. The next one is one file in checks/ and one line here. */
export const checks: readonly Check[] = [
  machine,
  system,
  node,
  knownBad,
  addon,
  libraries,
  compiler,
  backend,
  memory,
  wired,
  cacheDisk,
  outputDisk,
  home,
  token,
  network,
  power,
];

export interface ToldCheck extends Finding {
  name: string;
}

async function told({ name, look }: Check, seen: Machine): Promise<ToldCheck> {
  try {
    return { name, ...(await look(seen)) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { name, ...fail(`could not be looked at: ${why}`, "ft doctor --verbose") };
  }
}

/** All checks, each with what it found. What one of them cannot look at is a failure of that one. */
export async function examine(seen: Machine): Promise<ToldCheck[]> {
  return await Promise.all(checks.map((each) => told(each, seen)));
}
