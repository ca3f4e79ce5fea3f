// Children under names that only the architecture knows: modules are spelled as the stored model spells them.
import type { Module } from "../../nn/index.ts";

/** A module's child by a name that is not known before. */
export function child<Kind>(module: Module, name: string): Kind {
  return (module as unknown as Record<string, Kind>)[name] as Kind;
}
