// What ft info prints: the backend and why, memory, versions.
import { describeMachine, type Info } from "../../app/info.ts";
import { formatBytes } from "../../core/units.ts";
import { pairs } from "../render/table.ts";
import type { Shown } from "../shown.ts";

function infoText(info: Info): string {
  const lines: [string, string][] = [
    ["ft", info.version],
    ["Backend", info.backend ?? "none"],
    ["Why", info.backendReason],
  ];
  if (info.hint !== null) lines.push(["To fix", info.hint]);
  if (info.device !== null) lines.push(["Device", info.device]);
  if (info.mlxVersion !== null) lines.push([info.library ?? "MLX", info.mlxVersion]);
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

export async function answer(): Promise<Shown> {
  const machine = await describeMachine();
  return { value: machine, text: () => infoText(machine) };
}
