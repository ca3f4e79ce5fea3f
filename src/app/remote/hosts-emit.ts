// A run as a file for a program that takes it to other machines. Starts nothing.
import { resolve } from "node:path";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { type Environment, expandHome } from "../../core/paths.ts";
import { shellWord } from "../../core/shell.ts";
import type { ResolvedConfig } from "../config/resolve.ts";
import { checkRun, requireData } from "../train/check-run.ts";
import { hostSpec } from "./hosts-spec.ts";
import { emitFor, findHost } from "./hosts.ts";

/** Writes the file of a host's kind; `run` is the command that a person gives it to. */
export async function emitRun(
  environment: Environment,
  name: string,
  { config }: ResolvedConfig,
  path: string,
): Promise<{ file: string; run: string }> {
  const host = findHost(environment, name);
  checkRun(config);
  await requireData(config);
  const { text, run } = emitFor(host, await hostSpec(config));
  const file = resolve(expandHome(path));
  await writeFileAtomic(file, text);
  return { file, run: `${run} ${shellWord(file)}` };
}
