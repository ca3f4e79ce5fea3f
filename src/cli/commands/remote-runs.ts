// ft remote runs: the training runs that Tinker keeps for this key.
import { z } from "zod";
import { remoteRuns } from "../../app/remote/tinker.ts";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { remoteOptions } from "../remote.ts";
import { table } from "../render/table.ts";

export const remoteRunsCommand = defineCommand({
  name: "remote runs",
  summary: "List the training runs that Tinker keeps",
  options: z.strictObject({
    limit: z
      .int()
      .min(1)
      .default(20)
      .describe("Runs to list, the newest first")
      .register(flags, { value: "N" }),
  }),
  examples: ["ft remote runs", "ft remote runs --limit 100 --json"],
  run: async ({ options }, io) => {
    const runs = await remoteRuns(remoteOptions(io), options.limit);
    io.show({ runs }, () =>
      runs.length === 0
        ? "Tinker keeps no runs for this key yet. ft remote train starts one."
        : table(runs, [
            { title: "RUN", value: ({ runId }) => runId },
            { title: "MODEL", value: ({ baseModel }) => baseModel },
            { title: "RANK", value: ({ rank }) => rank ?? "-" },
            { title: "LAST REQUEST", value: ({ lastRequest }) => lastRequest },
            { title: "CHECKPOINT", value: ({ stateUri }) => stateUri ?? "-" },
          ]),
    );
  },
});
