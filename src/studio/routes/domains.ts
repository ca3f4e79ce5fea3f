import { z } from "zod";
// /api/domains: what datasets can be generated about, by key or by name.
import { loadDomains } from "../../synth/domains/catalogue.ts";
import type { Domain, Parameter } from "../../synth/domains/domain.ts";
import { defineRoute, type RouteGroup } from "../route.ts";

const Subdomain = z
  .object({ key: z.string(), name: z.string(), focus: z.string() })
  .meta({ id: "Subdomain" });

const DomainShape = z
  .object({
    key: z.string(),
    name: z.string(),
    description: z.string(),
    is_own: z.boolean().describe("True for a domain from your own file"),
    subdomains: z.array(Subdomain),
  })
  .meta({ id: "Domain" });

const Weighted = z.object({
  values: z.array(z.string()),
  weights: z.array(z.number()).describe("Percent, one per value"),
});

const DomainFacts = z
  .object({
    ...DomainShape.shape,
    context: z.string(),
    specific_params: z.record(z.string(), Weighted),
    common_params: z.record(z.string(), Weighted),
  })
  .meta({ id: "DomainDetails" });

function toldDomain({ key, name, about, isShipped, subdomains }: Domain) {
  return {
    ...{ key, name, description: about, is_own: !isShipped },
    subdomains: subdomains.map((one) => ({ key: one.key, name: one.name, focus: one.focus })),
  };
}

const weighted = (parameters: readonly Parameter[]) =>
  Object.fromEntries(
    parameters.map(({ name, values }) => [
      name,
      { values: values.map((one) => one.name), weights: values.map(({ weight }) => weight) },
    ]),
  );

const named = z.object({
  domain: z.string().min(1).max(200).describe("Key or name of the domain"),
});

const list = defineRoute({
  method: "GET",
  path: "/api/domains",
  about: "List all domains with their subdomains",
  answers: { 200: z.array(DomainShape) },
  run: async ({ environment }) => loadDomains(environment).all().map(toldDomain),
});

const show = defineRoute({
  method: "GET",
  path: "/api/domains/{domain}",
  about: "Get a domain: its subdomains, and the parameters drawn by weight for each row",
  params: named,
  answers: { 200: DomainFacts },
  run: async ({ environment }, { params }) => {
    const domain = loadDomains(environment).get(params.domain);
    return {
      ...toldDomain(domain),
      context: domain.context,
      specific_params: weighted(domain.parameters.filter(({ isCommon }) => !isCommon)),
      common_params: weighted(domain.parameters.filter(({ isCommon }) => isCommon)),
    };
  },
});

const subdomains = defineRoute({
  method: "GET",
  path: "/api/domains/{domain}/subdomains",
  about: "List the subdomains of a domain",
  params: named,
  answers: { 200: z.array(Subdomain) },
  run: async ({ environment }, { params }) =>
    toldDomain(loadDomains(environment).get(params.domain)).subdomains,
});

export const domainRoutes: RouteGroup = {
  name: "domains",
  about: "Domains that datasets can be generated for",
  routes: [list, show, subdomains],
};
