// What a job of the kind `quality` is given and keeps: all that decides what is asked, so that any worker goes on with it
// and a command finds it again. No key and no password: those are the worker's environment's.
import { z } from "zod";
import { hashJson } from "../../core/canonical-json.ts";
import type { Environment } from "../../core/paths.ts";
import { findPrompt, promptFolders } from "../../synth/make/prompts.ts";
import { criteria } from "../../synth/quality/criteria/registry.ts";
import { QualitySettings } from "../../synth/quality/settings.ts";

const Prompt = z.strictObject({ system: z.string(), prompt: z.string() });

const AskedCriterion = z.strictObject({ name: z.string(), title: z.string(), asks: z.string() });

/** Texts of prompts: another wording is another job. */
export const QualityPrompts = z.strictObject({
  score: Prompt,
  rewrite: Prompt,
  criteria: z.array(AskedCriterion).min(1),
});

export type QualityPrompts = z.infer<typeof QualityPrompts>;

/** What a person adds to what is judged. */
export const Rubric = z.string().max(20_000);

export const QualityParameters = z.strictObject({
  source: z.union([
    z.strictObject({ file: z.string(), digest: z.string() }),
    z.strictObject({ dataset: z.int().positive() }),
  ]),
  settings: QualitySettings,
  prompts: QualityPrompts,
  /** As it was given; the prompts hold it. */
  rubric: Rubric.optional(),
  provider: z.strictObject({
    name: z.string().optional(),
    models: z.array(z.string()).default([]),
    baseUrl: z.string().optional(),
    /** Maximum seconds for one answer. */
    timeout: z.number().positive().default(60),
    /** Retries of a request that failed for a temporary reason. */
    retries: z.int().min(0).default(3),
  }),
  /** Of all that decides answers: the same command finds its job by it. */
  fingerprint: z.string().default(""),
});

export type QualityParameters = z.infer<typeof QualityParameters>;

/** Behind what a prompt says. Braces that would be filled in are none any more. */
const withRubric = (system: string, rubric: string): string =>
  rubric.trim() === ""
    ? system
    : `${system}\n\nWhat counts in this set beside that, in the words of whoever owns it:\n\n${rubric.trim().replaceAll("{{", "{ {")}`;

/** The prompts of criteria, scoring and rewriting, with a rubric of the set's own in both. Throws ConfigError FT-MAKE-001 and 002, UsageError FT-QUALITY-002. */
export function qualityPrompts(
  names: readonly string[],
  folder: string | undefined,
  environment: Environment,
  rubric = "",
): QualityPrompts {
  const folders = promptFolders(folder, environment);
  const text = (name: string): { system: string; prompt: string } => {
    const { system, prompt } = findPrompt(name, folders);
    return { system, prompt };
  };
  const ruled = (name: string): { system: string; prompt: string } => {
    const { system, prompt } = text(name);
    return { system: withRubric(system, rubric), prompt };
  };
  const asked = names.map((name) => {
    const { title, prompt } = criteria.get(name);
    return { name, title, asks: text(prompt).prompt.replaceAll(/\s+/g, " ") };
  });
  return { score: ruled("quality-score"), rewrite: ruled("quality-fix"), criteria: asked };
}

/** Rows at once decide no answer. */
export function fingerprintOf(
  { source, settings, prompts }: Pick<QualityParameters, "source" | "settings" | "prompts">,
  answeredBy: unknown,
): string {
  const deciding = { ...settings, batchSize: undefined };
  const rows = "digest" in source ? source.digest : source;
  return hashJson([rows, deciding, prompts, answeredBy]).slice(0, 16);
}
