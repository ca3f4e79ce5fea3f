// Which reader reads a file, by its name and how it begins; why none does.
import type { DataError } from "../../../core/errors.ts";
import { damaged, unknownKind } from "../errors.ts";
import type { SourceReader } from "../reader.ts";
import { readers } from "../registry.ts";

export interface Recognised {
  readonly kind: string;
  readonly reader: SourceReader;
}

interface Candidate extends Recognised {
  readonly sureness: number;
  readonly isNamed: boolean;
}

/** From the last dot of the name, lower case; empty without one. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/** Says 0.9 or more, a reader outdoes those of the file's extension. */
const CERTAIN = 0.9;

/** Documents of old programs, and what is no document: known so that the reason says something. */
const beginnings: readonly (readonly [bytes: string, what: string])[] = [
  ["d0cf11e0a1b11ae1", "an Office file from before 2007; save it as .docx, .xlsx or .pptx"],
  ["89504e47", "a picture (PNG)"],
  ["ffd8ff", "a picture (JPEG)"],
  ["47494638", "a picture (GIF)"],
  ["52494646", "sound, film or a picture (RIFF)"],
  ["1f8b", "a gzip archive"],
  ["377abcaf271c", "a 7-Zip archive"],
  ["526172211a07", "a RAR archive"],
  ["425a68", "a bzip2 archive"],
  ["fd377a585a00", "an xz archive"],
  ["28b52ffd", "a Zstandard archive"],
  ["7f454c46", "a program"],
  ["53514c69746520666f726d6174", "an SQLite database"],
  ["50415231", "a Parquet file"],
];

function reasonFor(name: string, head: Uint8Array): string {
  const hex = Buffer.from(head.subarray(0, 16)).toString("hex");
  const known = beginnings.find(([bytes]) => hex.startsWith(bytes));
  if (known !== undefined) return known[1];
  const extension = extensionOf(name);
  return extension === "" ? "bytes, not text" : `.${extension}, and bytes, not text`;
}

function candidates(name: string, head: Uint8Array): Candidate[] {
  const extension = extensionOf(name);
  return readers.names().map((kind) => {
    const reader = readers.get(kind);
    const isNamed = reader.extensions.includes(extension);
    const sureness = reader.recognises?.(name, head) ?? (isNamed ? 0.5 : 0);
    return { kind, reader, sureness, isNamed };
  });
}

const surest = (among: readonly Candidate[]): Candidate | undefined =>
  among.reduce<Candidate | undefined>(
    (best, one) => (one.sureness > (best?.sureness ?? 0) ? one : best),
    undefined,
  );

/** Undefined when none reads it. */
export function recognise(name: string, head: Uint8Array): Recognised | undefined {
  const all = candidates(name, head);
  const certain = surest(all.filter(({ sureness }) => sureness >= CERTAIN));
  return certain ?? surest(all.filter(({ isNamed }) => isNamed)) ?? surest(all);
}

/** Why none does: its name promises a kind that it is not, or it is of none. */
export function refusal(name: string, head: Uint8Array): DataError {
  const isNamed = candidates(name, head).some((one) => one.isNamed);
  const reason = reasonFor(name, head);
  return isNamed ? damaged(`${reason}, called .${extensionOf(name)}`) : unknownKind(reason);
}

/** The reader of a folder or an archive that is one source as a whole. */
export function recogniseCollection(names: readonly string[]): Recognised | undefined {
  const all = readers.names().map((kind) => {
    const reader = readers.get(kind);
    return { kind, reader, sureness: reader.collection?.(names) ?? 0, isNamed: true };
  });
  const found = surest(all);
  return found !== undefined && found.sureness >= 0.5 ? found : undefined;
}
