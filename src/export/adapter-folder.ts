// An adapter written as a folder in one of the forms of adapters, whole or not at all.
import { mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { WrittenAdapter } from "../adapters/index.ts";
import { replaceFolderAtomic, temporaryNameFor, writeJsonAtomic } from "../core/atomic-files.ts";
import { dispose } from "../mx/index.ts";
import { saveTensors } from "../weights/index.ts";
import { requireNothingAt } from "./converted-folder.ts";

const CONFIG_FILE = "adapter_config.json";

/**
 * Takes the tensors over.
 * @throws UsageError FT-USAGE-014 when something is at `folder`; FtError FT-WEIGHTS-021 when the disk refuses.
 */
export async function writeAdapter(
  folder: string,
  { file, tensors, metadata, config }: WrittenAdapter,
): Promise<void> {
  const temporary = temporaryNameFor(resolve(folder));
  try {
    await requireNothingAt(folder);
    await mkdir(dirname(resolve(folder)), { recursive: true });
    await saveTensors(join(temporary, file), tensors, metadata);
    await writeJsonAtomic(join(temporary, CONFIG_FILE), config);
    await replaceFolderAtomic(temporary, folder);
  } finally {
    dispose(tensors);
    await rm(temporary, { recursive: true, force: true });
  }
}
