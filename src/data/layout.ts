// The folders of a project's data, as `ft init` makes them.
// Writes no files into them; shipped.ts knows what lies where.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** Relative to the project folder, in the order of the documentation. */
export const dataFolders = [
  "data/datasets/training/wikisql",
  "data/datasets/training/chat",
  "data/datasets/training/instruction",
  "data/datasets/examples/examples",
  "data/datasets/examples/mlx_example_data",
  "data/testing/mlx_comparison_data",
  "data/testing/results",
  "data/cache/development",
  "data/cache/training_data",
] as const;

/** Makes the data folders under `folder`; those that exist are left alone. Gives the paths. */
export async function createDataLayout(folder: string): Promise<string[]> {
  const paths = dataFolders.map((name) => join(folder, name));
  for (const path of paths) await mkdir(path, { recursive: true });
  return paths;
}
