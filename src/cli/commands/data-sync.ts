// ft data sync: files that belong to datasets brought up to the store, or the store to them.
import { z } from "zod";
import { ExitCode } from "../../core/errors.ts";
import type { FileState } from "../../store/index.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

function filesTable(files: readonly FileState[]): string {
  if (files.length === 0)
    return "No file belongs to a dataset. ft data write NAME FILE --follow makes one.";
  return table(files, [
    { title: "STATE", value: ({ state }) => state },
    { title: "DATASET", value: ({ dataset }) => dataset },
    { title: "FILE", value: ({ path }) => path },
  ]);
}

export const dataSync = defineCommand({
  name: "data sync",
  section: "Read and write",
  summary: "Update the files of datasets that are out of date, and list those that were edited",
  arguments: { name: { about: "Dataset; without it, all of them", optional: true } },
  options: z.strictObject({
    import: z.boolean().default(false).describe("Import every edited file as a new version"),
  }),
  examples: ["ft data sync", "ft data sync support --import"],
  run: async ({ arguments: { name }, options }, io) => {
    const { syncAll } = await import("../../app/store/files.ts");
    const files = await syncAll(io.environment, { name, importChanged: options.import });
    io.show({ files }, () => filesTable(files));
    return files.some(({ state }) => state === "changed") ? ExitCode.data : ExitCode.ok;
  },
});
