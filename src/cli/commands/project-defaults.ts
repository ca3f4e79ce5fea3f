// What the config.yaml of the folder says for options that were not given, and whom it wants asked. Read once a command.
import type { Environment } from "../../core/paths.ts";
import type { Standing } from "../define-command.ts";

export async function projectDefaults(
  names: readonly string[],
  environment: Environment,
): Promise<Standing> {
  const { projectOptions, withProject } = await import("../../app/data/project/options.ts");
  const { readProject } = await import("../../app/data/project/read.ts");
  const project = readProject(".");
  return {
    options: projectOptions(project, names),
    environment: withProject(project, environment),
  };
}
