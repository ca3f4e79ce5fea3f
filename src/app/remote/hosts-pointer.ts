// Which runs were started on hosts from here, so that they are found again: one small file each under FT_HOME.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { writeJsonAtomic } from "../../core/atomic-files.ts";
import { type Environment, expandHome, ftHome } from "../../core/paths.ts";
import { unknownRemoteRun } from "../../remote/hosts/errors.ts";

const Pointer = z.object({
  id: z.string(),
  host: z.string(),
  /** The run's folder here. */
  output: z.string(),
  /** The run's folder there. */
  there: z.string(),
  /** Where a browser shows it. */
  page: z.string().optional(),
  inputs: z.array(z.tuple([z.string(), z.string()])),
  /** Where each setting came from, as the run's record tells it. */
  origins: z.record(z.string(), z.string()),
});
export type HostPointer = z.infer<typeof Pointer>;

const folderOf = (environment: Environment): string => join(ftHome(environment), "remote-runs");

export async function keepPointer(environment: Environment, pointer: HostPointer): Promise<void> {
  await writeJsonAtomic(join(folderOf(environment), `${pointer.id}.json`), pointer);
}

/** Of every run that was started on a host from here. */
export function pointers(environment: Environment): HostPointer[] {
  const folder = folderOf(environment);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const parsed = Pointer.safeParse(JSON.parse(readFileSync(join(folder, name), "utf8")));
      return parsed.success ? [parsed.data] : [];
    });
}

/** By the run's folder here, or its id there; the newest counts. Undefined where none was started on a host. */
export function pointerOf(environment: Environment, name: string): HostPointer | undefined {
  const path = resolve(expandHome(name));
  return pointers(environment)
    .sort((a, b) => a.id.localeCompare(b.id))
    .findLast(({ id, output }) => id === name || output === path);
}

/** As `pointerOf`. @throws UsageError FT-HOST-016 */
export function findPointer(environment: Environment, name: string): HostPointer {
  const found = pointerOf(environment, name);
  if (found === undefined) throw unknownRemoteRun(name);
  return found;
}
