// ft data fix: a file of rows mended for a service, as another file.
import { z } from "zod";
import type { ToldFix } from "../../app/data/fix-rows.ts";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { limitsOption } from "./data-limits.ts";
import { profileOption } from "./data-validate.ts";

const toldAtMost = 50;

function fixText({ out, rows, changes, valid, left, counts }: ToldFix): string {
  const told = changes
    .slice(0, toldAtMost)
    .map(({ code, line, change }) => `line ${line}: ${change} (${code})`);
  const sums = Object.entries(counts).map(([code, count]) => `${code} ${count}`);
  const more = changes.length > toldAtMost ? [`… in all: ${sums.join(", ")}`] : [];
  const verdict = valid ? "valid now" : `${left.errors} errors are left: ft data validate ${out}`;
  return [
    ...told,
    ...more,
    `${out}: ${rows} rows read, ${changes.length} changes; ${verdict}`,
  ].join("\n");
}

export const outOption = z
  .string()
  .describe("File to write")
  .register(flags, { short: "o", value: "OUT" });

export const dataFix = defineCommand({
  name: "data fix",
  section: "Improve rows",
  summary: "Fix the faults of rows that can be fixed safely, and list what was changed",
  arguments: { file: { about: "JSON lines; never touched" } },
  options: z.strictObject({ out: outOption, profile: profileOption, limits: limitsOption }),
  examples: ["ft data fix train.jsonl -o fixed.jsonl --profile anthropic-bedrock"],
  run: async ({ arguments: { file = "" }, options: { out, ...options } }, io) => {
    const { fixRows } = await import("../../app/data/fix-rows.ts");
    const report = await fixRows(file, out, options);
    io.show(report, () => fixText(report));
  },
});
