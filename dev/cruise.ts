// Reads every import below a folder and holds it against the layers. Types count as imports.
import { existsSync } from "node:fs";
import path from "node:path";
import { type ICruiseResult, cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { rules } from "./layers.ts";

export interface Cruise {
  /** How many files of ours were read. A guard: a reader that reads nothing finds nothing. */
  modules: number;
  /** One line each: rule, from, to. */
  violations: string[];
}

function lines({ summary }: ICruiseResult): string[] {
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).sort();
}

/** Cruises src/, and dev/ and tests/ where they exist, below `root`. */
export async function cruiseLayers(root: string, tsconfig: string): Promise<Cruise> {
  const folders = ["src", "dev", "tests"].filter((folder) => existsSync(path.join(root, folder)));
  const { output } = await cruise(
    folders,
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: rules },
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules" },
      exclude: { path: "^tests/fixtures/|^dev/experiments/" },
    },
    {
      extensions: [".ts", ".mjs", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
    { tsConfig: extractTSConfig(tsconfig) },
  );
  if (typeof output === "string") throw new Error(`unexpected report: ${output}`);
  const own = output.modules.filter((module) => /^(src|dev|tests)\//.test(module.source));
  return { modules: own.length, violations: lines(output) };
}
