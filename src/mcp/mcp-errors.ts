// What an assistant asked for and may not have.
import { UsageError } from "../core/errors.ts";
import { shellWord } from "../core/shell.ts";

export function outside(path: string, roots: readonly string[]): UsageError {
  return new UsageError("FT-MCP-001", {
    message: `${path} is in none of the folders that may be looked at: ${roots.join(", ")}`,
    hint: `ft mcp --root ${shellWord(path)} lets it in`,
  });
}

export function mayNotWrite(tool: string): UsageError {
  return new UsageError("FT-MCP-002", {
    message: `${tool} writes, and this server only reads`,
    hint: "ft mcp --allow-write lets it write",
  });
}
