// Reads and checks the header of one .safetensors file, here or far away, before anything else sees a byte of it.
// Reads no tensor data and needs no addon. Format: github.com/huggingface/safetensors, "Format".
import type { ModelError } from "../core/errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { withFile } from "./byte-source.ts";
import type { SafetensorsDtype } from "./safetensors-dtypes.ts";
import { isSafetensorsDtype, SAFETENSORS_DTYPES, tensorBytes } from "./safetensors-dtypes.ts";
import type { JsonObject, JsonValue } from "./strict-json.ts";
import { JsonProblem, parseStrictJson } from "./strict-json.ts";
import { isLfsPointer, malformed, POINTER } from "./weight-errors.ts";

export interface TensorEntry {
  dtype: SafetensorsDtype;
  /** Row-major; empty for a scalar. */
  shape: readonly number[];
  /** Bytes from `dataStart`, `end` excluded. */
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  /** In the order of the header. */
  tensors: Map<string, TensorEntry>;
  metadata: Record<string, string>;
  /** Byte of the file at which tensor data begins. */
  dataStart: number;
  fileBytes: number;
}

const LENGTH_BYTES = 8;
const METADATA = "__metadata__";
/** The limit of the reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000;
/** A hundred thousand tensors in one file: more than any released model has in all of its files together. */
const LIMITS = { depth: 16, values: 1_000_000 };

/**
 * The checked header of the file at `path`.
 * @throws ModelError FT-WEIGHTS-001 (cannot be read, exit 3), and those of `readHeader`.
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  return await withFile(path, readHeader);
}

/**
 * The checked header of a file, wherever it is.
 * @throws ModelError 002 truncated, 003 not a header, 004 impossible tensor, 005 offsets overlap or
 * leave holes (exit 7). Tensor problems come all at once.
 */
export async function readHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const { name, bytes: fileBytes } = source;
  const headerBytes = await headerLength(source);
  const header = parsedHeader(name, await headerText(source, headerBytes));
  const dataStart = LENGTH_BYTES + headerBytes;
  checkCoverage(name, header.tensors, fileBytes - dataStart);
  return { ...header, dataStart, fileBytes };
}

function truncated(path: string, message: string): ModelError {
  return malformed("FT-WEIGHTS-002", path, message);
}

async function headerLength({ name, bytes, read }: ByteSource): Promise<number> {
  const prefix = Buffer.from(await read(0, Math.min(LENGTH_BYTES, bytes)));
  if (prefix.length < LENGTH_BYTES) {
    throw truncated(name, `only ${bytes} bytes: too short for a safetensors file`);
  }
  if (isLfsPointer(prefix)) throw malformed("FT-WEIGHTS-003", name, POINTER);
  const length = prefix.readBigUInt64LE(0);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    const message = `claims a header of ${length} bytes, more than the ${MAX_HEADER_BYTES} allowed: not a safetensors file, or damaged`;
    throw malformed("FT-WEIGHTS-003", name, message);
  }
  if (Number(length) > bytes - LENGTH_BYTES) {
    const message = `truncated: the header alone needs ${length} bytes, the file has ${bytes}`;
    throw truncated(name, message);
  }
  return Number(length);
}

async function headerText({ name, read }: ByteSource, length: number): Promise<string> {
  const bytes = await read(LENGTH_BYTES, length);
  if (bytes.length < length) {
    throw truncated(name, "truncated: it ended while its header was read");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed("FT-WEIGHTS-003", name, "the header is not UTF-8 text");
  }
}

function parsedHeader(path: string, text: string): Pick<SafetensorsHeader, "tensors" | "metadata"> {
  const root = headerObject(path, text);
  const problems: string[] = [];
  const metadata = metadataOf(root.get(METADATA) ?? null, problems);
  const tensors = tensorsOf(root, problems);
  if (problems.length > 0) {
    const message = `the header describes ${problems.length} impossible ${problems.length === 1 ? "entry" : "entries"}`;
    throw malformed("FT-WEIGHTS-004", path, message, problems);
  }
  return { tensors, metadata };
}

