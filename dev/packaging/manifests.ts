// What stands in the package.json of each package. The clone's own names no platform package: a clone builds its addon
// itself, and npm would miss packages that no registry has.
import { PUBLISHED, type Platform, platformName } from "./platforms.ts";

export interface Manifest {
  name: string;
  version: string;
  license: string;
  engines: Record<string, string>;
  files: string[];
  [more: string]: unknown;
}

export const platformPackage = (main: Manifest, name: string): string => `${main.name}-${name}`;

/** What only development needs. */
const own = new Set(["devDependencies", "overrides", "scripts", "files", "gypfile", "binary"]);

/** The main package's: without what only development needs, with the platforms' packages as optional dependencies. */
export function mainManifest(clone: Manifest): Record<string, unknown> {
  const kept = Object.entries(clone).filter(([key]) => !own.has(key));
  return {
    ...Object.fromEntries(kept),
    optionalDependencies: Object.fromEntries(
      PUBLISHED.map((name) => [platformPackage(clone, name), clone.version]),
    ),
  };
}

export function platformManifest(
  clone: Manifest,
  platform: Platform,
  licence: string,
): Record<string, unknown> {
  const name = platformName(platform);
  return {
    name: platformPackage(clone, name),
    version: clone.version,
    description: `The native addon of ${clone.name} for ${name}, with MLX`,
    license: licence,
    engines: clone.engines,
    os: [platform.os],
    cpu: [platform.cpu],
    ...(platform.libc !== undefined && { libc: [platform.libc] }),
    main: "ft_native.node",
  };
}
