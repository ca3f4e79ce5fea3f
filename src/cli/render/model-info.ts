// What a model holds, for a person to read: a line for each fact.
import { QUICK_ROW } from "../../app/config/presets.ts";
import type { ModelInfo } from "../../app/models/model-info.ts";
import { formatBytes } from "../../core/units.ts";
import { pairs } from "./table.ts";

function mappingText({ mapping }: ModelInfo): string {
  if (mapping === null) return "this architecture is not supported";
  const { mapped, tied, ignored, missing, unexpected, problems } = mapping;
  const more = Object.entries({ tied, ignored, "of another shape": problems })
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `, ${names.length} ${what}`);
  return `${mapped} mapped, ${missing.length} missing, ${unexpected.length} unexpected${more.join("")}`;
}

/** `withMemory`: and what training it would need. */
export function modelText(model: ModelInfo, withMemory: boolean): string {
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
      ["Files", filesText(model)],
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
  const several = (name: string): string => name.replace(/^block\b/, "blocks");
  const text = [...counts].map(([name, count]) => `${count} ${count > 1 ? several(name) : name}`);
  return [["Layers", text.join(", ")]];
}

const MOST_FILES = 3;

/** The largest models have hundreds. */
function filesText({ files }: ModelInfo): string {
  const named = files.map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`);
  if (files.length <= MOST_FILES) return named.join(", ");
  return `${files.length}: ${files[0]?.name} to ${files.at(-1)?.name}`;
}

function templateText({ template, baseModel }: ModelInfo): string {
  if (baseModel === null) return "its tokenizer cannot be read";
  if (template === null)
    return "none: a base model, which continues texts rather than answer (ft templates list has some)";
  const { markers, tools, marksAnswers } = template;
  const words = [
    markers.join(" "),
    ...(tools ? ["tools"] : []),
    ...(marksAnswers ? ["marks its answers"] : []),
  ];
  return words.filter((word) => word !== "").join(", ") || "its own";
}

function quantizationLines({ quantization, config }: ModelInfo): [string, string][] {
  if (quantization === null) return [];
  const { bits, group_size, mode } = quantization;
  const said = (config as { quantization?: object }).quantization ?? {};
  const own = Object.values(said).filter((value) => typeof value === "object").length;
  const more = own === 0 ? "" : `; ${own} ${own === 1 ? "layer" : "layers"} otherwise`;
  return [["Quantized", `${mode}, ${bits} bits, groups of ${group_size}${more}`]];
}

function memoryLines({ memory }: ModelInfo, asked: boolean): [string, string][] {
  if (!asked || memory === null) return [];
  const terms = memory.terms
    .filter(({ bytes }) => bytes !== 0)
    .map(({ name, bytes }): [string, string] => [`  ${name}`, formatBytes(bytes)]);
  const about = `${formatBytes(memory.totalBytes)}, with rows of up to ${QUICK_ROW} tokens`;
  return [["For ft train quick", about], ...terms];
}
