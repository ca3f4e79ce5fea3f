// The paths of a configuration made independent of the working folder, so that a run goes on from anywhere.
// What names no file here (a Hub id, a shipped set, a template's name) stays as it is.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expandHome } from "../../core/paths.ts";
import { templates } from "../../text/templates/index.ts";
import type { RunConfig } from "../config/schema.ts";

const absolute = (path: string): string => resolve(expandHome(path));
const found = (path: string): string => (existsSync(expandHome(path)) ? absolute(path) : path);

/** Applies to a path that may be absent. */
const given = (path: string | null, make: (path: string) => string): string | null =>
  path === null ? null : make(path);

/** The same configuration, whatever folder a later process starts in. */
export function withAbsolutePaths(config: RunConfig): RunConfig {
  const { model, data, lora, distillation } = config;
  return {
    ...config,
    model: { ...model, name: found(model.name), cache_dir: given(model.cache_dir, absolute) },
    data: {
      ...data,
      train_file: found(data.train_file),
      validation_file: given(data.validation_file, found),
      template: templates.has(data.template) ? data.template : found(data.template),
    },
    lora: { ...lora, init_adapter: given(lora.init_adapter, found) },
    distillation: { ...distillation, teacher: given(distillation.teacher, found) },
    output_dir: absolute(config.output_dir),
  };
}
