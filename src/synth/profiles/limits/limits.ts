// What services take: numbers with where they stand and when they were looked up, out of a dated file that another one
// can stand over. No number of a service is written in code.
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { boundedFile } from "../../../core/bounded-file.ts";
import { packageRoot } from "../../../core/paths.ts";
import { parseBytes } from "../../../core/units.ts";
import { badLimits } from "../errors.ts";
import { profiles } from "../registry.ts";

export const limitNames = [
  "minRecords",
  "maxRecords",
  "maxValidationRecords",
  "maxRecordsOfBoth",
  "maxFileBytes",
  "maxValidationBytes",
  "validationShare",
  "validationShareAbove",
  "exampleTokens",
  "totalTokens",
  "maxImages",
  "maxImageBytes",
] as const;

export type LimitName = (typeof limitNames)[number];

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "must be a date, as 2026-11-26");
const amount = z.union([
  z.number().nonnegative(),
  z.string().transform((text, context) => {
    try {
      return parseBytes(text);
    } catch {
      context.addIssue(`${text} is not a number of bytes`);
      return z.NEVER;
    }
  }),
]);

const sourced = {
  source: z.string().optional(),
  checkedOn: date.optional(),
  note: z.string().optional(),
};
const limit = z.union([
  z.strictObject({ value: amount, ...sourced }),
  amount.transform((value) => ({ value })),
]);

const model = z.strictObject({
  exampleTokens: z.number().positive().optional(),
  encoding: z.string().optional(),
  retiresOn: date.optional(),
});

const profileLimits = z.strictObject({
  limits: z.partialRecord(z.enum(limitNames), limit).default({}),
  encoding: z.string().optional(),
  sharesBytes: z.boolean().optional(),
  models: z.record(z.string(), model).default({}),
  closes: z.strictObject({ on: date, what: z.string(), ...sourced }).optional(),
});

const limitsFile = z.strictObject({ profiles: z.record(z.string(), profileLimits) });

export type ProfileLimits = z.infer<typeof profileLimits>;
export type Limit = z.infer<typeof limit>;
export type ModelLimits = z.infer<typeof model>;
export type LimitTable = Readonly<Record<string, ProfileLimits>>;

const largestFile = 1 << 20;

function read(file: string): LimitTable {
  let value: unknown;
  try {
    value = parse(boundedFile(file, largestFile).toString("utf8"), {
      merge: true,
      maxAliasCount: 1000,
    });
  } catch (cause) {
    throw badLimits(file, [cause instanceof Error ? cause.message : String(cause)], cause);
  }
  const checked = limitsFile.safeParse(value);
  if (!checked.success)
    throw badLimits(
      file,
      checked.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
    );
  // says which are known, for a name that is not
  for (const name of Object.keys(checked.data.profiles)) profiles.get(name);
  return checked.data.profiles;
}

const nothing: ProfileLimits = { limits: {}, models: {} };

function over(below: ProfileLimits = nothing, above: ProfileLimits): ProfileLimits {
  const models = Object.entries(above.models).map(([name, own]) => [
    name,
    { ...below.models[name], ...own },
  ]);
  return {
    ...below,
    ...above,
    limits: { ...below.limits, ...above.limits },
    models: { ...below.models, ...Object.fromEntries(models) },
  };
}

/** The limits that ship, and over them those of `file`. Throws ConfigError FT-PROFILE-003. */
export function readLimits(file?: string): LimitTable {
  const shipped = read(join(packageRoot(), "configs", "provider-limits.yaml"));
  if (file === undefined) return shipped;
  const changed = Object.entries(read(file)).map(([name, own]) => [name, over(shipped[name], own)]);
  return { ...shipped, ...Object.fromEntries(changed) };
}

export const limitsOf = (table: LimitTable, profile: string): ProfileLimits =>
  table[profile] ?? nothing;

/** The entry of a model at its service, by the longest name of a family that its own has; undefined for others. */
export function modelNamed(
  { models }: ProfileLimits,
  name: string,
): (ModelLimits & { name: string }) | undefined {
  const plain = name
    .toLowerCase()
    .replace(/^.*\//, "")
    .replace(/llama3-/, "llama-3.");
  const known = Object.keys(models)
    .filter((family) =>
      `-${plain.replaceAll(".claude", "-claude").replaceAll(".llama", "-llama")}-`.includes(
        `-${family}-`,
      ),
    )
    .toSorted((a, b) => b.length - a.length);
  const [family] = known;
  return family === undefined ? undefined : { ...models[family], name: family };
}
