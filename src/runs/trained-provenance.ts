// From what a run recorded to what the manifest of its result says: the same facts, but for places on this disk, which
// nobody else has, and for what looks like a secret.
import { existsSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { redact } from "../core/logger.ts";
import { type Provenance, writeManifest } from "./manifest.ts";
import { readRecord, type RunRecord } from "./run-folder.ts";

const WINDOWS = /^[A-Za-z]:[\\/]|^\\\\/;

/** Whether a text is a place on this disk, rather than a name that means the same elsewhere. */
export function isPlace(text: string): boolean {
  return isAbsolute(text) || WINDOWS.test(text) || /^(?:~|\.{1,2})(?:[\\/]|$)/.test(text);
}

/** A place by its last part; anything else as it is. */
export function withoutPlace(text: string): string {
  return isPlace(text) ? basename(text.replaceAll("\\", "/")) : text;
}

/** Of no use elsewhere. */
const OWN = new Set(["output_dir", "cache_dir"]);

/** Settings as they may be told: no places, no secrets. */
export function tellable(value: unknown): unknown {
  if (typeof value === "string") return redact(withoutPlace(value));
  if (Array.isArray(value)) return value.map(tellable);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !OWN.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, tellable(inner)]));
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

function baseOf({ model = {} }: RunRecord): Provenance["base"] {
  const { name, commit, digest, architecture, license } = model;
  return {
    name: withoutPlace(text(name) ?? ""),
    revision: text(commit),
    digest: text(digest),
    architecture: text(architecture),
    license: text(license),
  };
}

interface RecordedFile {
  split: string;
  path: string;
  sha256: string;
  rows: number;
}

function dataOf({ dataset }: RunRecord): Provenance["data"] {
  const files = dataset?.["files"];
  const recorded = Array.isArray(files) ? (files as RecordedFile[]) : [];
  return recorded.map(({ split, path, sha256, rows }) => ({
    name: basename(path),
    ...{ split, sha256, rows },
  }));
}

type Metrics = Readonly<Record<string, number | null>>;

/** Where what a run trained comes from. */
export function trainedProvenance(
  record: RunRecord,
  kind: Provenance["kind"],
  metrics: Metrics,
): Provenance {
  const { seed } = record.config;
  return {
    ...{ kind, command: "ft train" },
    base: baseOf(record),
    data: dataOf(record),
    tokensDigest: text(record.dataset?.["tokensDigest"]),
    config: tellable(record.config) as Record<string, unknown>,
    seeds: typeof seed === "number" ? { seed } : {},
    versions: record.versions ?? {},
    platform: { system: process.platform, machine: process.arch },
    metrics: { ...metrics },
  };
}

/** Describes a result, which may still have a passing name, by what its run recorded. */
export async function writeTrainedManifest(
  result: string,
  run: string,
  metrics: Metrics,
): Promise<void> {
  const kind = existsSync(join(result, "adapter_config.json")) ? "adapter" : "model";
  await writeManifest(result, trainedProvenance(readRecord(run), kind, metrics));
}
