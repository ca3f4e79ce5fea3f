// Every kind of host, one line each.
import { UsageError } from "../../../core/errors.ts";
import { Registry } from "../../../core/registry.ts";
import { hubJobsKind } from "./hub-jobs.ts";
import type { HostKind } from "./kind.ts";
import { localKind } from "./local.ts";
import { skypilotKind } from "./skypilot.ts";
import { slurmKind } from "./slurm.ts";
import { sshKind } from "./ssh.ts";

export const hostKinds = new Registry<HostKind>(
  {
    ssh: sshKind,
    local: localKind,
    "hf-jobs": hubJobsKind,
    slurm: slurmKind,
    skypilot: skypilotKind,
  },
  ({ name, known, nearest }) =>
    new UsageError("FT-HOST-019", {
      message: `there is no kind of host ${name}${nearest === undefined ? "" : `; did you mean ${nearest}?`}`,
      problems: [`known are ${known.join(", ")}`],
      hint: "docs/remote/hosts.md shows an entry of each kind",
    }),
);
