// Another machine over the system's ssh.
import { ProgramOptions, ShellRunner } from "../shell-runner.ts";
import { SshOptions, sshShell } from "../ssh.ts";
import { defineKind } from "./kind.ts";

export const sshKind = defineKind({
  about: "another machine, over ssh",
  options: SshOptions.extend(ProgramOptions.shape),
  open(name, { ft, folder, environment, ...ssh }, { version }) {
    return new ShellRunner(sshShell(name, ssh), { ft, folder, environment }, version);
  },
});
