// What the first start of a job would wait for, done before: files of domains and languages parsed, so that a server
// answers its first request as fast as others. Done while it starts, between the steps of that. Makes no job and asks nobody.
import { setImmediate } from "node:timers/promises";
import type { Environment } from "../../core/paths.ts";
import { readDomainsAhead } from "../../synth/domains/catalogue.ts";
import { rowFormats } from "../../synth/domains/formats.ts";
import { languageNamed } from "../../synth/domains/languages.ts";
import { DOMAIN_PLACES } from "../../synth/domains/row-request.ts";
import { findPrompt, promptFolders } from "../../synth/make/prompts.ts";

/** A step at a time: nothing that comes meanwhile waits for more than one file. Ends early when aborted. */
export async function readAhead(environment: Environment, signal: AbortSignal): Promise<void> {
  await readDomainsAhead(environment, signal);
  await setImmediate();
  if (signal.aborted) return;
  languageNamed("en");
  const folders = promptFolders(undefined, environment);
  for (const name of rowFormats.names())
    findPrompt(rowFormats.get(name).prompt, folders, DOMAIN_PLACES);
}
