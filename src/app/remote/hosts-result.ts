// The folder of a run that a host trained, brought here: looked at, its places told as those of this machine, then put
// where it belongs. What is half fetched is never among what was.
import { existsSync } from "node:fs";
import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryNameFor, writeFileAtomic, writeJsonAtomic } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import { damagedResult } from "../../remote/hosts/errors.ts";
import type { Runner } from "../../remote/hosts/runner.ts";
import { readArchive } from "../../remote/tinker/archive.ts";
import {
  CONFIG_FILE,
  filesBelow,
  listCheckpoints,
  MANIFEST_FILE,
  provenanceOf,
  verifyResult,
  writeManifest,
} from "../../runs/index.ts";
import { describeCheckpoint, verifyCheckpoint } from "../../train/checkpoint.ts";
import type { HostPointer } from "./hosts-pointer.ts";

/** Of one result, in bytes. */
const mostBytes = 2 ** 42;

/** Text that names places there, naming those here. */
export function localText(text: string, { there, output, inputs }: HostPointer): string {
  const pairs = [[there, output], ...inputs].map((pair) =>
    pair.map((path) => JSON.stringify(path).slice(1, -1)),
  );
  return pairs.reduce((told, [far = "", near = ""]) => told.replaceAll(far, near), text);
}

async function unpack(source: AsyncIterable<Uint8Array>, folder: string): Promise<void> {
  const begin = async (name: string) => {
    const path = join(folder, name);
    makeFolders(dirname(path));
    const file = await open(path, "wx");
    return {
      write: async (bytes: Uint8Array) => void (await file.write(bytes)),
      async end() {
        await file.sync();
        await file.close();
      },
    };
  };
  await readArchive(source, { begin }, mostBytes);
}

/** Folders whose files are described: results by a manifest, checkpoints by their own. */
interface Described {
  described: string[];
  checkpoints: string[];
}

/** Checks every result against the sizes and hashes that were written with it. */
async function verify(folder: string, host: string): Promise<Described> {
  const described = (await filesBelow(folder))
    .filter((name) => name === MANIFEST_FILE || name.endsWith(`/${MANIFEST_FILE}`))
    .map((name) => join(folder, dirname(name)));
  const checkpoints = listCheckpoints(folder).map(({ path }) => path);
  const looks = [...described.map(verifyResult), ...checkpoints.map(verifyCheckpoint)];
  const differences = (await Promise.all(looks)).flatMap((look) => look.differences);
  if (differences.length === 0) return { described, checkpoints };
  throw damagedResult(
    host,
    differences.map(({ file, reason }) => `${file}: ${reason}`),
  );
}

const largestJson = 16 * 2 ** 20;

async function localize(folder: string, pointer: HostPointer, found: Described): Promise<void> {
  const changed = new Set<string>();
  for (const name of await filesBelow(folder)) {
    if (!name.endsWith(".json") || name.endsWith(MANIFEST_FILE)) continue;
    const path = join(folder, name);
    const before = await readFile(path, "utf8");
    if (before.length > largestJson) continue;
    const after = localText(before, pointer);
    if (after === before) continue;
    await writeFileAtomic(path, after);
    changed.add(path);
  }
  const isChanged = (one: string): boolean =>
    [...changed].some((path) => path.startsWith(`${one}/`));
  for (const one of found.described.filter(isChanged)) {
    const provenance = provenanceOf(one);
    if (provenance !== undefined) await writeManifest(one, provenance);
  }
  for (const one of found.checkpoints.filter(isChanged)) await describeCheckpoint(one);
}

/** Settings came from a file there; what a person gave them by is known here. */
async function withOrigins(file: string, { origins }: HostPointer): Promise<void> {
  if (!existsSync(file)) return;
  const record = JSON.parse(await readFile(file, "utf8")) as object;
  await writeJsonAtomic(file, { ...record, origins });
}

/** Fetches everything and puts it into the run's folder here. */
export async function fetchResult(runner: Runner, pointer: HostPointer): Promise<void> {
  const { output, id, host } = pointer;
  const folder = temporaryNameFor(join(output, "fetched"));
  try {
    makeFolders(folder);
    await unpack(runner.fetch(id), folder);
    await localize(folder, pointer, await verify(folder, host));
    await withOrigins(join(folder, CONFIG_FILE), pointer);
    for (const name of await readdir(folder)) {
      const place = join(output, name);
      if (existsSync(place)) await rm(place, { recursive: true });
      await rename(join(folder, name), place);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
