// What an assistant asked for and may not have.
import { UsageError } from "../core/errors.ts";
import { shellWord } from "../core/shell.ts";

export function outside(path: string, roots: readonly string[]): UsageError {
  return new UsageError("FT-MCP-001", {
    message: `${path} is outside the folders that this server may read: ${roots.join(", ")}`,
    hint: `ft mcp --root ${shellWord(path)} allows it`,
  });
}

export function mayNotWrite(tool: string): UsageError {
  return new UsageError("FT-MCP-002", {
    message: `${tool} writes, and this server is read-only`,
    hint: "ft mcp --allow-write allows it",
  });
}
