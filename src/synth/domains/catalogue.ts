// The domains there are: the program's own, those of the user's folder and of a folder that is named. A file of the same
// key stands for one before it.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { FtError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { type Environment, ftHome, packageRoot } from "../../core/paths.ts";
import { badDomainFile, noSuchFolder, unknownDomain, unknownSubdomain } from "./domain-errors.ts";
import { readCommonParameters, readDomain } from "./domain-file.ts";
import { allSubdomains, type Domain, plainName, type Subdomain } from "./domain.ts";

export const shippedDomains = (): string => join(packageRoot(), "configs", "domains");
const commonParameters = (): string => join(packageRoot(), "configs", "common-parameters.yaml");
export const ownDomains = (environment: Environment): string =>
  join(ftHome(environment), "domains");

function filesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return names.toSorted().map((name) => join(folder, name));
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

export class Domains {
  readonly #byKey: ReadonlyMap<string, Domain>;

  constructor(domains: readonly Domain[]) {
    this.#byKey = new Map(domains.map((domain) => [domain.key, domain]));
  }

  all(): Domain[] {
    return [...this.#byKey.values()];
  }

  /** By key or by name, as "Customer Support". Throws UsageError FT-DOMAIN-002. */
  get(name: string): Domain {
    const plain = plainName(name);
    const found = this.all().find((one) => [one.key, plainName(one.name)].includes(plain));
    if (found !== undefined) return found;
    const known = this.all().map(({ key }) => key);
    const names = [...known, ...this.all().map((one) => one.name)];
    throw unknownDomain(name, known, nearest(name, names));
  }
}

/** By key, name, or another name that is taken for it. Throws UsageError FT-DOMAIN-003. */
export function subdomainOf(domain: Domain, name: string): Subdomain {
  const plain = plainName(name);
  const all = allSubdomains(domain);
  const found = all.find((one) => [one.key, one.name, ...one.also].map(plainName).includes(plain));
  if (found !== undefined) return found;
  const known = all.map(({ key }) => key);
  throw unknownSubdomain(name, domain.key, known, nearest(plain, known));
}

/**
 * Parses the files that `loadDomains` will need, one at a time, so that what else there is to do goes on between them.
 * Passes over files with faults: whoever needs them is told.
 */
export async function readDomainsAhead(
  environment: Environment,
  signal: AbortSignal,
): Promise<void> {
  const common = readCommonParameters(commonParameters());
  const folders = [shippedDomains(), ownDomains(environment)].filter(isFolder);
  for (const file of folders.flatMap(filesIn)) {
    await setImmediate();
    if (signal.aborted) return;
    try {
      readDomain(file, common, true);
    } catch (error) {
      if (!(error instanceof FtError)) throw error;
    }
  }
}

/** Throws ConfigError FT-DOMAIN-001 for a file that is none, UsageError FT-DOMAIN-005 for a folder that is not there. */
export function loadDomains(environment: Environment, folder?: string): Domains {
  if (folder !== undefined && !isFolder(folder)) throw noSuchFolder(folder);
  const common = readCommonParameters(commonParameters());
  const own = ownDomains(environment);
  const folders = [shippedDomains(), ...(isFolder(own) ? [own] : []), ...(folder ? [folder] : [])];
  const domains = folders.flatMap((each) => {
    const read = filesIn(each).map((file) => readDomain(file, common, each === shippedDomains()));
    requireOneEach(read);
    return read;
  });
  return new Domains(domains.toSorted((a, b) => a.place - b.place));
}

function requireOneEach(domains: readonly Domain[]): void {
  const files = new Map<string, string>();
  for (const { key, file } of domains) {
    const other = files.get(key);
    if (other !== undefined) {
      throw badDomainFile([{ at: { file, field: "key" }, message: `${other} is ${key} already` }]);
    }
    files.set(key, file);
  }
}
