// What config.json says of packed weights, in MLX's words: one setting for every layer that is packed.
// Which layers those are is not said there: the tensors tell.
import { z } from "zod";
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

function settingOf(value: unknown): Packing | undefined {
  const { data } = Setting.safeParse(value);
  if (data === undefined) return undefined;
  const packing = { groupSize: data.group_size, bits: data.bits, mode: data.mode };
  return packingProblem(packing) === undefined ? packing : undefined;
}

const same = (a: Packing | undefined, b: Packing): boolean =>
  a?.groupSize === b.groupSize && a.bits === b.bits && a.mode === b.mode;

/** Layers that have another setting than the one for all; false there means that a layer is not packed. */
function otherSettings(quantization: object, packing: Packing): string[] {
  return Object.entries(quantization)
    .filter(([key, value]) => !settingKeys.includes(key) && typeof value === "object")
    .filter(([, value]) => !same(settingOf(value), packing))
    .map(([layer]) => layer);
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** How the packed layers of this config are packed; undefined where nothing is. */
export function packingOf({ quantization }: Config): Packing | undefined {
  return isAbsent(quantization) ? undefined : settingOf(quantization);
}

function problemOf(quantization: unknown): string | undefined {
  const { data, error } = Setting.safeParse(quantization);
  if (error !== undefined) {
    const [issue] = error.issues;
    return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a setting"}`;
  }
  const packing = { groupSize: data.group_size, bits: data.bits, mode: data.mode };
  const others = otherSettings(quantization as object, packing);
  if (others.length === 0) return packingProblem(packing);
  return `models of several settings are not read yet, and ${others[0]} has one of its own`;
}

const LONGEST_SHOWN = 120;

function shown(value: unknown): string {
  const text = JSON.stringify(value);
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
  return [told("quantization_config", "of quantized models only MLX's own are read")];
}
