// ft remote models: the models that Tinker trains, as it tells them.
import { z } from "zod";
import { remoteModels } from "../../app/remote/tinker.ts";
import { defineCommand } from "../define-command.ts";
import { remoteOptions } from "../remote.ts";
import { table } from "../render/table.ts";

export const remoteModelsCommand = defineCommand({
  name: "remote models",
  summary: "List the models that Tinker offers now",
  options: z.strictObject({}),
  examples: ["ft remote models", "ft remote models --json"],
  run: async (_, io) => {
    const models = await remoteModels(remoteOptions(io));
    io.show({ models }, () =>
      models.length === 0
        ? "Tinker offers no models now."
        : table(models, [
            { title: "MODEL", value: ({ name }) => name },
            { title: "CONTEXT", value: ({ contextLength }) => contextLength ?? "-" },
            { title: "TRAINS", value: ({ trains }) => (trains ? "yes" : "no") },
            { title: "ANSWERS", value: ({ samples }) => (samples ? "yes" : "no") },
          ]),
    );
  },
});
