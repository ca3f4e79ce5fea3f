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
      .describe("Folders that it may read; relative paths start at the first")
      .register(flags, { value: "DIR,DIR" }),
    allowWrite: z
      .boolean()
      .default(false)
      .describe("Also allow it to start and stop runs, to evaluate, and to download models"),
  }),
  examples: ["ft mcp", "ft mcp --root ~/projects/support --allow-write"],
  run: async ({ options: { root, allowWrite } }, io) => {
    const { serveMcp } = await import("../../mcp/serve.ts");
    const roots = root as [string, ...string[]];
    await serveMcp({ environment: io.environment, roots, allowWrite, signal: io.signal });
  },
});
