// What a person has set for every command and for the studio: settings.json in FT_HOME. Keys are not in it (keys.ts).
// What is saved here counts before the environment; what is not, comes from there.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { ConfigError } from "../../core/errors.ts";
import { makeFolders } from "../../core/folders.ts";
import { parseJson } from "../../core/json-text.ts";
import { LOG_LEVELS } from "../../core/logger.ts";
import { type Environment, ftHome } from "../../core/paths.ts";

const ProviderSettings = z.strictObject({
  model: z.string().min(1).max(200).optional(),
  base_url: z.string().min(1).max(2000).optional(),
});

export type ProviderSettings = z.infer<typeof ProviderSettings>;

export const SavedSettings = z.strictObject({
  llm_provider: z.string().min(1).max(100).optional().describe("Default provider"),
  max_concurrent_jobs: z.int().min(1).max(64).optional().describe("Jobs that run at the same time"),
  enable_caching: z.boolean().optional().describe("Whether answers of providers are cached"),
  cache_ttl: z
    .number()
    .positive()
    .max(24 * 3650)
    .optional()
    .describe("Hours that an answer is cached"),
  log_level: z.enum([...LOG_LEVELS, "warning"]).optional(),
  providers: z
    .record(z.string(), ProviderSettings)
    .optional()
    .describe("Model and URL of each provider"),
});

export type SavedSettings = z.infer<typeof SavedSettings>;

export const settingsFile = (environment: Environment): string =>
  join(ftHome(environment), "settings.json");

/** Throws ConfigError FT-SETTINGS-001. */
export function readSettings(environment: Environment): SavedSettings {
  const file = settingsFile(environment);
  if (!existsSync(file)) return {};
  const parsed = parseJson(readFileSync(file, "utf8"));
  const checked = parsed.ok ? SavedSettings.safeParse(parsed.value) : undefined;
  if (checked?.success === true) return checked.data;
  const issue = checked?.error.issues[0];
  const line = parsed.ok ? undefined : parsed.problem.line;
  throw new ConfigError("FT-SETTINGS-001", {
    at: { file, line, field: issue?.path.join(".") },
    message: parsed.ok ? (issue?.message ?? "not settings") : parsed.problem.reason,
    hint: "fix the file, or remove it and set its values again",
  });
}

/** Of each file, the change that ends last: one that came meanwhile begins with what it saved. */
const changes = new Map<string, Promise<unknown>>();

/** Changes what is saved, as `change` says, and gives what is saved then. Changes of this process go one by one. */
export async function changeSettings(
  environment: Environment,
  change: (saved: SavedSettings) => SavedSettings,
): Promise<SavedSettings> {
  const file = settingsFile(environment);
  const earlier = changes.get(file);
  const mine = (async () => {
    await earlier?.catch(() => {});
    return await saveChanged(environment, change);
  })();
  changes.set(file, mine);
  try {
    return await mine;
  } finally {
    if (changes.get(file) === mine) changes.delete(file);
  }
}

async function saveChanged(
  environment: Environment,
  change: (saved: SavedSettings) => SavedSettings,
): Promise<SavedSettings> {
  const next = SavedSettings.parse(change(readSettings(environment)));
  makeFolders(ftHome(environment));
  const text = `${JSON.stringify(next, null, 2)}\n`;
  await writeFileAtomic(settingsFile(environment), text, { mode: 0o600 });
  return next;
}
