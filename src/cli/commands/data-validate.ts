// ft data validate: a file of rows held against what a service takes, before anything is sent.
import { z } from "zod";
import { ExitCode } from "../../core/errors.ts";
import { flags } from "../../core/flags.ts";
import type { CheckReport } from "../../synth/profiles/index.ts";
import { profiles } from "../../synth/profiles/registry.ts";
import { defineCommand } from "../define-command.ts";
import { findingsText } from "../render/findings.ts";
import { limitsOption } from "./data-limits.ts";

const profileAbout = "Service or trainer, with its format of the rows";
const profileFlag = { value: "NAME", choices: () => profiles.names() };

export const profileOption = z.string().describe(profileAbout).register(flags, profileFlag);

function validationText({ valid, rows, profile, tokens, ...report }: CheckReport): string {
  const counted =
    tokens === null
      ? []
      : [`longest counted row: ${tokens.longest} tokens (${tokens.encoding}, ${tokens.exactness})`];
  const verdict = valid
    ? `${rows} rows, valid for ${profile}`
    : `${rows} rows, not valid for ${profile}`;
  return [...findingsText(report), ...counted, verdict].join("\n");
}

export const dataValidate = defineCommand({
  name: "data validate",
  section: "Look at sets",
  summary: "Check rows against a service's requirements; each problem has its line, field and fix",
  arguments: { file: { about: "JSON lines for training" } },
  options: z.strictObject({
    profile: z.string().default("mlx-lm").describe(profileAbout).register(flags, profileFlag),
    validation: z
      .string()
      .optional()
      .describe("JSON lines for validation: checked too, and compared with those for training")
      .register(flags, { value: "FILE" }),
    model: z.string().optional().describe("Model at the service, whose limits count"),
    on: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, "takes a day, as 2026-11-26")
      .optional()
      .describe("Date for checking which models have been retired; default: today")
      .register(flags, { value: "DATE" }),
    limits: limitsOption,
  }),
  examples: [
    "ft data validate train.jsonl",
    "ft data validate train.jsonl --profile openai-sft --model gpt-4.1-mini",
    "ft data validate train.jsonl --validation valid.jsonl --profile mistral --on 2027-02-01 --json",
  ],
  run: async ({ arguments: { file = "" }, options }, io) => {
    const { validateRows } = await import("../../app/data/validate-rows.ts");
    const report = await validateRows({ file, ...options });
    io.show(report, () => validationText(report));
    return report.valid ? ExitCode.ok : ExitCode.data;
  },
});
