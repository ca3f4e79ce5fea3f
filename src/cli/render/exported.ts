// What an export made, a line each: its files, what it lacks, what to know of it.
import { relative } from "node:path";
import type { ExportedModel } from "../../app/share/export-model.ts";
import { formatBytes } from "../../core/units.ts";

export function exportedText({ output, files, bytes, dropped, notes }: ExportedModel): string {
  const nameOf = (path: string): string => (path === output ? output : relative(output, path));
  const size = ({ path, bytes: length }: (typeof files)[number]): string =>
    `  ${nameOf(path)}  ${formatBytes(length)}`;
  return [
    `${output}: ${formatBytes(bytes)}`,
    ...(files.length > 1 ? files.map(size) : []),
    ...dropped.map(({ what, why }) => `left out: ${what}: ${why}`),
    ...notes,
  ].join("\n");
}
