// A digest by which a stored model is known again: its config, and names, sizes and samples of its weight files.
// Samples only, so that many gigabytes take milliseconds: it notices other weights, not a change of a few bytes.
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import type { StoredModel } from "./stored-model.ts";

const sampleCount = 64;
const sampleBytes = 65_536;

async function addSamples(hash: Hash, file: FileHandle, size: number): Promise<void> {
  const buffer = Buffer.alloc(Math.min(sampleBytes, size));
  const stride = Math.max(sampleBytes, Math.ceil((size - buffer.length) / (sampleCount - 1)));
  for (let start = 0; start < size; start += stride) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    hash.update(buffer.subarray(0, bytesRead));
  }
}

/** SHA-256 in hexadecimal digits; files up to four megabytes go in whole. Throws what reading files throws. */
export async function modelDigest({
  config,
  files,
}: Pick<StoredModel, "config" | "files">): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(config));
  for (const path of files) {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      hash.update(`\n${basename(path)} ${size}\n`);
      await addSamples(hash, file, size);
    } finally {
      await file.close();
    }
  }
  return hash.digest("hex");
}
