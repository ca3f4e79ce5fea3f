// A sweep's file for ft train sweep, as what is filled in makes it: what was set or put forward here, and the values to try.
import type { FormState } from "./form-state.ts";
import type { Grid } from "./grid.ts";

const own = new Set(["flag:form", "preset:form"]);

/** In YAML, each value as JSON, which is YAML too. */
export function sweepText(
  state: FormState | undefined,
  grid: Grid,
  folder: string | undefined,
): string {
  const lines = (values: readonly (readonly [string, unknown])[]): string[] =>
    values.map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  const said = (state?.fields ?? [])
    .filter(({ key, origin }) => own.has(origin) && key !== "output_dir" && !(key in grid))
    .map(({ key, value }) => [key, value] as const);
  return [
    "base:",
    ...lines(said),
    "grid:",
    ...lines(Object.entries(grid)),
    ...(folder === undefined ? [] : [`output_dir: ${JSON.stringify(folder)}`]),
  ].join("\n");
}
