// A named set of things, each one line: architectures, templates, methods, formats, commands.
// Holds no policy: what an unknown name means is the caller's error, made by `unknown`.
import type { FtError } from "./errors.ts";
import { nearest } from "./nearest.ts";

export interface UnknownName {
  name: string;
  known: readonly string[];
  nearest: string | undefined;
}

export class Registry<T> {
  readonly #entries = new Map<string, T>();
  readonly #unknown: (problem: UnknownName) => FtError;

  /** `entries` are the built-in ones; `unknown` makes the error thrown by `get`. */
  constructor(entries: Readonly<Record<string, T>>, unknown: (problem: UnknownName) => FtError) {
    for (const [name, entry] of Object.entries(entries)) this.#entries.set(name, entry);
    this.#unknown = unknown;
  }

  /** Adds or replaces an entry; extensions use this. */
  register(name: string, entry: T): void {
    this.#entries.set(name, entry);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Throws the registry's own error, which lists the valid names, when there is no such entry. */
  get(name: string): T {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      const known = this.names();
      throw this.#unknown({ name, known, nearest: nearest(name, known) });
    }
    return entry;
  }
}

/** "name (what it is), …": the entries of a registry, for help. */
export function listed(entries: Registry<{ about: string }>): string {
  return entries
    .names()
    .map((name) => `${name} (${entries.get(name).about})`)
    .join(", ");
}
