// The adapters that may be loaded: folders directly in one folder, by their names. A name from outside opens nothing
// but one of those; what a link leads out of the folder is none.
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { ApiError, badRequest } from "../http/api-error.ts";

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export class AdapterShelf {
  readonly #root: string | undefined;

  /** Without a folder there are none. The folder must exist. */
  constructor(folder: string | undefined) {
    this.#root = folder === undefined ? undefined : realpathSync(folder);
  }

  /** Sorted. */
  ids(): string[] {
    if (this.#root === undefined) return [];
    const names = readdirSync(this.#root).filter((name) => idPattern.test(name));
    return names.filter((name) => this.#found(name) !== undefined).sort();
  }

  /** Throws ApiError: 400 for what is no name of a folder, 404 for a name that is not there. */
  folderOf(id: string): string {
    if (this.#root === undefined) {
      const message = "this server has no adapter folder; start it with ft serve --adapters FOLDER";
      throw new ApiError(404, { message, param: "id", code: "adapter_not_found" });
    }
    if (!idPattern.test(id))
      throw badRequest("id must be the name of a folder of adapters", "id", "invalid_value");
    // as the folder lists it: where names ignore case, another spelling is another name
    const isListed = readdirSync(this.#root).includes(id);
    const found = isListed ? this.#found(id) : undefined;
    if (found !== undefined) return found;
    const message = `there is no adapter '${id}' in the adapter folder of this server`;
    throw new ApiError(404, { message, param: "id", code: "adapter_not_found" });
  }

  #found(name: string): string | undefined {
    try {
      const folder = realpathSync(join(this.#root ?? "", name));
      const isInside = dirname(folder) === this.#root && statSync(folder).isDirectory();
      return isInside && existsSync(join(folder, "adapter_config.json")) ? folder : undefined;
    } catch {
      return undefined;
    }
  }
}
