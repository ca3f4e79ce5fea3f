// What config.json says of packed weights, in MLX's words: a setting for the layers that are packed, and others for those
// that have one of their own. Which layers are packed is not said there: the tensors tell.
import { z } from "zod";
import { jsonText } from "../../core/json-text.ts";
import type { Packing } from "../../mx/index.ts";

type Config = Readonly<Record<string, unknown>>;
type Mode = NonNullable<Packing["mode"]>;

interface Format {
  groupSizes: readonly number[];
  bits: readonly number[];
}

const formats: Readonly<Record<Mode, Format>> = {
  affine: { groupSizes: [32, 64, 128], bits: [2, 3, 4, 5, 6, 8] },
  mxfp4: { groupSizes: [32], bits: [4] },
  mxfp8: { groupSizes: [32], bits: [8] },
  nvfp4: { groupSizes: [16], bits: [4] },
};

export const PACKING_MODES = Object.keys(formats) as Mode[];

const Setting = z.object({
  group_size: z.int(),
  bits: z.int(),
  mode: z.enum(PACKING_MODES).default("affine"),
});
const settingKeys: readonly string[] = Object.keys(Setting.shape);

const either = (values: readonly number[]): string =>
  values.join(", ").replace(/, (?=\d+$)/, " or ");

/** What is wrong with a packing, or undefined. */
export function packingProblem({ groupSize, bits, mode = "affine" }: Packing): string | undefined {
  const { groupSizes, bits: widths } = formats[mode];
  if (!widths.includes(bits)) return `${mode} has ${either(widths)} bits, not ${bits}`;
  if (groupSizes.includes(groupSize)) return undefined;
  return `${mode} has groups of ${either(groupSizes)}, not of ${groupSize}`;
}

/** Weights that share a scale where nothing else is asked for; 32 lose far less of a small model than 64. */
export function usualGroupSize(mode: Mode): number {
  return formats[mode].groupSizes[0] as number;
}

/** Bits where nothing else is asked for. */
export function usualBits(mode: Mode): number {
  const { bits } = formats[mode];
  return bits.find((one) => one === 4) ?? (bits[0] as number);
}

function settingOf(value: unknown): Packing | undefined {
  const { data } = Setting.safeParse(value);
  if (data === undefined) return undefined;
  const packing = { groupSize: data.group_size, bits: data.bits, mode: data.mode };
  return packingProblem(packing) === undefined ? packing : undefined;
}

/** Layers that have a setting of their own; what that leaves unsaid is as for the others. */
function ownSettings(quantization: object): [layer: string, setting: unknown][] {
  const general = quantization as Record<string, unknown>;
  return Object.entries(general)
    .filter(([key, value]) => !settingKeys.includes(key) && typeof value === "object")
    .map(([layer, value]) => [
      layer,
      { group_size: general["group_size"], bits: general["bits"], ...(value as object) },
    ]);
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** How the packed layers of this config are packed; undefined where nothing is. */
export function packingOf({ quantization }: Config): Packing | undefined {
  return isAbsent(quantization) ? undefined : settingOf(quantization);
}

/** The same layer by layer: by name, for those that have a setting of their own. */
export function ownPackingsOf({ quantization }: Config): ReadonlyMap<string, Packing> {
  if (isAbsent(quantization)) return new Map();
  const settings = ownSettings(quantization as object).map(
    ([layer, setting]) => [layer, settingOf(setting)] as const,
  );
  return new Map(settings.filter((entry): entry is [string, Packing] => entry[1] !== undefined));
}

function settingProblem(setting: unknown): string | undefined {
  const { data, error } = Setting.safeParse(setting);
  if (error === undefined)
    return packingProblem({ groupSize: data.group_size, bits: data.bits, mode: data.mode });
  const [issue] = error.issues;
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a setting"}`;
}

function problemOf(quantization: unknown): string | undefined {
  const problem = settingProblem(quantization);
  if (problem !== undefined) return problem;
  for (const [layer, setting] of ownSettings(quantization as object)) {
    const own = settingProblem(setting);
    if (own !== undefined) return `${layer}: ${own}`;
  }
  return undefined;
}

const packIt =
  "take the model that it was made from and let ft pack it (--load-in-4bit true), or its version of mlx-community";

/** What other tools pack weights with, and what to use instead. */
const foreignMethods: ReadonlyMap<string, string> = new Map([
  ["awq", `AWQ's weights are not read: ${packIt}`],
  ["gptq", `GPTQ's weights are not read: ${packIt}`],
  ["compressed-tensors", `compressed-tensors' weights are not read: ${packIt}`],
  ["bitsandbytes", `the weights of bitsandbytes are not read: ${packIt}`],
]);

function foreignProblem(foreign: unknown): string {
  const method = (foreign as { quant_method?: unknown }).quant_method;
  const known = foreignMethods.get(jsonText(method).toLowerCase());
  return known ?? `of quantized models MLX's own and FP8 are read: ${packIt}`;
}

const LONGEST_SHOWN = 120;

/** A value of a configuration in a message: a stranger's may be megabytes. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

/** Why the weights that a config describes cannot be read. */
export function quantizationProblems(config: Config): string[] {
  const { quantization, quantization_config: foreign, quantize_activations } = config;
  const told = (key: string, because: string): string =>
    `${key} = ${shown(config[key])}: ${because}`;
  if (quantize_activations === true)
    return [told("quantize_activations", "only weights are packed here")];
  if (!isAbsent(quantization)) {
    const problem = problemOf(quantization);
    return problem === undefined ? [] : [told("quantization", problem)];
  }
  if (isAbsent(foreign)) return [];
  return [told("quantization_config", foreignProblem(foreign))];
}
