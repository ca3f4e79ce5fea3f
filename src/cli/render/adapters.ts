// What an adapter holds, and what was written of one, in words.
import type { AdapterInfo, WrittenAdapterInfo } from "../../app/share/adapter-commands.ts";
import { formatCount } from "../../core/units.ts";

const droppedLines = (dropped: AdapterInfo["dropped"]): string[] =>
  dropped.map(({ what, why }) => `left out: ${what}: ${why}`);

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([value, count]) => `${value} (${count} layers)`)
    .join(", ");

export function adapterInfoText(found: AdapterInfo): string {
  return [
    `${found.folder}: ${found.kind}, in the form ${found.format}, for ${found.base}`,
    `${found.layers} layers (${found.targets.join(", ")}), ${formatCount(found.parameters)} parameters`,
    `rank ${listed(found.ranks)}; scale ${listed(found.scales)}`,
    ...(found.template === null ? [] : [`trained with the template ${found.template}`]),
    ...(found.replaced.length === 0 ? [] : [`whole: ${found.replaced.join(", ")}`]),
    ...droppedLines(found.dropped),
  ].join("\n");
}

export function writtenAdapterText({
  outputDir,
  format,
  tensors,
  dropped,
}: WrittenAdapterInfo): string {
  return [`${outputDir}: ${tensors} tensors, in the form ${format}`, ...droppedLines(dropped)].join(
    "\n",
  );
}
