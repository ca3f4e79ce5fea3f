// Makes small safetensors files and checkpoint folders on the spot. Knows no addon and no network.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { SafetensorsDtype } from "../../src/weights/safetensors-dtypes.ts";
import { tensorBytes } from "../../src/weights/safetensors-dtypes.ts";

export type Layout = Record<string, readonly [SafetensorsDtype, readonly number[]]>;

/** A sound file whose data is zeros. */
export function safetensorsBytes(layout: Layout, metadata?: Record<string, string>): Buffer {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  let end = 0;
  for (const [name, [dtype, shape]] of Object.entries(layout)) {
    const begin = end;
    end += tensorBytes(dtype, shape) ?? 0;
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(end)]);
}

/** Writes files given as text, bytes, or any value (written as JSON) into a folder. */
export function writeFolder(folder: string, files: Record<string, unknown>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const raw = typeof content === "string" || content instanceof Uint8Array;
    writeFileSync(path.join(folder, name), raw ? content : JSON.stringify(content));
  }
  return folder;
}
