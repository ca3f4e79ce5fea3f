// docs/licences.md names every npm package that runs with the product, and the licence it says it has.
import type { Repository, Rule } from "./repository.ts";

interface LockedPackage {
  dev?: boolean;
  license?: string;
}

/** Table rows, as docs/licences.md holds them, of all packages a production install may bring. */
export function licenceRows(lock: string): string[] {
  const { packages } = JSON.parse(lock) as { packages: Record<string, LockedPackage> };
  const shipped = Object.entries(packages).filter(([at, { dev }]) => at !== "" && dev !== true);
  return shipped
    .map(([at, { license }]) => [at.slice(at.lastIndexOf("node_modules/") + 13), license])
    .map(([name, licence]) => `| ${name} | ${licence ?? "unknown"} |`)
    .filter((row, index, rows) => rows.indexOf(row) === index)
    .sort();
}

const rowPattern = /^\| .+ \| .+ \|$/;

export const licences: Rule = {
  name: "docs/licences.md lists the npm packages of the product",
  check(repository: Repository) {
    if (!repository.files.includes("package-lock.json")) return [];
    const wanted = licenceRows(repository.text("package-lock.json"));
    const [, table = ""] = repository.text("docs/licences.md").split("## npm packages at run time");
    const listed = table
      .split("\n")
      .filter((line) => rowPattern.test(line))
      .slice(1);
    const missing = wanted.filter((row) => !listed.includes(row)).map((row) => `add ${row}`);
    const stale = listed.filter((row) => !wanted.includes(row)).map((row) => `remove ${row}`);
    return [...missing, ...stale];
  },
};
