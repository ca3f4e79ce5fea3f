// What a tool is. The next one is a file here and a line in registry.ts.
import type { z } from "zod";
import type { Environment } from "../../core/paths.ts";
import type { Places } from "../places.ts";

export interface ToolContext {
  environment: Environment;
  places: Places;
  /** Aborted when the assistant takes its question back. */
  signal: AbortSignal;
  /** Has the queue worked on. */
  beginWork(): void;
}

export interface McpTool {
  title: string;
  /** For the assistant: what it does, when to take it, what comes back. */
  about: string;
  /** Changes something on this machine: refused unless the person allows it. */
  writes: boolean;
  input: z.ZodObject;
  /** JSON. What it throws is told with code and hint. */
  run(input: unknown, context: ToolContext): Promise<object>;
}

export interface ToolDefinition<Input extends z.ZodObject> extends Omit<McpTool, "input" | "run"> {
  input: Input;
  run(input: z.infer<Input>, context: ToolContext): Promise<object>;
}

/** Keeps the types of input and function together while they are written. */
export function defineTool<Input extends z.ZodObject>(tool: ToolDefinition<Input>): McpTool {
  return {
    ...tool,
    run: async (input, context) => await tool.run(tool.input.parse(input), context),
  };
}
