// Schemas that several groups of routes share.
import { z } from "zod";

/** ISO 8601. */
export const Time = z.string().describe("ISO 8601");

const whole = (least: number, most: number): z.ZodCoercedNumber => {
  const isOpen = most === Number.MAX_SAFE_INTEGER;
  const error = `must be a whole number ${isOpen ? `of at least ${least}` : `from ${least} to ${most}`}`;
  return z.coerce.number({ error }).int(error).min(least, error).max(most, error);
};

/** A number in a path. */
export const PathNumber = whole(1, Number.MAX_SAFE_INTEGER);

/** A place in a path: from 0. */
export const PathPlace = whole(0, Number.MAX_SAFE_INTEGER);

/** How many at most, and from where. */
export const Paging = {
  limit: whole(1, 1000).default(100).describe("Maximum number of items"),
  offset: whole(0, Number.MAX_SAFE_INTEGER).default(0).describe("Number of items to skip"),
};

/** Of jobs that a request puts into the queue. */
export const Priority = z
  .int()
  .min(-1000)
  .max(1000)
  .optional()
  .describe("Jobs with a higher priority start first; default: 0");

/** Who is asked, where a request may say so. */
export const Asked = {
  provider: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe("Name of a provider; default: the default provider"),
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Model of the provider; default: its default model"),
};

/** What other parts tell in their own words: any JSON. */
export const AnyJson = z.unknown();

export const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

export const timeOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : timeOf(milliseconds);
