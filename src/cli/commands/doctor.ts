// ft doctor: what is wrong with this installation, and what mends it.
import { z } from "zod";
import { ExitCode } from "../../core/errors.ts";
import { defineCommand } from "../define-command.ts";

const marks = { ok: "✓", warn: "!", fail: "✗" } as const;

export const doctor = defineCommand({
  name: "doctor",
  summary: "Find what is wrong with this installation and how to fix it",
  options: z.strictObject({}),
  examples: ["ft doctor", "ft doctor --json"],
  run: async (_, io) => {
    const { examine, thisMachine } = await import("../../app/doctor/index.ts");
    const checks = await examine(thisMachine(io.environment));
    const width = Math.max(...checks.map(({ name }) => name.length));
    io.show({ checks }, () =>
      checks
        .flatMap(({ name, found, verdict, remedy }) => [
          `${marks[verdict]} ${name.padEnd(width)}  ${found}`,
          ...(remedy === null ? [] : [`  ${" ".repeat(width)}  → ${remedy}`]),
        ])
        .join("\n"),
    );
    return checks.some(({ verdict }) => verdict === "fail") ? ExitCode.runFailed : ExitCode.ok;
  },
});
