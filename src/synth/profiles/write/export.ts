// A set exported for a service: a file of rows with the facts of each beside it, or a folder that the hub reads.
import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { replaceFolderAtomic, temporaryNameFor } from "../../../core/atomic-files.ts";
import { makeFolders } from "../../../core/folders.ts";
import { WholeFile } from "../../rows/whole-file.ts";
import { tokenCounter } from "../../tokens/encodings.ts";
import { foreignFile } from "../errors.ts";
import { limitsOf, readLimits } from "../limits/limits.ts";
import { profiles } from "../registry.ts";
import { cardText } from "./card.ts";
import { writeDatasetInfo } from "./dataset-info.ts";
import { exportFormats, formatOfName } from "./formats.ts";
import type { LossEntry } from "./loss-report.ts";
import { metadataHeader, metadataLine } from "./metadata.ts";
import { ProjectedRows, type Survey } from "./projected-rows.ts";
import type { BadRow, RowSource } from "./record-stream.ts";

/** Services as people name them, and the profile that is meant. */
const providers: Readonly<Record<string, string>> = {
  openai: "openai-sft",
  azure: "azure-openai-sft",
  anthropic: "anthropic-bedrock",
  google: "gemini-vertex",
  gemini: "gemini-vertex",
  mistral: "mistral",
  llama: "together-conversation",
  meta: "together-conversation",
  together: "together-conversation",
  fireworks: "fireworks-sft",
};

const profileOfProvider = (name: string): string => providers[name] ?? name;

export interface ExportRequest {
  /** For messages and the card. */
  name: string;
  rows: RowSource;
  from?: string | undefined;
  provider: string;
  out: string;
  /** By the name of `out` unless said; `hf` writes a folder. */
  format?: string | undefined;
  keepsSource: boolean;
  names?: boolean | undefined;
  skipsBadRows: boolean;
  metadata: boolean;
}

export interface ExportReport {
  out: string;
  profile: string;
  format: string;
  rows: number;
  written: number;
  losses: LossEntry[];
  refused: BadRow[];
  /** Every file written. */
  files: string[];
}

/** Refuses a file of the name of ours that is another. */
function requireOurs(path: string): void {
  if (!existsSync(path)) return;
  const file = openSync(path, "r");
  const head = Buffer.alloc(metadataHeader.length);
  readSync(file, head);
  closeSync(file);
  if (head.toString("utf8") !== metadataHeader) throw foreignFile(path);
}

async function writeMetadata(
  path: string,
  projected: ProjectedRows,
  profile: string,
): Promise<void> {
  const counter = await tokenCounter(limitsOf(readLimits(), profile).encoding ?? "o200k");
  using output = new WholeFile(path);
  output.line(`${metadataHeader}\r`);
  for await (const { record } of projected.rows())
    output.line(`${metadataLine(record, counter)}\r`);
  await output.commit();
}

async function writeFiles(
  request: ExportRequest,
  projected: ProjectedRows,
  { fields }: Survey,
): Promise<string[]> {
  const { out, metadata } = request;
  const name = profileOfProvider(request.provider);
  const format = exportFormats.get(request.format ?? formatOfName(out));
  const facts = join(dirname(out), "metadata.csv");
  if (metadata) requireOurs(facts);
  const rows = async function* () {
    for await (const { row } of projected.rows()) yield row;
  };
  await format.write(out, { rows: rows(), fields });
  if (metadata) await writeMetadata(facts, projected, name);
  const info =
    profiles.get(name).hasDatasetInfo === true && format.extension === ".jsonl"
      ? [await writeDatasetInfo(out, fields)]
      : [];
  return [out, ...(metadata ? [facts] : []), ...info];
}

/** Where a record says which split it belongs to; names that the hub takes. */
function splitOf(meta: Readonly<Record<string, unknown>> = {}): string {
  const { split } = meta;
  return typeof split === "string" && /^\w+$/.test(split) ? split : "train";
}

async function writeSplits(folder: string, projected: ProjectedRows): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const files = new Map<string, WholeFile>();
  try {
    for await (const { row, record } of projected.rows()) {
      const split = splitOf(record.meta);
      const file = files.get(split) ?? new WholeFile(join(folder, "data", `${split}.jsonl`));
      files.set(split, file);
      file.line(JSON.stringify(row));
      counts.set(split, (counts.get(split) ?? 0) + 1);
    }
    for (const file of files.values()) await file.commit();
  } finally {
    for (const file of files.values()) file.discard();
  }
  return counts;
}

async function writeFolder(
  request: ExportRequest,
  projected: ProjectedRows,
  { fields, report }: Survey,
): Promise<string[]> {
  const { out, name, provider } = request;
  const profile = profileOfProvider(provider);
  const temporary = temporaryNameFor(out);
  makeFolders(dirname(out));
  mkdirSync(temporary);
  try {
    const counts = await writeSplits(temporary, projected);
    const splits = [...counts].map(([split, rows]) => ({ name: split, rows }));
    const { about } = profiles.get(profile);
    const title = basename(out, extname(out));
    const facts = {
      title,
      splits,
      profile,
      about,
      fields,
      losses: report.losses,
      origin: basename(name),
    };
    await writeFile(join(temporary, "README.md"), cardText(facts));
    await replaceFolderAtomic(temporary, out);
    return [
      join(out, "README.md"),
      ...splits.map((split) => join(out, "data", `${split.name}.jsonl`)),
    ];
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A folder gets a file of its own for the rows. */
function fileFor(out: string, format: string | undefined): string {
  const isFolder = out.endsWith("/") || statSync(out, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder !== true || format === "hf") return out;
  return join(out, `train${exportFormats.get(format ?? "jsonl").extension}`);
}

/** Throws UsageError FT-PROFILE-001 and -007, DataError FT-PROFILE-004 and -006 and those of reading. */
export async function exportRows(asked: ExportRequest): Promise<ExportReport> {
  const request = { ...asked, out: fileFor(asked.out, asked.format) };
  const { name, rows, from, out, keepsSource, names, skipsBadRows } = request;
  const profile = profileOfProvider(request.provider);
  const projected = new ProjectedRows({
    name,
    rows,
    from,
    profile: profiles.get(profile),
    keepsSource,
    names,
    skipsBadRows,
  });
  const isFolder = request.format === "hf";
  if (!isFolder) exportFormats.get(request.format ?? formatOfName(out));
  const survey = await projected.survey();
  const files = isFolder
    ? await writeFolder(request, projected, survey)
    : await writeFiles(request, projected, survey);
  const { written, report } = survey;
  const format = request.format ?? formatOfName(out);
  return {
    out,
    profile,
    format,
    rows: survey.rows,
    written,
    losses: report.losses,
    refused: report.refused,
    files,
  };
}
