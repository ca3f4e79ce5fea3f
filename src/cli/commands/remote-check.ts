// ft remote check: whether a run could begin on a host, and what it has.
import { z } from "zod";
import { checkHost } from "../../app/remote/hosts.ts";
import { formatBytes, formatDollars } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";

export const remoteCheckCommand = defineCommand({
  name: "remote check",
  summary: "Check whether a run could start on a host",
  arguments: { host: { about: "Name of a host: ft remote hosts lists them" } },
  options: z.strictObject({}),
  examples: ["ft remote check local", "ft remote check big-mac --json"],
  run: async ({ arguments: { host = "" } }, io) => {
    const found = await checkHost(io.environment, host);
    io.show(found, () =>
      [
        `${found.name} (${found.kind}): ready`,
        found.version === null
          ? "which ft it has shows when something runs there"
          : `ft ${found.version}, node ${found.node}, ${found.platform}`,
        `computes on ${found.device ?? found.backend}, ${formatBytes(found.memoryBytes)} of memory`,
        `${formatBytes(found.freeBytes)} free on its disk`,
        ...(found.cost === null
          ? []
          : [
              `${formatDollars(found.cost.hourly)} an hour, at most ${formatDollars(found.cost.most)} a run`,
            ]),
      ].join("\n"),
    );
  },
});
