// A file of rows taken in as a dataset, as a job: of a large one it takes a while, and goes on when the page is closed.
import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { expandHome } from "../../../core/paths.ts";
import { requireReadable } from "../../data/sets/import-set.ts";
import { taskKind } from "./task-kind.ts";

export const ImportParameters = z.strictObject({
  path: z.string().min(1).describe("Name of the file"),
  /** As the file is called where it comes from. */
  name: z.string().min(1).max(300),
  /** Of the set; else that of the file. */
  title: z.string().min(1).max(300).optional(),
  /** Makes the set without the rows that cannot be used. */
  leave_out: z.boolean().default(false),
});

export type ImportParameters = z.infer<typeof ImportParameters>;

export const importKind = taskKind({
  about: "imports a file of rows as a dataset",
  parameters: ImportParameters,
  jobsAtOnce: 2,
  title: ({ name }) => `import of ${name}`,
  prepare: async (given) => {
    const path = resolve(expandHome(given.path));
    requireReadable(given.name);
    await access(path);
    return { ...given, path };
  },
  task: "import",
});
