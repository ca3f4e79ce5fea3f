// config.json as programs on MLX read it. mlx-lm's and mlx-swift-lm's models take the base of the rotary angles from
// `rope_theta`, and take 10,000 where there is only what transformers 5 writes, `rope_parameters`: both are written.
import type { Config } from "../converted-config.ts";

type Settings = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Scaling as it was said before transformers 5; nothing where angles are not scaled. */
function scalingOf(rope: Settings): Settings {
  const { rope_theta: _base, ...settings } = rope;
  const { rope_type = settings["type"] ?? "default" } = settings;
  if (rope_type === "default") return {};
  return { rope_scaling: { ...settings, rope_type, type: rope_type } };
}

/** Where layers of two kinds have angles of their own, Gemma's keys of before. */
function oldKeys(rope: Settings): Settings {
  const { full_attention: full, sliding_attention: near } = rope;
  if (!isObject(full) || !isObject(near)) return { ...rope, ...scalingOf(rope) };
  const local = { rope_local_base_freq: near["rope_theta"] };
  return { rope_theta: full["rope_theta"], ...local, ...scalingOf(full) };
}

const TOLD = ["rope_theta", "rope_local_base_freq", "rope_scaling"];

/** The keys of before that this part of a config lacks. */
function missingKeys(config: Settings): Settings {
  const { rope_parameters: rope } = config;
  if (!isObject(rope)) return {};
  const keys = Object.entries(oldKeys(rope)).filter(
    ([key, value]) => TOLD.includes(key) && value !== undefined && !(key in config),
  );
  return Object.fromEntries(keys);
}

/** The config with the keys that say the same in the older way; what it says already stays. */
export function configForMlx(config: Config): Config {
  const { text_config: inner } = config;
  const within = isObject(inner) ? { text_config: { ...inner, ...missingKeys(inner) } } : {};
  return { ...config, ...missingKeys(config), ...within };
}
