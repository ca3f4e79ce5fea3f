// The table that `make quick-proof` prints, and by how much the tuned model leads. Text from figures.
// Measures nothing.

/** Percent right, by kind of table. */
export type Scores = Record<string, number>;

/** In points; what tuning was to bring over everything else. */
const goal = 60;
const nameWidth = 30;

/** Smallest difference on `label` between the tuned model and any other row. */
export function leadOf(table: Readonly<Record<string, Scores>>, label: string): number {
  const tuned = table["tuned"]?.[label] ?? 0;
  const others = Object.entries(table).filter(([name]) => name !== "tuned");
  return Math.min(...others.map(([, scores]) => tuned - (scores[label] ?? 0)));
}

export function proofText(title: string, table: Readonly<Record<string, Scores>>): string {
  const labels = Object.keys(table["tuned"] ?? {});
  const rows = Object.entries(table).map(([name, scores]) => {
    const cells = labels.map((label) => `${(scores[label] ?? 0).toFixed(1)} %`.padStart(14));
    return `${name.padEnd(nameWidth)}${cells.join("")}`;
  });
  const lead = leadOf(table, "new tables").toFixed(1);
  return [
    title,
    "".padEnd(nameWidth) + labels.map((label) => label.padStart(14)).join(""),
    ...rows,
    `On new tables the tuned model leads by ${lead} points (goal: ${goal}) over everything else.`,
  ].join("\n");
}
