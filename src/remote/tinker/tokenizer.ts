// Which tokenizer of the hub a model at Tinker has, where the service does not say.

import { unreadable } from "./errors.ts";

/** Of models whose own repository asks for an agreement. */
const LLAMA_3 = "thinkingmachineslabinc/meta-llama-3-instruct-tokenizer";

/** An id of the hub, and nothing that could be a place on this disk. */
const ID = /^[A-Za-z0-9_][A-Za-z0-9._-]*\/[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/**
 * The id on the hub: as the service tells it, else that of the base model without what names a variant of it there.
 * @throws ProviderError FT-REMOTE-013 where the service tells something else than an id.
 */
export function tokenizerId(base: string, told: string | undefined): string {
  if (told !== undefined && told !== "") {
    if (ID.test(told) && !told.includes("..")) return told;
    throw unreadable("the tokenizer of the model", `'${told}' is not a hub id`);
  }
  const name = base.split(":")[0] ?? base;
  if (name.startsWith("meta-llama/Llama-3")) return LLAMA_3;
  const parts = name.split("/");
  return parts.length === 3 ? parts.slice(0, 2).join("/") : name;
}
