// ft mcp: ft for assistants that speak the Model Context Protocol.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";

export const mcp = defineCommand({
  name: "mcp",
  summary:
    "Give an assistant access to data, runs and models over MCP; with --allow-write also to training",
  options: z.strictObject({
    root: z
      .array(z.string())
      .min(1)
      .default(["."])
      .describe("Folders whose files it may name; the first is where relative paths begin")
      .register(flags, { value: "DIR,DIR" }),
    allowWrite: z
      .boolean()
      .default(false)
      .describe(
        "It may also start and stop runs and evaluate, which write; and models may be downloaded",
      ),
  }),
  examples: ["ft mcp", "ft mcp --root ~/projects/support --allow-write"],
  run: async ({ options: { root, allowWrite } }, io) => {
    const { serveMcp } = await import("../../mcp/serve.ts");
    const roots = root as [string, ...string[]];
    await serveMcp({ environment: io.environment, roots, allowWrite, signal: io.signal });
  },
});
