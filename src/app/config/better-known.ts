// Settings that did better than the defaults in use when both were measured: docs/choosing-settings.md has the table. The
// defaults stay what they are; what a person chose is left alone. Not doubts about settings: those are warnings.ts.
import { chosenMethod } from "../../train/methods.ts";
import { tunings } from "../../train/tuning/index.ts";
import type { ResolvedConfig } from "./resolve.ts";
import type { RunConfig } from "./schema.ts";

interface Known {
  /** Where the setting stands. */
  key: string;
  /** What to say instead, and how many answers were right with it and with the default, all else alike. */
  instead: string;
  isWorse: (config: RunConfig) => boolean;
}

const known: readonly Known[] = [
  {
    key: "lora.target_modules",
    instead: "--target-modules all-linear (82 % of answers right instead of 36)",
    isWorse: ({ lora }) => lora.target_modules.join() === "q_proj,v_proj",
  },
  {
    key: "optimization.learning_rate",
    instead: "--lr 1e-3 (82 % instead of 8 at 2e-4)",
    isWorse: ({ optimization: { optimizer, learning_rate } }) =>
      optimizer === "adamw" && learning_rate <= 3e-4,
  },
];

const measuredOn = "on 320 short rows with SmolLM2-135M, see docs/choosing-settings.md";

/** Larger models want other rates, and nothing was measured on them. */
const mostParameters = 1e9;

/** What was measured: supervised training of adapters in our own course. */
function isOfAdapters(config: RunConfig): boolean {
  const { tuning, objective } = chosenMethod(config);
  const isOurs = config.course.compat === "ft";
  return isOurs && objective === "supervised" && tunings.get(tuning).groups.includes("lora");
}

/**
 * One line: what to try instead of defaults, and what was measured. Undefined where none is known to be better, as for a
 * model of more than a billion `parameters`; null parameters are not known yet.
 */
export function betterKnown(
  { config, origins }: ResolvedConfig,
  parameters: number | null,
): string | undefined {
  if (!isOfAdapters(config) || (parameters ?? 0) > mostParameters) return undefined;
  const isDefault = (key: string): boolean => /^(default|preset)/.test(origins.get(key) ?? "");
  const better = known.filter(({ key, isWorse }) => isDefault(key) && isWorse(config));
  if (better.length === 0) return undefined;
  return `${better.map(({ instead }) => instead).join(", ")}; ${measuredOn}`;
}
