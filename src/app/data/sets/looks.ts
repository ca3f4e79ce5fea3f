// What is looked for in all rows of a set: its pictures, its duplicates, what it would be in another form. Done at once for
// a small set, else as a job; what is found is kept under the revision of the rows. The next look is a line here.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeJsonAtomic } from "../../../core/atomic-files.ts";
import { makeFolders } from "../../../core/folders.ts";
import { type Environment, ftHome } from "../../../core/paths.ts";
import { Registry } from "../../../core/registry.ts";
import type { Store } from "../../../store/index.ts";
import { duplicatesLook } from "./look-duplicates.ts";
import { exportLook } from "./look-export.ts";
import { picturesLook } from "./look-pictures.ts";
import type { Look } from "./look.ts";
import { openSet, type OpenSet } from "./open-set.ts";
import { unknownLook } from "./set-errors.ts";

export const looks = new Registry<Look>(
  { pictures: picturesLook, duplicates: duplicatesLook, export: exportLook },
  ({ name, known }) => unknownLook(name, known),
);

export interface LookRequest {
  /** As `openSet` takes it. */
  set: string;
  look: string;
  options: unknown;
}

export interface Looked {
  revision: string;
  options: unknown;
  /** Milliseconds since 1970. */
  at: number;
  /** Rows that were looked at; fewer than the set has where it goes on. */
  counted: number;
  isWhole: boolean;
  result: unknown;
}

const short = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 20);

/** Where a look of a set keeps what it finds: of one set and the same options one place, whatever the revision. */
export function folderOf(environment: Environment, { set, look, options }: LookRequest): string {
  return join(ftHome(environment), "cache", "looks", short(set), `${look}-${short(options ?? {})}`);
}

/** Options as the look reads them, so that what is not said and what is usual are the same. */
export function readRequest(request: LookRequest): LookRequest {
  const { options } = looks.get(request.look);
  const { set, look } = request;
  return { set, look, options: options.parse(request.options ?? {}) };
}

/** What was found in these rows; undefined where nobody has looked since they changed. */
export function keptLook(
  environment: Environment,
  set: OpenSet,
  request: LookRequest,
): Looked | undefined {
  const path = join(folderOf(environment, request), "found.json");
  if (!existsSync(path)) return undefined;
  const found = JSON.parse(readFileSync(path, "utf8")) as Looked;
  return found.revision === set.revision ? found : undefined;
}

export interface LookHooks {
  signal: AbortSignal;
  onRows?: ((done: number, total: number) => void) | undefined;
}

/** Goes through all rows, and keeps what it finds, as far as it is, every few seconds too. */
export async function lookThrough(
  store: Store,
  environment: Environment,
  request: LookRequest,
  { signal, onRows }: LookHooks,
): Promise<Looked> {
  const look = looks.get(request.look);
  const set = await openSet(store, request.set);
  const folder = folderOf(environment, request);
  makeFolders(folder);
  const keep = async (result: unknown, counted: number, isWhole: boolean): Promise<Looked> => {
    const { revision } = set;
    const looked = { revision, options: request.options, at: Date.now(), counted, isWhole, result };
    await writeJsonAtomic(join(folder, "found.json"), looked);
    return looked;
  };
  const result = await look.run(set, request.options, {
    ...{ store, folder, signal },
    onRows: (done) => onRows?.(done, set.rows),
    soFar: async (part, counted) => void (await keep(part, counted, false)),
  });
  return await keep(result, set.rows, true);
}
