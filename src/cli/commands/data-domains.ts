// ft data domains: what rows can be generated for, and by which weights.
import { z } from "zod";
import type { ToldDomain } from "../../app/data/list-domains.ts";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { pairs, table } from "../render/table.ts";

export const domainsOption = z
  .string()
  .optional()
  .describe("Folder of your own domains, one file each")
  .register(flags, { value: "DIR" });

function exchangesText({ exchanges: { when, otherwise } }: ToldDomain): string {
  const { least, most } = otherwise;
  const range = least === most ? String(least) : `${least} to ${most}`;
  const rules = when.map(
    ({ parameter, values, count }) => `${count} where ${parameter} is ${values.join(" or ")}`,
  );
  return [...rules, rules.length === 0 ? range : `else ${range}`].join(", ");
}

interface Line {
  parameter: string;
  value: string;
  weight: number;
}

/** A parameter is named in its first line. */
const linesOf = ({ parameters }: ToldDomain): Line[] =>
  Object.entries(parameters).flatMap(([name, { values, weights, isCommon }]) =>
    values.map((value, at) => ({
      parameter: at > 0 ? "" : isCommon ? `${name} (common)` : name,
      value,
      weight: weights[at] ?? 0,
    })),
  );

function domainText(domain: ToldDomain): string {
  const { key, name, about, subdomains, moreSubdomains, file, isShipped } = domain;
  const listed = (of: ToldDomain["subdomains"]): string =>
    pairs(of.map((one): [string, string] => [one.key, one.name]));
  const more = moreSubdomains.length === 0 ? [] : ["Taken as well:", listed(moreSubdomains)];
  const columns = [
    { title: "parameter", value: (line: Line) => line.parameter },
    { title: "value", value: (line: Line) => line.value },
    { title: "percent", value: (line: Line) => line.weight },
  ];
  const origin = isShipped ? [] : [`from ${file}`];
  return [
    `${name} (${key}): ${about}`,
    ...origin,
    "",
    "Subdomains:",
    listed(subdomains),
    ...more,
    "",
    table(linesOf(domain), columns),
    "",
    `Exchanges: ${exchangesText(domain)}`,
  ].join("\n");
}

const allText = (domains: readonly ToldDomain[]): string =>
  table(domains, [
    { title: "domain", value: ({ key }) => key },
    { title: "name", value: ({ name }) => name },
    {
      title: "subdomains",
      value: ({ subdomains }) => subdomains.map(({ key }) => key).join(", "),
    },
  ]);

export const dataDomains = defineCommand({
  name: "data domains",
  section: "Look at sets",
  summary: "List the domains that rows can be generated for, or one with its weights",
  arguments: { domain: { about: "Key or name of a domain, such as support", optional: true } },
  options: z.strictObject({ domains: domainsOption }),
  examples: [
    "ft data domains",
    "ft data domains support",
    'ft data domains "Customer Support" --json',
  ],
  run: async ({ arguments: { domain: name }, options: { domains: folder } }, io) => {
    const { listDomains } = await import("../../app/data/list-domains.ts");
    const told = listDomains(io.environment, { name, folder });
    const [one] = told;
    if (name !== undefined && one !== undefined) io.show(one, () => domainText(one));
    else io.show(told, () => allText(told));
  },
});
