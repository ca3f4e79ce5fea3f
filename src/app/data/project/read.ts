// The config.yaml of a folder, where it has one of ours: other programs call their files so too.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { optionsOf } from "../../../core/options.ts";
import { readConfigFile } from "../../config/files.ts";
import { placed, reportProblems, shapeProblems } from "../../config/problems.ts";
import { Project } from "./schema.ts";

export const PROJECT_FILE = "config.yaml";

/** A file that says nothing of datasets is somebody else's. */
const marks = ["dataset", "agent"];

/** What the folder's file says; undefined where there is none. Throws ConfigError with all that is wrong, by line. */
export function readProject(folder: string): Project | undefined {
  const file = join(folder, PROJECT_FILE);
  if (!existsSync(file)) return undefined;
  const layer = readConfigFile("project", file);
  if (!marks.some((mark) => Object.hasOwn(layer.values, mark))) return undefined;
  const parsed = Project.safeParse(layer.values);
  if (parsed.success) return parsed.data;
  const shapes = shapeProblems(optionsOf(Project), layer);
  const values = parsed.error.issues
    .filter(({ code }) => code !== "unrecognized_keys")
    .map(({ path, message }) => {
      const keys = path.map(String);
      return placed(layer, keys, layer.originOf(keys), `${keys.join(".")}: ${message}`);
    });
  reportProblems([...shapes, ...values]);
  return undefined;
}
