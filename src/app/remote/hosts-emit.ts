// A run as a file for a program that takes it to other machines. Starts nothing.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { type Environment, expandHome } from "../../core/paths.ts";
import { shellWord } from "../../core/shell.ts";
import { notEmitted } from "../../remote/hosts/errors.ts";
import type { ResolvedConfig } from "../config/resolve.ts";
import { checkRun, requireData } from "../train/check-run.ts";
import { hostSpec } from "./hosts-spec.ts";
import { emitFor, findHost } from "./hosts.ts";

/** Throws UsageError FT-HOST-020 for a file that is there and was not written so: it may be somebody's data. */
async function requireWritable(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const text = await readFile(file, "utf8").catch(() => "");
  if (!/^# A run of ft\b/m.test(text.slice(0, 4096))) throw notEmitted(file);
}

/** Writes the file of a host's kind; `run` is the command that a person gives it to. */
export async function emitRun(
  environment: Environment,
  name: string,
  { config }: ResolvedConfig,
  path: string,
): Promise<{ file: string; run: string }> {
  const host = findHost(environment, name);
  const file = resolve(expandHome(path));
  await requireWritable(file);
  checkRun(config);
  await requireData(config);
  const { text, run } = emitFor(host, await hostSpec(config));
  await writeFileAtomic(file, text);
  return { file, run: `${run} ${shellWord(file)}` };
}
