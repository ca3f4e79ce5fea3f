// Which tokenizer of the hub a model at Tinker has, where the service does not say.

/** Of models whose own repository asks for an agreement. */
const LLAMA_3 = "thinkingmachineslabinc/meta-llama-3-instruct-tokenizer";

/** The id on the hub: as the service tells it, else that of the base model without what names a variant of it there. */
export function tokenizerId(base: string, told: string | undefined): string {
  if (told !== undefined && told !== "") return told;
  const name = base.split(":")[0] ?? base;
  if (name.startsWith("meta-llama/Llama-3")) return LLAMA_3;
  const parts = name.split("/");
  return parts.length === 3 ? parts.slice(0, 2).join("/") : name;
}
