// The server: tools as the protocol has them, and what they throw as answers that say what mends it.
// Speaks over standard input and output only, so nothing but the assistant's program can reach it.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { FtError } from "../core/errors.ts";
import { redact } from "../core/logger.ts";
import type { Environment } from "../core/paths.ts";
import { mayNotWrite } from "./mcp-errors.ts";
import { Places } from "./places.ts";
import { mcpTools } from "./tools/registry.ts";
import type { McpTool } from "./tools/types.ts";
import { Work } from "./work.ts";

export interface McpOptions {
  version: string;
  environment: Environment;
  /** Folders that may be looked at; the first is where relative paths begin. */
  roots: readonly [string, ...string[]];
  allowWrite: boolean;
}

const answer = (value: unknown): CallToolResult => ({
  content: [{ type: "text", text: JSON.stringify(value) }],
});

function refusal(thrown: unknown): CallToolResult {
  if (!(thrown instanceof FtError)) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    return { ...answer({ error: { message: redact(said) } }), isError: true };
  }
  const { code, message, hint, problems } = thrown;
  const error = {
    code,
    message: redact(message),
    ...(hint !== undefined && { hint }),
    ...(problems.length > 0 && { problems: problems.map((problem) => redact(problem)) }),
  };
  return { ...answer({ error }), isError: true };
}

export interface FtMcp {
  server: McpServer;
  /** Ends what this server works on. */
  close(): Promise<void>;
}

export function mcpServer({ version, environment, roots, allowWrite }: McpOptions): FtMcp {
  const server = new McpServer({ name: "ft", version });
  const places = new Places(roots);
  const work = new Work(environment);
  const beginWork = (): void => work.begin();
  const call = async (name: string, tool: McpTool, input: unknown, signal: AbortSignal) => {
    try {
      if (tool.writes && !allowWrite) throw mayNotWrite(name);
      return answer(await tool.run(input, { environment, places, signal, beginWork }));
    } catch (error) {
      return refusal(error);
    }
  };
  for (const [name, tool] of Object.entries(mcpTools)) {
    const { title, about: description, writes, input } = tool;
    const annotations = { readOnlyHint: !writes, destructiveHint: false, openWorldHint: false };
    const described = { title, description, inputSchema: input.shape, annotations };
    server.registerTool(
      name,
      described,
      async (given: unknown, { signal }) => await call(name, tool, given, signal),
    );
  }
  return {
    server,
    close: async () => {
      await server.close();
      await work.end();
    },
  };
}
