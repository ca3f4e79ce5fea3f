// The float32 folder of a model that is stored otherwise: what mlx-lm reads of it. Made once.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertModel } from "../../src/app/models/convert-model.ts";

const work = fileURLToPath(new URL("../../.local/bench/", import.meta.url));

/** Returns the folder. */
export async function denseModel(model: string): Promise<string> {
  const folder = join(work, `${model.split("/").at(-1)}-float32`);
  if (existsSync(join(folder, "config.json"))) return folder;
  mkdirSync(work, { recursive: true });
  await convertModel({ model, folder, dtype: "float32" });
  return folder;
}
