// What tracked text may not contain: promises, this machine's paths, download addresses, a second door to the addon.
import { linesMatching } from "./repository.ts";
import type { Repository, Rule } from "./repository.ts";

/** Goldens and other tools' files are quoted as they are. */
const isOurs = (file: string): boolean => !/^(dev\/checks|tests\/fixtures)\/|^data\//.test(file);

function forbid(name: string, pattern: RegExp, among: (file: string) => boolean): Rule {
  return {
    name,
    check: (repository: Repository) =>
      repository.files.filter(among).flatMap((file) => linesMatching(repository, file, pattern)),
  };
}

export const noPromises = forbid(
  "nothing is called ready for production",
  /production.ready/i,
  isOurs,
);

export const noMachinePaths = forbid(
  "no path of one machine",
  /(?<![\w.}-])\/(work|farm|root|tmp\/(ftw|peers))\//,
  isOurs,
);

export const noRegistryHosts = forbid(
  "no registry host",
  /https?:\/\/([a-z0-9-]+\.)*(registry|index|pypi|crates|deb)\./,
  isOurs,
);

export const lockWithoutAddresses = forbid(
  "package-lock.json holds no download addresses",
  /"resolved": "http/,
  (file) => file === "package-lock.json",
);

export const exactVersions = forbid(
  "package.json pins exact versions",
  /^ {4}"[^"]+": "[\^~*]/,
  (file) => file === "package.json",
);

export const oneDoorToTheAddon = forbid(
  "only src/mx opens the addon",
  /ft_native|\.node["'`]/,
  (file) => file.startsWith("src/") && file.endsWith(".ts") && !file.startsWith("src/mx/"),
);

export const noPlainErrors = forbid(
  "src/ throws no plain Error: what a person sees is an FtError, a slip of the program a RangeError or TypeError",
  /throw new Error\(/,
  (file) => file.startsWith("src/") && file.endsWith(".ts"),
);

export const dataThroughItsIndex = forbid(
  "the command line imports data through its index",
  /from "(\.\.\/)+data\/(?!index\.ts")/,
  (file) => file.startsWith("src/cli/") && file.endsWith(".ts"),
);
