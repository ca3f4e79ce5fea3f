// What a domain is: its subdomains, the parameters that are drawn by weight for each row, how many exchanges a row has,
// and the words that tell a model of it. The shape of its file stands here too; reading one is domain-file.ts.
import { z } from "zod";

/** A value of a parameter. */
export interface WeightedValue {
  name: string;
  /** In percent. */
  weight: number;
  /** In the words of the prompt. */
  says: string;
}

export interface Parameter {
  /** As it stands in a row's metadata. */
  name: string;
  says: string;
  values: readonly WeightedValue[];
  /** Of the parameters that all domains share. */
  isCommon: boolean;
}

export interface Subdomain {
  key: string;
  name: string;
  /** Other names that are taken for it. */
  also: readonly string[];
  focus: string;
}

/** Turns of a user and an assistant. */
export interface Range {
  least: number;
  most: number;
}

export interface ExchangeRule {
  parameter: string;
  values: readonly string[];
  count: number;
}

export interface Domain {
  key: string;
  name: string;
  /** In lists, the lowest first. */
  place: number;
  about: string;
  context: string;
  /** What a good answer does in this domain. */
  answers: string;
  /** Those that are listed. */
  subdomains: readonly Subdomain[];
  /** Taken as well. */
  moreSubdomains: readonly Subdomain[];
  /** Its own, then those of all domains. */
  parameters: readonly Parameter[];
  exchanges: { when: readonly ExchangeRule[]; otherwise: Range };
  file: string;
  /** Of the program's own. */
  isShipped: boolean;
}

const key = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "must be lowercase letters, digits and _, as in technical_support");
const text = z.string().trim().min(1, "must not be empty");
/** What tells rows apart needs some words. */
const prose = z.string().trim().min(40, "must be a sentence or more (40 characters)");

const weight = z.number().positive().max(100);
const weighted = z.strictObject({ weight, says: text.optional() });

const value = z.preprocess(
  (given) => (typeof given === "number" ? { weight: given } : given),
  weighted,
);

const totals = (values: Record<string, { weight: number }>): number =>
  Object.values(values).reduce((sum, { weight }) => sum + weight, 0);

const parameter = z.strictObject({
  says: text,
  values: z.record(key, value).superRefine((values, context) => {
    const sum = totals(values);
    if (Math.abs(sum - 100) > 0.01) {
      context.addIssue(`weights must add up to 100, but add up to ${Number(sum.toFixed(2))}`);
    }
  }),
});

export const ParametersFile = z.strictObject({ parameters: z.record(key, parameter) });
export type ParametersFile = z.infer<typeof ParametersFile>;

const subdomain = z.strictObject({
  key,
  name: text,
  also: z.array(text).default([]),
  focus: prose,
});

const turns = z.int().min(1).max(20);

export const DomainFile = z.strictObject({
  key: key.describe(
    "Key for --domain; a domain of yours with the key of a shipped one replaces it",
  ),
  name: text.describe("Name shown in lists"),
  place: z.number().default(1000).describe("Position in lists, lowest first"),
  about: text.describe("One line for lists"),
  context: prose.describe("The situation, for the model: who takes part, and what they know"),
  answers: prose.describe("What a good answer does, for the model"),
  subdomains: z.array(subdomain).min(1).describe("Key for --subdomain"),
  more_subdomains: z
    .array(subdomain)
    .default([])
    .describe("Other keys it accepts; listed separately"),
  parameters: z
    .record(key, parameter)
    .default({})
    .describe("Parameters drawn for each row, with weights that add up to 100"),
  leaves_out: z.array(key).default([]).describe("Common parameters that this domain does not use"),
  exchanges: z.strictObject({
    when: z
      .array(z.strictObject({ parameter: key, values: z.array(key).min(1), count: turns }))
      .default([]),
    otherwise: z
      .strictObject({ least: turns, most: turns })
      .refine(({ least, most }) => least <= most, "least must not exceed most"),
  }),
});
export type DomainFile = z.infer<typeof DomainFile>;

/** A number alone is a weight: the schema of what is read has both forms, that of the value has one. */
const eitherForm = {
  description: "Weight in percent; with text for the model: {weight, says}",
  anyOf: [weight, weighted].map((form) => {
    const { $schema: _, ...schema } = z.toJSONSchema(form, { io: "input" });
    return schema;
  }),
};

/** JSON Schema of a domain's file, for editors. That weights add up to 100, only reading it tells. */
export const domainJsonSchema = (): Record<string, unknown> =>
  z.toJSONSchema(DomainFile, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== value) return;
      for (const part of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, part);
      Object.assign(jsonSchema, eitherForm);
    },
  });

/** A name as it is compared: "Sales & Negotiation" and sales_and_negotiation are one. */
export const plainName = (name: string): string =>
  name
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("&", " and ")
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "");

export const allSubdomains = ({ subdomains, moreSubdomains }: Domain): Subdomain[] => [
  ...subdomains,
  ...moreSubdomains,
];
