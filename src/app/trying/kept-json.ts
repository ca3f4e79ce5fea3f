// Small lists of the user's, each one file under FT_HOME/studio: read whole, written whole, one change after another.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { z } from "zod";
import { writeJsonAtomic } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import { type Environment, ftHome } from "../../core/paths.ts";

/** By file: two changes at once would each forget the other's. */
const turns = new Map<string, Promise<unknown>>();

export class KeptList<Item extends { id: string }> {
  readonly #file: string;
  readonly #schema: z.ZodType<Item>;

  constructor(environment: Environment, name: string, schema: z.ZodType<Item>) {
    this.#file = join(ftHome(environment), "studio", `${name}.json`);
    this.#schema = schema;
  }

  /** Oldest first; what somebody wrote into the file that is none is left out. */
  all(): Item[] {
    if (!existsSync(this.#file)) return [];
    const value: unknown = JSON.parse(readFileSync(this.#file, "utf8"));
    const items = Array.isArray(value) ? value : [];
    return items.flatMap((item) => {
      const { success, data } = this.#schema.safeParse(item);
      return success ? [data] : [];
    });
  }

  async add(item: Item): Promise<void> {
    await this.#change((items) => [...items, item]);
  }

  /** The item; undefined where there is none. */
  async remove(id: string): Promise<Item | undefined> {
    let found: Item | undefined;
    await this.#change((items) => {
      found = items.find((item) => item.id === id);
      return items.filter((item) => item.id !== id);
    });
    return found;
  }

  async #change(how: (items: Item[]) => Item[]): Promise<void> {
    const work = async (): Promise<void> => {
      makeFolders(dirname(this.#file));
      await writeJsonAtomic(this.#file, how(this.all()));
    };
    const turn = (turns.get(this.#file) ?? Promise.resolve()).then(work, work);
    turns.set(
      this.#file,
      turn.catch(() => undefined),
    );
    await turn;
  }
}
