// What is lost in another form, and which rows are left out, as lines of text.
import type { BadRow, LossEntry } from "../../synth/profiles/index.ts";

const toldAtMost = 20;

export function lossesText({
  losses,
  refused,
}: {
  losses: readonly LossEntry[];
  refused: readonly BadRow[];
}): string[] {
  const lost = losses.map(
    ({ field, why, rows, line }) =>
      `lost: ${field} of ${rows} rows, line ${line} the first: ${why}`,
  );
  const left = refused.map(
    ({ line, field, why }) => `left out: line ${line}${field === "" ? "" : `, ${field}`}: ${why}`,
  );
  const more = left.length > toldAtMost ? [`… and ${left.length - toldAtMost} more`] : [];
  return [...lost, ...left.slice(0, toldAtMost), ...more];
}
