// ft-manifest.json: what a result is and where it comes from, with the size and hash of each of its files, in its own
// folder, so that it can be checked wherever it goes. Says nothing of the clock: the same run writes the same bytes.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isTemporaryName, writeFileAtomic } from "../core/atomic-files.ts";
import { boundedFile } from "../core/bounded-file.ts";
import { DataError, ExitCode } from "../core/errors.ts";
import { parsePythonJson } from "../core/json-text.ts";
import { logger } from "../core/logger.ts";
import {
  DescribedFiles,
  describeFiles,
  differencesFrom,
  extraFiles,
  filesBelow,
  type VerifiedFiles,
} from "./described-files.ts";

export const MANIFEST_FILE = "ft-manifest.json";
const LARGEST = 16_000_000;

const Base = z.object({
  /** Hub id, `builtin/…`, or the last part of a local path. */
  name: z.string(),
  /** The hub's commit. */
  revision: z.string().nullish(),
  /** `modelDigest` of its files. */
  digest: z.string().nullish(),
  architecture: z.string().nullish(),
  license: z.string().nullish(),
});

const DataOf = z.object({
  /** Of the file, without its folder. */
  name: z.string(),
  /** What it was used for: train, validation, test. */
  split: z.string(),
  sha256: z.string(),
  rows: z.int().min(0).nullish(),
});

const Manifest = z.object({
  version: z.literal(1),
  /** What the folder holds. */
  kind: z.enum(["adapter", "model"]),
  /** The command that wrote it, without its arguments: "ft train". */
  command: z.string(),
  /** How that command was to write it, where that is no training. */
  settings: z.record(z.string(), z.unknown()).optional(),
  /** What it was made from. */
  base: Base.nullish(),
  data: z.array(DataOf).default([]),
  /** Of what the rows became: `tokensDigest` of the run. */
  tokensDigest: z.string().nullish(),
  /** Resolved settings of the training, without places and secrets. */
  config: z.record(z.string(), z.unknown()).nullish(),
  seeds: z.record(z.string(), z.number()).default({}),
  versions: z.record(z.string(), z.string()).default({}),
  platform: z.object({ system: z.string(), machine: z.string() }).nullish(),
  metrics: z.record(z.string(), z.number().nullable()).default({}),
  files: DescribedFiles,
});
export type Manifest = z.infer<typeof Manifest>;
/** Of a manifest what is not read from the folder itself. */
export type Provenance = Omit<z.input<typeof Manifest>, "version" | "files">;

/** What people, the hub and its client put beside a result; no part of it, whether it is there or changes. */
const BESIDE =
  /^(?:README\.md|(?:licen[cs]e|notice|use_policy)(?:[._-][\w.-]+)?|\.git(?:attributes|ignore)|\.DS_Store|Thumbs\.db)$/i;
const isBeside = (name: string): boolean =>
  name === MANIFEST_FILE ||
  BESIDE.test(name) ||
  name.startsWith(".cache/huggingface/") ||
  isTemporaryName(name);

/** Whether a file of a result is described by its manifest. */
export const isDescribed = (name: string): boolean => !isBeside(name);

/** A manifest as it stands in its file. */
export function manifestText(provenance: Provenance, files: DescribedFiles): string {
  const manifest = Manifest.parse({ version: 1, ...provenance, files });
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Describes all files of `folder` there; replaces a manifest that it has. */
export async function writeManifest(folder: string, provenance: Provenance): Promise<void> {
  const names = (await filesBelow(folder)).filter(isDescribed);
  const text = manifestText(provenance, await describeFiles(folder, names));
  await writeFileAtomic(join(folder, MANIFEST_FILE), text);
}

export const hasManifest = (folder: string): boolean => existsSync(join(folder, MANIFEST_FILE));

function unreadable(folder: string, reason: string): DataError {
  return new DataError("FT-VERIFY-001", {
    at: { file: join(folder, MANIFEST_FILE) },
    message: `the manifest cannot be read: ${reason}`,
    hint: "download or copy the folder again; without a manifest it cannot be checked",
    exitCode: ExitCode.malformedWeights,
  });
}

function textOf(folder: string): string {
  try {
    return boundedFile(join(folder, MANIFEST_FILE), LARGEST).toString("utf8");
  } catch (error) {
    throw unreadable(folder, error instanceof Error ? error.message : String(error));
  }
}

/** @throws DataError FT-VERIFY-001 (exit 7) when it is missing, damaged, too large or nested without end. */
export function readManifest(folder: string): Manifest {
  const parsed = parsePythonJson(textOf(folder));
  if (!parsed.ok) throw unreadable(folder, `line ${parsed.problem.line}, ${parsed.problem.reason}`);
  const { data, error } = Manifest.safeParse(parsed.value);
  if (data === undefined) throw unreadable(folder, z.prettifyError(error));
  return data;
}

/** What is known of a folder's origin, to be told on by what is made of it; undefined without a readable manifest. */
export function provenanceOf(folder: string): Provenance | undefined {
  if (!hasManifest(folder)) return undefined;
  try {
    const { version: _, files: __, ...provenance } = readManifest(folder);
    return provenance;
  } catch (error) {
    logger().warn(
      `${error instanceof Error ? error.message : String(error)}; its origin is not told on`,
    );
    return undefined;
  }
}

/** What of a result is not as its manifest says. Throws as `readManifest`. */
export async function verifyResult(folder: string): Promise<VerifiedFiles> {
  const { files } = readManifest(folder);
  const differences = [
    ...(await differencesFrom(folder, files)),
    ...(await extraFiles(folder, files, isBeside)),
  ];
  return { files: Object.keys(files).length, differences };
}
