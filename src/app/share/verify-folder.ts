// Whether a run, a checkpoint, an adapter or a model is still what its manifests say, and its base the one that it was
// made from. Changes nothing and asks no hub.
import { existsSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { FtError, UsageError } from "../../core/errors.ts";
import { expandHome } from "../../core/paths.ts";
import {
  FINAL_MODEL,
  type FileDifference,
  hasManifest,
  isRunFolder,
  listCheckpoints,
  type Manifest,
  MANIFEST_FILE,
  readManifest,
  type VerifiedFiles,
  verifyResult,
} from "../../runs/index.ts";
import { isCheckpoint, verifyCheckpoint } from "../../train/checkpoint.ts";
import { modelDigest, openStoredModel, resolveModel } from "../../weights/index.ts";

export interface Problem {
  /** Within the folder that was asked about; a manifest where that itself is the problem. */
  file: string;
  kind: FileDifference["kind"] | "manifest" | "base";
  reason: string;
}

export interface VerifiedBase {
  name: string;
  /** Whether what is here under that name is what the result was made from. */
  state: "same" | "other" | "not here";
}

export interface Verification {
  folder: string;
  valid: boolean;
  problems: Problem[];
  /** How many files have a size and a hash that they were compared with. */
  files: number;
  /** Null where the result names none, or no digest of it. */
  base: VerifiedBase | null;
}

export interface VerifyOptions {
  /** Where the base is, when that is not where the result says. */
  baseModel?: string | undefined;
}

/** What has a manifest of its own. */
interface Part {
  path: string;
  manifest: string;
  check(path: string): Promise<VerifiedFiles>;
}

const resultAt = (path: string): Part => ({ path, manifest: MANIFEST_FILE, check: verifyResult });
const checkpointAt = (path: string): Part => ({
  ...{ path, manifest: "manifest.json", check: verifyCheckpoint },
});

/** Of a run its result and its checkpoints. */
function partsOf(folder: string): Part[] {
  if (!isRunFolder(folder)) return [(isCheckpoint(folder) ? checkpointAt : resultAt)(folder)];
  const final = join(folder, FINAL_MODEL);
  const checkpoints = listCheckpoints(folder).map(({ path }) => checkpointAt(path));
  return existsSync(final) ? [resultAt(final), ...checkpoints] : checkpoints;
}

interface Checked {
  files: number;
  problems: Problem[];
}

async function checked(folder: string, { path, manifest, check }: Part): Promise<Checked> {
  const named = (file: string): string => relative(folder, join(path, file));
  try {
    const { files, differences } = await check(path);
    return { files, problems: differences.map((each) => ({ ...each, file: named(each.file) })) };
  } catch (error) {
    if (!(error instanceof FtError)) throw error;
    const { message, problems: more } = error;
    const reason = existsSync(join(path, manifest))
      ? [message, ...more].join("; ")
      : "there is none, so nothing says what belongs here";
    return { files: 0, problems: [{ file: named(manifest), kind: "manifest", reason }] };
  }
}

/** The manifest of the result, of the folder or in the run, where it can be read. */
function manifestIn(folder: string): Manifest | undefined {
  const place = isRunFolder(folder) ? join(folder, FINAL_MODEL) : folder;
  if (!hasManifest(place)) return undefined;
  try {
    return readManifest(place);
  } catch {
    return undefined; // told as a problem of its own
  }
}

/** Digest of the model of that name as far as it is on this disk. */
async function digestHere(name: string, revision: string | undefined): Promise<string | undefined> {
  try {
    const { folder } = await resolveModel(name, { offline: true, revision });
    return await modelDigest(await openStoredModel(folder));
  } catch (error) {
    if (error instanceof FtError) return undefined;
    throw error;
  }
}

async function verifiedBase(
  manifest: Manifest | undefined,
  { baseModel }: VerifyOptions,
): Promise<VerifiedBase | null> {
  const { name, digest, revision } = manifest?.base ?? { name: "" };
  if (typeof digest !== "string") return null;
  const here =
    baseModel === undefined
      ? await digestHere(name, revision ?? undefined)
      : await digestHere(baseModel, undefined);
  const state = here === undefined ? "not here" : here === digest ? "same" : "other";
  return { name, state };
}

function baseProblem(base: VerifiedBase | null, { baseModel }: VerifyOptions): Problem[] {
  if (base?.state !== "other") return [];
  const what = baseModel ?? base.name;
  const reason = `${what} is not the model that this was made from: it has another digest`;
  return [{ file: MANIFEST_FILE, kind: "base", reason }];
}

/** @throws UsageError FT-VERIFY-002 where there is no such folder. */
function requireFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new UsageError("FT-VERIFY-002", {
    message: `${folder} is not a folder`,
    hint: "name the folder of a run, an adapter or a model; ft runs list shows runs",
  });
}

/**
 * Compares a folder with its manifests: of a run its result and its checkpoints, else the folder itself.
 * @throws UsageError FT-VERIFY-002 where there is no such folder; what is wrong inside it is in `problems`.
 */
export async function verifyFolder(
  path: string,
  options: VerifyOptions = {},
): Promise<Verification> {
  const folder = resolve(expandHome(path));
  requireFolder(folder);
  const parts: Checked[] = [];
  for (const part of partsOf(folder)) parts.push(await checked(folder, part));
  const base = await verifiedBase(manifestIn(folder), options);
  const problems = [...parts.flatMap((part) => part.problems), ...baseProblem(base, options)];
  const files = parts.reduce((sum, part) => sum + part.files, 0);
  return { folder, valid: problems.length === 0, problems, files, base };
}
