// The layers of src/, lowest first, and the import rules that follow from their order. The only list of them.
// Not a checker: dependency-cruiser is (dev/cruise.ts).
import type { IForbiddenRuleType } from "dependency-cruiser";

/** Folders of src/ by rank. A folder imports from lower ranks and from itself; equal ranks do not know each other. */
export const layers: readonly (readonly string[])[] = [
  ["core"],
  ["mx", "text", "providers"],
  ["data", "nn", "weights", "runs", "store"],
  ["models", "adapters", "synth"],
  ["generate", "export"],
  ["train"],
  ["eval"],
  ["serve", "remote"],
  ["app"],
  ["studio", "mcp"],
  ["cli"],
];

/** Folders that work on any machine: nothing they reach, however far, may be the addon's. */
export const withoutAddon: readonly string[] = [
  "core",
  "text",
  "providers",
  "data",
  "runs",
  "store",
  "synth",
];

const inside = (folders: readonly string[]): string => `^src/(${folders.join("|")})/`;

function mayNotImportUpward(folder: string, rank: number): IForbiddenRuleType {
  const others = layers
    .slice(rank)
    .flat()
    .filter((other) => other !== folder);
  return {
    name: `${folder}-imports-lower-ranks-only`,
    severity: "error",
    comment: `${folder} has rank ${rank}: see dev/layers.ts`,
    from: { path: inside([folder]) },
    to: { path: others.length === 0 ? "^src/index\\.ts$" : `${inside(others)}|^src/index\\.ts$` },
  };
}

const sharper: IForbiddenRuleType[] = [
  {
    name: "pages-know-the-api-only",
    severity: "error",
    comment: "src/studio/web runs in a browser: it asks the API and imports nothing of the server",
    from: { path: "^src/studio/web/" },
    to: { path: "^src/", pathNot: "^src/studio/web/" },
  },
  {
    name: "server-does-not-import-pages",
    severity: "error",
    from: { path: "^src/", pathNot: "^src/studio/web/" },
    to: { path: "^src/studio/web/" },
  },
  {
    name: "works-without-addon",
    severity: "error",
    comment: "these folders run on machines without the addon",
    from: { path: inside(withoutAddon) },
    to: { path: inside(["mx"]), reachable: true },
  },
  {
    name: "product-does-not-import-dev-or-tests",
    severity: "error",
    from: { path: "^src/" },
    to: { path: "^(dev|tests)/" },
  },
  {
    name: "product-needs-only-its-dependencies",
    severity: "error",
    comment: "a devDependency is not there when the package is installed",
    // what pages need is built into them
    from: { path: "^src/", pathNot: "^src/studio/web/" },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
  },
  { name: "resolves", severity: "error", from: {}, to: { couldNotResolve: true } },
  {
    name: "no-cycle",
    severity: "error",
    comment:
      "a ring that exists for the type checker only is harmless: registries name their entries' type",
    from: { path: "^src/" },
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
  {
    name: "folder-has-a-rank",
    severity: "error",
    comment: "a new folder of src/ gets its line in dev/layers.ts",
    from: { path: "^src/[^/]+/", pathNot: inside(layers.flat()) },
    to: {},
  },
];

export const rules: IForbiddenRuleType[] = [
  ...layers.flatMap((folders, rank) => folders.map((folder) => mayNotImportUpward(folder, rank))),
  ...sharper,
];
