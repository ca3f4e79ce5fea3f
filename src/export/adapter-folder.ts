// An adapter written as a folder in one of the forms of adapters, whole or not at all.
import { join } from "node:path";
import type { WrittenAdapter } from "../adapters/index.ts";
import { writeJsonAtomic } from "../core/atomic-files.ts";
import { dispose } from "../mx/index.ts";
import { saveTensors } from "../weights/index.ts";
import { writeWhole } from "./whole-output.ts";

const CONFIG_FILE = "adapter_config.json";

/** Into a folder that is there or not; what else is in it stays. */
export async function writeAdapterFiles(
  folder: string,
  { file, tensors, metadata, config }: WrittenAdapter,
): Promise<void> {
  await saveTensors(join(folder, file), tensors, metadata);
  await writeJsonAtomic(join(folder, CONFIG_FILE), config);
}

/**
 * Takes the tensors over; `beside` writes what else belongs into the folder.
 * @throws UsageError FT-USAGE-014 when something is at `folder`; FtError FT-WEIGHTS-021 when the disk refuses.
 */
export async function writeAdapter(
  folder: string,
  written: WrittenAdapter,
  beside: (temporary: string) => Promise<void> = async () => {},
): Promise<void> {
  const bytes = [...written.tensors.values()].reduce((sum, { nbytes }) => sum + nbytes, 0);
  try {
    await writeWhole({ path: folder, kind: "folder", bytes }, async (temporary) => {
      await writeAdapterFiles(temporary, written);
      await beside(temporary);
    });
  } finally {
    dispose(written.tensors);
  }
}
