// The small files of a model by name, wherever they are: in a folder, or made from something else.
// Not for weights: everything here is read whole.
import { readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { boundedFile, NotSuchAFile } from "./bounded-file.ts";
import { ModelError } from "./errors.ts";

export interface NamedFiles {
  /** For messages: the folder, or the file they come from. */
  readonly at: string;
  names(): string[];
  has(name: string): boolean;
  /** Undefined when there is no such file. */
  read(name: string): Buffer | undefined;
}

/** Ten times what the largest tokenizers have, and less than a text may be long. */
const MOST_BYTES = 256_000_000;

/** Undefined where nothing is, or a link that leads nowhere. */
function statsOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

function contentOf(file: string): Buffer {
  try {
    return boundedFile(file, MOST_BYTES);
  } catch (error) {
    if (!(error instanceof NotSuchAFile)) throw error;
    throw new ModelError("FT-MODEL-027", {
      at: { file },
      message: error.message,
      hint: "download the model again, or take this away",
      cause: error,
    });
  }
}

/** Its `read` throws ModelError FT-MODEL-027 for a pipe or a device, and for what is endlessly large. */
export function filesInFolder(folder: string): NamedFiles {
  const has = (name: string): boolean => statsOf(join(folder, name))?.isDirectory() === false;
  return {
    at: folder,
    names: () => readdirSync(folder),
    has,
    read: (name) => (has(name) ? contentOf(join(folder, name)) : undefined),
  };
}

/** Files made by code, each when it is first read. */
export function filesMadeBy(at: string, makers: ReadonlyMap<string, () => string>): NamedFiles {
  const made = new Map<string, Buffer>();
  return {
    at,
    names: () => [...makers.keys()],
    has: (name) => makers.has(name),
    read(name) {
      const make = makers.get(name);
      if (make === undefined) return undefined;
      const content = made.get(name) ?? Buffer.from(make());
      made.set(name, content);
      return content;
    },
  };
}
