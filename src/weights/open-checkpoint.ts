// Opens a model's weights in whichever form they are. The next form is one line.
import type { ByteSource } from "./byte-source.ts";
import { openCheckpointFolder } from "./checkpoint-folder.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { openGgufCheckpoint } from "./gguf/checkpoint.ts";
import { isGguf } from "./weight-files.ts";

/**
 * `place` is a model folder or a .gguf file; `remote` are weights of the folder that are elsewhere.
 * @throws ModelError as `openCheckpointFolder` and `openGgufCheckpoint`.
 */
export async function openCheckpoint(
  place: string,
  remote: readonly ByteSource[] = [],
): Promise<Checkpoint> {
  return isGguf(place)
    ? await openGgufCheckpoint(place)
    : await openCheckpointFolder(place, remote);
}
