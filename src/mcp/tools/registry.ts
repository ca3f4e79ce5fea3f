// Every tool by the name that assistants call it: the next one is a line here.
import { describeData, listData, validateData } from "./data.ts";
import { evaluate } from "./evaluation.ts";
import { askModel, listModels } from "./models.ts";
import { estimateRun, followRun, listRuns, showRun, startRun, stopRun } from "./runs.ts";
import type { McpTool } from "./types.ts";

export const mcpTools: Readonly<Record<string, McpTool>> = {
  list_data: listData,
  describe_data: describeData,
  validate_data: validateData,
  list_models: listModels,
  ask_model: askModel,
  evaluate,
  list_runs: listRuns,
  show_run: showRun,
  estimate_run: estimateRun,
  start_run: startRun,
  follow_run: followRun,
  stop_run: stopRun,
};
