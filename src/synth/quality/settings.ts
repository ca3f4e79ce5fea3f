// How rows are judged and mended: what a person can choose, with what is meant where nothing is said.
import { z } from "zod";

/** The scale of every score. */
export const lowest = 0;
export const highest = 10;

export const QualitySettings = z.strictObject({
  /** Rows scored lower are mended or taken out. */
  minQualityScore: z.number().min(lowest).max(highest).default(7),
  /** Rows below are written again by the model. */
  autoFix: z.boolean().default(true),
  /** Rows that stay below are taken out; else they stay, and the report names them. */
  autoRemove: z.boolean().default(false),
  /** Rows that are judged at once. */
  batchSize: z.int().min(1).max(256).default(10),
  /** A rewriting is compared with the original, in both orders. */
  compare: z.boolean().default(true),
  /** Checks without a model, by name. */
  checks: z.array(z.string()),
  criteria: z.array(z.string()).min(1),
  /** ISO 639-1: the only languages of the set; any where there are none. */
  languages: z.array(z.string()).default([]),
  /** Tokens of one answer. */
  maxTokens: z.int().positive().default(4096),
  /** Maximum attempts for a row whose answer is not valid. */
  tries: z.int().min(1).max(10).default(2),
  seed: z.int().default(0),
});

export type QualitySettings = z.infer<typeof QualitySettings>;

/** Of scoring: nearly the likeliest answer. */
export const scoringTemperature = 0.2;
/** Of rewriting. */
export const repairTemperature = 0.7;
