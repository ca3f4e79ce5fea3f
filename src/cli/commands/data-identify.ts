// ft data identify: the conversations that stand in documents already, letter by letter.
import { z } from "zod";
import type { Identified } from "../../app/data/identify.ts";
import type { ModelRanges } from "../../app/data/making/model-ranges.ts";
import { flags } from "../../core/flags.ts";
import { sourceOptions } from "../../synth/sources/options.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { projectDefaults } from "./project-defaults.ts";

function summary({
  conversations,
  messages,
  sources,
  skipped,
  notes,
  dropped,
  output,
}: Identified): string {
  const rules = new Map<string, number>();
  for (const source of sources)
    for (const [rule, count] of Object.entries(source.rules))
      rules.set(rule, (rules.get(rule) ?? 0) + count.conversations);
  const to = output === undefined ? "" : ` in ${output}`;
  const lines = [
    `${conversations} conversations, ${messages} messages, from ${sources.length} documents${to}`,
    ...[...rules].map(([rule, count]) => `  ${rule}: ${count}`),
    ...notes.map(({ source, reason }) => `${source}: ${reason}`),
    ...skipped.map(({ source, reason }) => `Skipped ${source}: ${reason}`),
  ];
  const left = dropped.notVerbatim + dropped.tooShort + dropped.unsure;
  if (left > 0)
    lines.push(
      `Left out: ${dropped.unsure} unsure, ${dropped.tooShort} too short, ${dropped.notVerbatim} not verbatim`,
    );
  return lines.join("\n");
}

interface ModelChoice {
  model: boolean;
  provider?: string | undefined;
  providerModel?: string | undefined;
  baseUrl?: string | undefined;
}

/** What says which lines are whose, where it was named who is asked: documents are sent to nobody else. */
async function modelOf(options: ModelChoice, io: Io): Promise<ModelRanges | undefined> {
  const { model, provider, providerModel, baseUrl } = options;
  if (!model || provider === undefined) return undefined;
  const { modelRanges } = await import("../../app/data/making/model-ranges.ts");
  const models = providerModel === undefined ? [] : [providerModel];
  const choice = { provider, models, baseUrl, timeout: 60, concurrency: 5 };
  return await modelRanges(choice, io.environment, io.signal);
}

export const dataIdentify = defineCommand({
  name: "data identify",
  section: "Make rows",
  summary: "Extract conversations from documents, word for word",
  arguments: {
    path: { about: "Documents, folders, patterns, archives", many: true },
  },
  options: z.strictObject({
    output: z
      .string()
      .optional()
      .describe("Output file, one row per conversation; without it only the report is printed")
      .register(flags, { short: "o", value: "OUT.jsonl" }),
    model: z
      .boolean()
      .default(true)
      .describe("The model of --provider decides what rules leave open")
      .register(flags, { off: "Rules only" }),
    provider: z
      .string()
      .optional()
      .describe(
        "Provider that decides what the rules leave open; it returns ranges of lines, never text",
      )
      .register(flags, { value: "NAME" }),
    providerModel: z.string().optional().describe("Its model").register(flags, { value: "NAME" }),
    baseUrl: z
      .string()
      .optional()
      .describe("Another address of the provider")
      .register(flags, { value: "URL" }),
    writeText: z
      .string()
      .optional()
      .describe("Write the text that offsets refer to, one file per document")
      .register(flags, { value: "DIR" }),
    assistant: z
      .array(z.string())
      .default([])
      .describe("Name of a speaker who answers, as in the documents; may be repeated")
      .register(flags, { value: "NAME" }),
    minTurns: z.int().min(1).default(2).describe("Leave out conversations of fewer messages"),
    confidence: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe("Leave out conversations with a lower confidence"),
    ...sourceOptions,
  }),
  standing: projectDefaults,
  saved: { without: [] },
  examples: [
    "ft data identify docs/ --no-model -o found.jsonl",
    "ft data identify chat.txt --assistant Ben -o found.jsonl",
    "ft data identify 'mail/*.html' export.zip --write-text texts -o found.jsonl --json",
  ],
  run: async ({ operands, options }, io) => {
    const { identifyConversations } = await import("../../app/data/identify.ts");
    const { assistant, confidence, output, writeText, minTurns } = options;
    const model = await modelOf(options, io);
    try {
      const told = await identifyConversations({
        paths: operands,
        output,
        writeText,
        minTurns,
        assistants: assistant,
        minConfidence: confidence,
        rangesOf: model?.rangesOf,
        reading: options,
        signal: io.signal,
      });
      io.show(told, () => summary(told));
    } finally {
      await model?.close();
    }
  },
});
