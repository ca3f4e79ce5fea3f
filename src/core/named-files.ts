// The small files of a model by name, wherever they are: in a folder, or made from something else.
// Not for weights: everything here is read whole.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface NamedFiles {
  /** For messages: the folder, or the file they come from. */
  readonly at: string;
  names(): string[];
  has(name: string): boolean;
  /** Undefined when there is no such file. */
  read(name: string): Buffer | undefined;
}

export function filesInFolder(folder: string): NamedFiles {
  const has = (name: string): boolean => existsSync(join(folder, name));
  return {
    at: folder,
    names: () => readdirSync(folder),
    has,
    read: (name) => (has(name) ? readFileSync(join(folder, name)) : undefined),
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
