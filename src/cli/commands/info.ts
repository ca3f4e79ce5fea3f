// ft info: the backend and why, memory, versions.
import { z } from "zod";
import { describeMachine, type Info } from "../../app/info.ts";
import { type ToldVariable, toldVariables } from "../../app/settings/told-variables.ts";
import { formatBytes } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";
import { pairs, table } from "../render/table.ts";

function infoText(info: Info): string {
  const lines: [string, string][] = [
    ["ft", info.version],
    ["Backend", info.backend ?? "none"],
    ["Why", info.backendReason],
  ];
  if (info.hint !== null) lines.push(["To mend", info.hint]);
  if (info.device !== null) lines.push(["Device", info.device]);
  if (info.mlxVersion !== null) lines.push(["MLX", info.mlxVersion]);
  if (info.blas !== null) lines.push(["BLAS", info.blas]);
  if (info.threads !== null) lines.push(["Threads", String(info.threads)]);
  lines.push(["Memory", formatBytes(info.memoryBytes)]);
  if (info.recommendedBytes !== null) {
    lines.push(["Usable by the device", formatBytes(info.recommendedBytes)]);
  }
  if (info.dtypes.length > 0) lines.push(["Precisions", info.dtypes.join(", ")]);
  lines.push(["Platform", info.platform], ["Node", info.node]);
  return pairs(lines, "");
}

function variableTable(told: readonly ToldVariable[]): string {
  return table(told, [
    { title: "VARIABLE", value: ({ name }) => name },
    { title: "VALUE", value: ({ value }) => value ?? "-" },
    { title: "FROM", value: ({ source }) => source },
    { title: "WHAT", value: ({ about }) => about },
  ]);
}

export const info = defineCommand({
  name: "info",
  summary: "Show the backend, its reason, memory and versions",
  options: z.strictObject({
    env: z
      .boolean()
      .default(false)
      .describe(
        "Show the variables of data sets and the studio instead, and where each comes from",
      ),
  }),
  examples: ["ft info", "ft info --json", "ft info --env"],
  run: async ({ options: { env } }, io) => {
    if (env) {
      const told = toldVariables(io.environment);
      return io.show({ variables: told }, () => variableTable(told));
    }
    const machine = await describeMachine();
    io.show(machine, () => infoText(machine));
  },
});
