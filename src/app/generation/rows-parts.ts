// Parameters of a generation job as what its rows are asked for with: the domain, the prompt, the language.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { hashJson } from "../../core/canonical-json.ts";
import { type Environment, expandHome } from "../../core/paths.ts";
import { loadDomains, subdomainOf } from "../../synth/domains/catalogue.ts";
import { rowFormats } from "../../synth/domains/formats.ts";
import { languageNamed } from "../../synth/domains/languages.ts";
import { DOMAIN_PLACES, type RowParts } from "../../synth/domains/row-request.ts";
import { withWeights } from "../../synth/domains/weights.ts";
import { findPrompt, promptFolders } from "../../synth/make/prompts.ts";
import type { ProviderChoice } from "../data/making/choose-provider.ts";
import type { GenerationParameters } from "./parameters.ts";

/** All but what the provider says of itself. Throws what reading domains, languages and prompts throws. */
export function rowParts(
  parameters: GenerationParameters,
  environment: Environment,
): Omit<RowParts, "keepsSchemas"> {
  const { seed, temperature, maxTokens, tries, topics, system, instructions } = parameters;
  const known = loadDomains(environment, parameters.domains).get(parameters.domain);
  const domain = withWeights(known, parameters.weights);
  const format = rowFormats.get(parameters.format);
  const folders = promptFolders(parameters.prompts, environment);
  return {
    domain,
    subdomain: subdomainOf(domain, parameters.subdomain),
    format,
    prompt: findPrompt(format.prompt, folders, DOMAIN_PLACES),
    language: languageNamed(parameters.language),
    settings: { seed, temperature, maxTokens, tries, topics, system, instructions },
  };
}

export const choiceOf = (parameters: GenerationParameters): ProviderChoice => ({
  provider: parameters.provider,
  models: parameters.models,
  baseUrl: parameters.baseUrl,
  timeout: parameters.timeout,
  concurrency: parameters.concurrency,
});

/** What makes two jobs the same: all that a row is asked for with, and how many. */
export function fingerprintOf(
  parts: Omit<RowParts, "keepsSchemas">,
  { count }: GenerationParameters,
  provider: { identity: string; models: readonly string[] },
): string {
  const { domain, subdomain, prompt, language, settings, format } = parts;
  const { file: _, ...words } = domain;
  const { identity, models } = provider;
  const texts = [words, subdomain.key, prompt.system, prompt.prompt, language, format.prompt];
  return hashJson([texts, JSON.stringify(settings), count, identity, models]).slice(0, 16);
}

const absolute = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(expandHome(path));

/** A model's folder is found from another folder too; what is no path is a name. */
const modelPath = (name: string): string => {
  const path = resolve(expandHome(name));
  return existsSync(path) ? path : name;
};

/** As they are kept: checked, names as keys, paths that hold in another folder. */
export function keptParameters(
  parameters: GenerationParameters,
  { domain, subdomain, language }: Omit<RowParts, "keepsSchemas">,
): GenerationParameters {
  const { domains, prompts, models, extensions } = parameters;
  return {
    ...parameters,
    domain: domain.key,
    subdomain: subdomain.key,
    language: language.tag,
    models: models.map(modelPath),
    ...(domains !== undefined && { domains: absolute(domains) }),
    ...(prompts !== undefined && { prompts: absolute(prompts) }),
    extensions: extensions.map((one) => absolute(one) ?? one),
  };
}
