// Parts of a request for a domain's row, with what a test leaves out filled in.
import { loadDomains, subdomainOf } from "../../src/synth/domains/catalogue.ts";
import { rowFormats } from "../../src/synth/domains/formats.ts";
import { languageNamed } from "../../src/synth/domains/languages.ts";
import { DOMAIN_PLACES, type RowParts } from "../../src/synth/domains/row-request.ts";
import { findPrompt, shippedPrompts } from "../../src/synth/make/prompts.ts";

export interface Wanted {
  domain?: string;
  subdomain?: string;
  format?: string;
  language?: string;
  seed?: number;
}

const domains = loadDomains({ FT_HOME: "/nowhere" });

export function partsOf({
  domain: name = "support",
  subdomain,
  format: form = "chat",
  language = "en",
  seed = 1,
}: Wanted): RowParts {
  const domain = domains.get(name);
  const format = rowFormats.get(form);
  return {
    domain,
    subdomain: subdomain === undefined ? domain.subdomains[0]! : subdomainOf(domain, subdomain),
    format,
    prompt: findPrompt(format.prompt, [shippedPrompts()], DOMAIN_PLACES),
    language: languageNamed(language),
    settings: { seed, temperature: 0.7, maxTokens: 500, tries: 3, topics: [] },
    keepsSchemas: false,
  };
}
