// What a folder's config.yaml means to a command: values for options that nobody gave, and whom to ask.
import { join } from "node:path";
import type { Environment } from "../../../core/paths.ts";
import { MODEL_VARIABLE, PROVIDER_VARIABLE } from "../../../providers/environment.ts";
import type { Project } from "./schema.ts";

const meanings: Readonly<Record<string, (project: Project) => unknown>> = {
  count: ({ dataset }) => dataset.size,
  output: ({ dataset }) => join("output_datasets", dataset.output_name, "rows.jsonl"),
  temperature: ({ agent }) => agent.create.temperature,
  variety: ({ agent }) => agent.create.variety,
  topics: ({ agent }) => agent.create.focus_topics,
  length: ({ agent }) => agent.create.length,
  minTurns: ({ agent }) => agent.identify.min_turns,
  confidence: ({ agent }) => agent.identify.confidence_threshold,
  ratios: ({ split }) => ({ train: split.ratio, validation: 1 - split.ratio }),
  stratify: ({ split }) => split.weight_by ?? undefined,
  retries: ({ system }) => system.max_retries,
  timeout: ({ system }) => system.timeout,
  concurrency: ({ system }) => system.max_concurrent,
};

/** Values of the options that the folder's file decides; none without such a file. */
export function projectOptions(
  project: Project | undefined,
  names: readonly string[],
): Record<string, unknown> {
  if (project === undefined) return {};
  const known = names.filter((name) => meanings[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, meanings[name]?.(project)]));
}

/** The environment, with whom the folder's file wants asked where the environment says nothing. */
export function withProject(project: Project | undefined, environment: Environment): Environment {
  const { provider = "auto", model = null } = project ?? {};
  return {
    ...(provider !== "auto" && { [PROVIDER_VARIABLE]: provider }),
    ...(model !== null && { [MODEL_VARIABLE]: model }),
    ...environment,
  };
}
