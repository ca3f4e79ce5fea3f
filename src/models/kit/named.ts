// Children under names that only the architecture knows: modules are spelled as the stored model spells them.
import { Module } from "../../nn/index.ts";

/** A module's child by a name that is not known before; through others where dots are in it. */
export function child<Kind>(module: Module, name: string): Kind {
  let found: unknown = module;
  for (const key of name.split(".")) found = (found as Record<string, unknown>)[key];
  return found as Kind;
}

/** Holds what has a dot in its name. */
class Holder extends Module {}

/** A module under a name, behind as many others as there are dots in it. */
export function placed(name: string, module: Module): Record<string, Module> {
  const [first = name, ...rest] = name.split(".");
  if (rest.length === 0) return { [first]: module };
  return { [first]: Object.assign(new Holder(), placed(rest.join("."), module)) };
}
