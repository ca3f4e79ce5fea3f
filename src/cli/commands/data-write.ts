// ft data write: a version of a dataset as a file, once or with every new version.
import { z } from "zod";
import { ExitCode } from "../../core/errors.ts";
import { defineCommand } from "../define-command.ts";

const words = {
  same: "is there already",
  written: "written",
  changed: "has been changed since it was written, and was left as it is",
};

export const dataWrite = defineCommand({
  name: "data write",
  section: "Read and write",
  summary: "Write a version of a dataset as a file of JSON lines; as Markdown or CSV to be edited",
  arguments: {
    version: { about: "NAME for the newest, NAME@3, or NAME@ and the beginning of a hash" },
    file: { about: "File to write; another file there is not overwritten" },
  },
  options: z.strictObject({
    follow: z.boolean().default(false).describe("Write the file again with every new version"),
  }),
  examples: [
    "ft data write support@3 rows.jsonl",
    "ft data write support rows.jsonl --follow",
    "ft data write support edited.md",
  ],
  run: async ({ arguments: { version = "", file = "" }, options: { follow } }, io) => {
    const { writeVersion } = await import("../../app/store/files.ts");
    const state = await writeVersion(io.environment, { version, file, follow });
    io.show(state, () => `${state.path}: ${words[state.state]}`);
    return state.state === "changed" ? ExitCode.data : ExitCode.ok;
  },
});
