// ft data identify: the conversations that stand in documents already, letter by letter.
import { z } from "zod";
import type { Identified } from "../../app/data/identify.ts";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";

function summary({
  conversations,
  messages,
  sources,
  skipped,
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
    ...skipped.map(({ source, reason }) => `Skipped ${source}: ${reason}`),
  ];
  const left = dropped.notVerbatim + dropped.tooShort + dropped.unsure;
  if (left > 0)
    lines.push(
      `Left out: ${dropped.unsure} unsure, ${dropped.tooShort} too short, ${dropped.notVerbatim} not verbatim`,
    );
  return lines.join("\n");
}

export const dataIdentify = defineCommand({
  name: "data identify",
  summary: "Find the conversations that stand in documents, letter by letter",
  arguments: {
    path: { about: "Documents, folders, patterns, archives", many: true },
  },
  options: z.strictObject({
    output: z
      .string()
      .optional()
      .describe("Rows, one a conversation; without it only the report is printed")
      .register(flags, { short: "o", value: "OUT.jsonl" }),
    model: z
      .boolean()
      .default(true)
      .describe("A model decides what rules leave open, where one is set up")
      .register(flags, { off: "Rules only" }),
    writeText: z
      .string()
      .optional()
      .describe("Write the text that offsets count in, a file for each document")
      .register(flags, { value: "DIR" }),
    assistant: z
      .array(z.string())
      .default([])
      .describe("A speaker who answers, as the documents name them; again for more")
      .register(flags, { value: "NAME" }),
    minTurns: z.int().min(1).default(2).describe("Leave out conversations of fewer messages"),
    confidence: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe("Leave out what rules are less sure of"),
  }),
  examples: [
    "ft data identify docs/ --no-model -o found.jsonl",
    "ft data identify chat.txt --assistant Ben -o found.jsonl",
    "ft data identify 'mail/*.html' export.zip --write-text texts -o found.jsonl --json",
  ],
  run: async ({ operands, options }, io) => {
    const { identifyConversations } = await import("../../app/data/identify.ts");
    const { assistant, confidence, output, writeText, minTurns } = options;
    const told = await identifyConversations({
      paths: operands,
      output,
      writeText,
      minTurns,
      assistants: assistant,
      minConfidence: confidence,
      signal: io.signal,
    });
    io.show(told, () => summary(told));
  },
});
