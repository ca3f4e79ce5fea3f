// This machine, as if it were another one: a run that goes on without whoever started it.
import { join } from "node:path";
import { ftHome } from "../../../core/paths.ts";
import { ProgramOptions, ShellRunner } from "../shell-runner.ts";
import type { Shell } from "../shell.ts";
import { defineKind } from "./kind.ts";

const shell: Shell = {
  name: "local",
  command: (script) => ["sh", "-c", script],
  refusal: () => undefined,
};

export const localKind = defineKind({
  about: "this machine, in a background process",
  options: ProgramOptions,
  open(name, options, { version, program }) {
    const ft = options.ft === "ft" ? program : options.ft;
    const folder = options.folder === "" ? join(ftHome(), "hosts", name) : options.folder;
    return new ShellRunner({ ...shell, name }, { ...options, ft, folder }, version);
  },
});
