// ft remote checkpoints: what Tinker keeps of runs, by address.
import { z } from "zod";
import { remoteCheckpoints } from "../../app/remote/tinker.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";
import { remoteOptions } from "../remote.ts";
import { table } from "../render/table.ts";

export const remoteCheckpointsCommand = defineCommand({
  name: "remote checkpoints",
  summary: "List the checkpoints that Tinker keeps, of one run or of all",
  arguments: {
    run: {
      about: "Id of a run at Tinker; default: the newest checkpoints of all runs",
      optional: true,
    },
  },
  options: z.strictObject({
    limit: z
      .int()
      .min(1)
      .default(50)
      .describe("Checkpoints to list")
      .register(flags, { value: "N" }),
  }),
  examples: ["ft remote checkpoints", "ft remote checkpoints 0a1b2c3d:train:0 --json"],
  run: async ({ arguments: { run }, options: { limit } }, io) => {
    const checkpoints = await remoteCheckpoints(remoteOptions(io), { runId: run, limit });
    io.show({ checkpoints }, () =>
      checkpoints.length === 0
        ? "Tinker keeps no checkpoints here."
        : table(checkpoints, [
            { title: "ADDRESS", value: ({ uri }) => uri },
            { title: "KIND", value: ({ kind }) => kind },
            { title: "TIME", value: ({ time }) => time },
            { title: "SIZE", value: ({ bytes }) => (bytes === null ? "-" : formatBytes(bytes)) },
          ]),
    );
  },
});
