// ft remote follow: a run on a host found again, to its end and its result.
import { z } from "zod";
import { defineCommand } from "../define-command.ts";
import { watchHost } from "../hosts.ts";

export const remoteFollowCommand = defineCommand({
  name: "remote follow",
  summary: "Follow a run on a host again, and fetch its result",
  arguments: { run: { about: "Run folder on this machine, or the run's id on the host" } },
  options: z.strictObject({}),
  examples: ["ft remote follow ./night", "ft remote follow ./night --json"],
  run: async ({ arguments: { run = "" } }, io) => {
    const { options, exitCode } = watchHost(io);
    const { followOnHost } = await import("../../app/remote/hosts-run.ts");
    await followOnHost(run, options);
    return exitCode();
  },
});
