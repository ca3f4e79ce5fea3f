// Looks for secrets in what is to be uploaded: in all of every text, in the head of every safetensors file, and at both
// ends of other binary files. Tells the file, the line and whose secret it is, never the secret.
import { open } from "node:fs/promises";
import { secretsIn } from "../../../core/secrets.ts";

export interface FileSecret {
  file: string;
  /** "a token of GitHub" */
  kind: string;
  /** From 1; null in what is no text. */
  line: number | null;
  /** Whether the upload is refused for it; else the file is left out. */
  refused: boolean;
}

type Finding = Omit<FileSecret, "file" | "refused">;

const CHUNK = 8_000_000;
/** Longer than any secret: what lies across two parts is in one of them whole. */
const OVERLAP = 4096;
/** Of a file that is no text, from its beginning and from its end. */
const BINARY_ENDS = 32_000_000;

const isText = (start: Buffer): boolean => !start.subarray(0, 8192).includes(0);

interface Span {
  from: number;
  to: number;
}

/** What of a binary file is looked at: a safetensors file has all its texts in its head. */
function spansOf(name: string, start: Buffer, size: number): Span[] {
  if (name.endsWith(".safetensors") && start.length >= 8)
    return [{ from: 8, to: Math.min(size, 8 + Number(start.readBigUInt64LE(0))) }];
  if (size <= 2 * BINARY_ENDS) return [{ from: 0, to: size }];
  return [
    { from: 0, to: BINARY_ENDS },
    { from: size - BINARY_ENDS, to: size },
  ];
}

const linesIn = (text: string): number => text.split("\n").length - 1;

/** Secrets of a file, each kind once. */
export async function secretsOfFile(
  path: string,
  name: string,
  known: ReadonlyMap<string, string>,
): Promise<Finding[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Buffer.alloc(Math.min(size, 8192));
    await file.read(start, 0, start.length, 0);
    const text = isText(start);
    const spans = text ? [{ from: 0, to: size }] : spansOf(name, start, size);
    const found = new Map<string, Finding>();
    for (const { from, to } of spans) {
      let line = 1;
      for (let at = from; at < to; at += CHUNK) {
        const part = Buffer.alloc(Math.min(CHUNK + OVERLAP, to - at));
        await file.read(part, 0, part.length, at);
        const content = part.toString("latin1");
        for (const { kind, at: index } of secretsIn(content, known)) {
          const where = text ? line + linesIn(content.slice(0, index)) : null;
          if (!found.has(kind)) found.set(kind, { kind, line: where });
        }
        line += linesIn(content.slice(0, CHUNK));
      }
    }
    return [...found.values()];
  } finally {
    await file.close();
  }
}

export function secretsOfText(text: string, known: ReadonlyMap<string, string>): Finding[] {
  return secretsIn(text, known).map(({ kind, at }) => ({
    ...{ kind, line: 1 + linesIn(text.slice(0, at)) },
  }));
}
