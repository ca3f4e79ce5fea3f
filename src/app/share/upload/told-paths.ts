// Configurations as they may be seen: places on this disk, which mlx-lm and transformers write into them, give way to the
// base's name or to their last part. Everything else stays as it is, byte for byte where nothing changes.
import { basename } from "node:path";
import { isPlace } from "../../../runs/index.ts";

const CONFIGURATIONS =
  /(?:^|\/)(?:adapter_config|config|tokenizer_config|generation_config)\.json$/;
const NAMES_OF_BASE = new Set(["model", "base_model_name_or_path", "_name_or_path"]);
const PLACES = new Set([
  ...NAMES_OF_BASE,
  ...["name_or_path", "tokenizer_file", "vocab_file", "data", "adapter_path", "config"],
  ...["resume_adapter_file", "cache_dir", "output_dir", "test", "template", "train_file"],
]);

function told(key: string, value: unknown, base: string | undefined): unknown {
  if (typeof value !== "string" || !PLACES.has(key) || !isPlace(value)) return value;
  return NAMES_OF_BASE.has(key) && base !== undefined ? base : basename(value);
}

/** The file's content without places; undefined where it may go as it is. */
export function withoutPlaces(
  path: string,
  content: string,
  base: string | undefined,
): string | undefined {
  if (!CONFIGURATIONS.test(path)) return undefined;
  let changed = false;
  const value: unknown = JSON.parse(content, (key, inner: unknown) => {
    const instead = told(key, inner, base);
    changed ||= instead !== inner;
    return instead;
  });
  return changed ? `${JSON.stringify(value, null, 2)}\n` : undefined;
}
