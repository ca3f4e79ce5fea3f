// What a form puts forward where nobody said anything: a folder of its own for the run, text to read along, figures often
// enough to see a short run move. Everything else is as on the command line.
import { existsSync, readdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { firstFree } from "../../core/numbered-names.ts";
import { type Environment, ftHome } from "../../core/paths.ts";
import type { RawValues } from "../config/layers.ts";

const word = (name: string): string =>
  basename(name, extname(name))
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);

const isFree = (folder: string, taken: ReadonlySet<string>): boolean =>
  !taken.has(folder) && (!existsSync(folder) || readdirSync(folder).length === 0);

export interface SuggestedFor {
  model: string;
  data: string;
  /** Folders of jobs that have not begun. */
  taken: ReadonlySet<string>;
  /** Behind the name. */
  end?: string | undefined;
}

/** A folder under FT_HOME that nothing is in. */
export function freeFolder(environment: Environment, asked: SuggestedFor): string {
  const { model, data, taken, end = "" } = asked;
  const parts = [word(model), word(data), end].filter((part) => part !== "");
  const name = parts.join("-") || "run";
  const folder = join(ftHome(environment), "trained", name);
  return firstFree(folder, (one) => isFree(one, taken));
}

export function suggestedRun(environment: Environment, asked: SuggestedFor): RawValues {
  return {
    output_dir: freeFolder(environment, asked),
    optimization: { sample_rows: 3, eval_steps: 50, report_every: 1 },
  };
}
