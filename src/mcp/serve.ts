// The server on standard input and output, until the assistant's program closes them or this one is told to stop.
import { resolve } from "node:path";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { productVersion } from "../app/info.ts";
import { expandHome } from "../core/paths.ts";
import { type McpOptions, mcpServer } from "./server.ts";

export async function serveMcp({
  signal,
  roots: named,
  ...options
}: Omit<McpOptions, "version"> & { signal: AbortSignal }): Promise<void> {
  const roots = named.map((root) => resolve(expandHome(root))) as [string, ...string[]];
  // models that are not here would be fetched, which writes and leaves the machine
  if (!options.allowWrite) process.env["HF_HUB_OFFLINE"] = "1";
  // names that are found by looking are looked for there
  process.chdir(roots[0]);
  const { server, close } = mcpServer({ ...options, roots, version: productVersion() });
  const ended = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await server.connect(new StdioServerTransport());
  await ended;
  await close();
}
