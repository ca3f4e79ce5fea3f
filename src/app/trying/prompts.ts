// Prompts that a person keeps to ask again.
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Environment } from "../../core/paths.ts";
import { KeptList } from "./kept-json.ts";
import { unknownKept } from "./try-errors.ts";

export const KeptPrompt = z.object({
  id: z.string(),
  /** ISO 8601 */
  at: z.string(),
  system: z.string(),
  text: z.string(),
});

export type KeptPrompt = z.infer<typeof KeptPrompt>;

const listOf = (environment: Environment): KeptList<KeptPrompt> =>
  new KeptList(environment, "prompts", KeptPrompt);

/** Newest first. */
export const keptPrompts = (environment: Environment): KeptPrompt[] =>
  listOf(environment).all().toReversed();

/** @throws UsageError FT-TRY-003. */
export function keptPrompt(environment: Environment, id: string): KeptPrompt {
  const found = keptPrompts(environment).find((one) => one.id === id);
  if (found === undefined) throw unknownKept("kept prompt", id);
  return found;
}

/** One that is kept already is given again. */
export async function keepPrompt(
  environment: Environment,
  { system, text }: Pick<KeptPrompt, "system" | "text">,
): Promise<KeptPrompt> {
  const known = keptPrompts(environment).find((one) => one.text === text && one.system === system);
  if (known !== undefined) return known;
  const kept = { id: randomBytes(6).toString("hex"), at: new Date().toISOString(), system, text };
  await listOf(environment).add(kept);
  return kept;
}

/** @throws UsageError FT-TRY-003. */
export async function forgetPrompt(environment: Environment, id: string): Promise<void> {
  if ((await listOf(environment).remove(id)) === undefined) throw unknownKept("kept prompt", id);
}