function headerObject(path: string, text: string): JsonObject {
  if (!text.startsWith("{")) {
    throw malformed("FT-WEIGHTS-003", path, "the header does not begin with '{': not safetensors");
  }
  try {
    return parseStrictJson(text, LIMITS) as JsonObject;
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw malformed("FT-WEIGHTS-003", path, `the header is not valid JSON: ${error.message}`);
  }
}

function metadataOf(value: JsonValue, problems: string[]): Record<string, string> {
  const entries: [string, string][] = [];
  if (value !== null && !(value instanceof Map)) problems.push(`${METADATA}: not an object`);
  for (const [key, text] of value instanceof Map ? value : []) {
    if (typeof text === "string") entries.push([key, text]);
    else problems.push(`${METADATA}: ${JSON.stringify(key)} is not a string`);
  }
  return Object.fromEntries(entries);
}

function tensorsOf(root: JsonObject, problems: string[]): Map<string, TensorEntry> {
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of root) {
    if (name === METADATA) continue;
    const entry = tensorEntry(value);
    if (typeof entry === "string") problems.push(`tensor ${JSON.stringify(name)}: ${entry}`);
    else tensors.set(name, entry);
  }
  return tensors;
}

function isSizes(value: JsonValue | undefined): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size));
}

/** The entry, or what is wrong with it. */
function tensorEntry(value: JsonValue): TensorEntry | string {
  if (!(value instanceof Map)) return "not an object";
  const dtype = value.get("dtype");
  if (typeof dtype !== "string") return "no dtype";
  if (!isSafetensorsDtype(dtype)) {
    return `dtype ${JSON.stringify(dtype)} is none of ${Object.keys(SAFETENSORS_DTYPES).join(", ")}`;
  }
  const shape = value.get("shape");
  if (!isSizes(shape)) return "shape is not a list of non-negative integers";
  const offsets = value.get("data_offsets");
  if (!isSizes(offsets) || offsets.length !== 2) return "data_offsets is not a pair of integers";
  const [begin, end] = offsets as [number, number];
  if (begin > end) return `data_offsets end before they begin (${begin}, ${end})`;
  return sizedEntry({ dtype, shape, begin, end });
}

function sizedEntry(entry: TensorEntry): TensorEntry | string {
  const bytes = tensorBytes(entry.dtype, entry.shape);
  const what = `${entry.dtype} of shape [${entry.shape.join(", ")}]`;
  if (bytes === undefined) return `${what} is not a possible size`;
  const given = entry.end - entry.begin;
  return bytes === given ? entry : `${what} needs ${bytes} bytes, its data_offsets give ${given}`;
}

/** The format demands that tensors cover the data without holes or overlap, to the last byte. */
function checkCoverage(path: string, tensors: Map<string, TensorEntry>, dataBytes: number): void {
  const ordered = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  const needed = ordered.reduce((most, [, entry]) => Math.max(most, entry.end), 0);
  if (needed > dataBytes) {
    const last = ordered.filter(([, entry]) => entry.end > dataBytes).length;
    const message = `truncated: its header describes ${needed} bytes of tensors, the file holds ${dataBytes} (${last} tensors incomplete)`;
    throw truncated(path, message);
  }
  const problems = coverageProblems(ordered);
  if (needed < dataBytes) problems.push(`${dataBytes - needed} bytes after the last tensor`);
  if (problems.length === 0) return;
  const message = "the tensors do not cover the file exactly: offsets overlap or leave gaps";
  throw malformed("FT-WEIGHTS-005", path, message, problems);
}

function coverageProblems(ordered: readonly [string, TensorEntry][]): string[] {
  const problems: string[] = [];
  let covered = 0;
  let before = "";
  for (const [name, { begin, end }] of ordered) {
    const shownName = JSON.stringify(name);
    if (begin < covered) problems.push(`tensor ${shownName} overlaps ${before} (byte ${begin})`);
    if (begin > covered)
      problems.push(`${begin - covered} bytes unused before tensor ${shownName}`);
    if (end >= covered) [covered, before] = [end, `tensor ${shownName}`];
  }
  return problems;
}
