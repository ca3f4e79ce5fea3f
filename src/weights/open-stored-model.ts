// Opens a model's weights in whichever form they are. The next form is one line.
import type { ByteSource } from "./byte-source.ts";
import { openGgufModel } from "./gguf/stored-model.ts";
import { openModelFolder } from "./model-folder.ts";
import type { StoredModel } from "./stored-model.ts";
import { isGguf } from "./weight-files.ts";

/**
 * `place` is a model folder or a .gguf file; `remote` are weights of the folder that are elsewhere.
 * @throws ModelError as `openModelFolder` and `openGgufModel`.
 */
export async function openStoredModel(
  place: string,
  remote: readonly ByteSource[] = [],
): Promise<StoredModel> {
  return isGguf(place) ? await openGgufModel(place) : await openModelFolder(place, remote);
}
