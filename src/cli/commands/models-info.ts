// ft models info: what a model holds, and whether it can be trained here.
import { z } from "zod";
import type { ModelInfo } from "../../app/models/model-info.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes } from "../../core/units.ts";
import { defineCommand } from "../define-command.ts";
import { pairs } from "../render/table.ts";

function mappingText({ mapping }: ModelInfo): string {
  if (mapping === null) return "this architecture is not supported";
  const { mapped, tied, ignored, missing, unexpected, problems } = mapping;
  const more = Object.entries({ tied, ignored, "of another shape": problems })
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `, ${names.length} ${what}`);
  return `${mapped} mapped, ${missing.length} missing, ${unexpected.length} unexpected${more.join("")}`;
}

function modelText(model: ModelInfo, withMemory: boolean): string {
  const dtypes = Object.entries(model.dtypes).map(
    ([dtype, count]) => `${dtype} ${count.toLocaleString("en-US")}`,
  );
  return pairs(
    [
      ["Model", model.name],
      ["Folder", model.folder],
      ["License", model.license ?? "not said"],
      ["Architecture", `${model.architecture}${model.supported ? "" : " (not supported)"}`],
      ["Parameters", model.parameters.toLocaleString("en-US")],
      ...layerLines(model),
      ["Precision", dtypes.join(", ")],
      ...quantizationLines(model),
      ["Tensors", `${model.tensors}: ${mappingText(model)}`],
      ["Size", formatBytes(model.bytes)],
      ["Template", templateText(model)],
      ["Files", model.files.map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`).join(", ")],
      ...memoryLines(model, withMemory),
    ],
    "",
  );
}

function layerLines({ layers }: ModelInfo): [string, string][] {
  if (layers === null) return [];
  const counts = new Map<string, number>();
  for (const { kind, experts } of layers) {
    const name = experts > 1 ? `${kind} with ${experts} experts` : kind;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [["Layers", [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ")]];
}

function templateText({ template, baseModel }: ModelInfo): string {
  if (baseModel === null) return "its tokenizer cannot be read";
  if (template === null) return "none: a base model, which continues texts rather than answer";
  const { markers, tools, marksAnswers } = template;
  const words = [
    markers.join(" "),
    ...(tools ? ["tools"] : []),
    ...(marksAnswers ? ["marks its answers"] : []),
  ];
  return words.filter((word) => word !== "").join(", ") || "its own";
}

function quantizationLines({ quantization }: ModelInfo): [string, string][] {
  if (quantization === null) return [];
  const { bits, group_size, mode } = quantization;
  return [["Quantized", `${mode}, ${bits} bits, groups of ${group_size}`]];
}

function memoryLines({ memory }: ModelInfo, asked: boolean): [string, string][] {
  if (!asked || memory === null) return [];
  const terms = memory.terms.map(({ name, bytes }): [string, string] => [
    `  ${name}`,
    formatBytes(bytes),
  ]);
  return [["Training, 4 rows of 2048 tokens", formatBytes(memory.totalBytes)], ...terms];
}

export const modelsInfo = defineCommand({
  name: "models info",
  summary: "Show a model's parameters, architecture, precision and files",
  arguments: { model: { about: "Hub id, folder, .gguf file, or builtin/tiny" } },
  options: z.strictObject({
    memory: z
      .boolean()
      .default(false)
      .describe("Show what training would need at its peak")
      .register(flags, { short: "m" }),
    revision: z
      .string()
      .optional()
      .describe("Branch, tag or commit on the Hub")
      .register(flags, { value: "REVISION" }),
  }),
  examples: [
    "ft models info builtin/tiny",
    "ft models info HuggingFaceTB/SmolLM2-135M-Instruct --json",
  ],
  run: async (input, io) => {
    const { modelInfo } = await import("../../app/models/model-info.ts");
    const model = await modelInfo(input.arguments.model ?? "", {
      revision: input.options.revision,
      signal: io.signal,
    });
    io.show(model, () => modelText(model, input.options.memory));
  },
});
