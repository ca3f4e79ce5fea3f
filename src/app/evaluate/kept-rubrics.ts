// Criteria that somebody wrote on a page, kept as a rubric's file for the jobs that judge by them. The same criteria are one
// file.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeJsonAtomic } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import { type Environment, ftHome } from "../../core/paths.ts";
import { readRubric } from "../../eval/judge/index.ts";

export interface WrittenRubric {
  task?: string | undefined;
  criteria: readonly { name: string; about: string }[];
}

/** Gives the file. @throws UsageError FT-EVAL-019 for what is no rubric; a file of that stays for nobody. */
export async function keepRubric(environment: Environment, rubric: WrittenRubric): Promise<string> {
  const folder = join(ftHome(environment), "studio", "rubrics");
  makeFolders(folder, 0o700);
  const digest = createHash("sha256").update(JSON.stringify(rubric)).digest("hex").slice(0, 16);
  const file = join(folder, `${digest}.json`);
  await writeJsonAtomic(file, rubric);
  readRubric(file);
  return file;
}
