// What the config.yaml of the folder says for options that were not given.
export async function projectDefaults(names: readonly string[]): Promise<Record<string, unknown>> {
  const { projectOptions } = await import("../../app/data/project/options.ts");
  return projectOptions(names);
}
