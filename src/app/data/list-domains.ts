// The domains that rows can be generated for, as plain data. Prints nothing.
import type { Environment } from "../../core/paths.ts";
import { loadDomains } from "../../synth/domains/catalogue.ts";
import type { Domain, Subdomain } from "../../synth/domains/domain.ts";

export interface ToldSubdomain {
  key: string;
  name: string;
  about: string;
  /** Other names that are taken for it. */
  also: readonly string[];
}

export interface ToldParameter {
  says: string;
  isCommon: boolean;
  values: string[];
  /** Of each value, in percent. */
  weights: number[];
}

export interface ToldDomain {
  key: string;
  name: string;
  about: string;
  subdomains: ToldSubdomain[];
  /** Taken as well. */
  moreSubdomains: ToldSubdomain[];
  parameters: Record<string, ToldParameter>;
  exchanges: Domain["exchanges"];
  context: string;
  answers: string;
  file: string;
  isShipped: boolean;
}

const toldSubdomain = ({ key, name, also, focus }: Subdomain): ToldSubdomain => ({
  key,
  name,
  about: focus,
  also,
});

export function toldDomain(domain: Domain): ToldDomain {
  const { key, name, about, context, answers, exchanges, file, isShipped } = domain;
  const parameters = domain.parameters.map(({ name: parameter, says, isCommon, values }) => {
    const told = {
      says,
      isCommon,
      values: values.map((value) => value.name),
      weights: values.map(({ weight }) => weight),
    };
    return [parameter, told] as const;
  });
  return {
    key,
    name,
    about,
    subdomains: domain.subdomains.map(toldSubdomain),
    moreSubdomains: domain.moreSubdomains.map(toldSubdomain),
    parameters: Object.fromEntries(parameters),
    exchanges,
    context,
    answers,
    file,
    isShipped,
  };
}

/** All there are, or the one that is named. Throws what `loadDomains` and `Domains.get` throw. */
export function listDomains(
  environment: Environment,
  { name, folder }: { name?: string | undefined; folder?: string | undefined } = {},
): ToldDomain[] {
  const domains = loadDomains(environment, folder);
  return (name === undefined ? domains.all() : [domains.get(name)]).map(toldDomain);
}
