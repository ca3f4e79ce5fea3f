// The learning rate that the service's own recipes take for a model, beside the one that was asked for: they follow from
// the width of the model and its family (docs of the service, "hyperparameters": 5e-5 · 10 · (2000 / width)^exponent).
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const exponents: readonly (readonly [family: RegExp, exponent: number])[] = [
  [/qwen/i, 0.0775],
  [/llama/i, 0.781],
];

/** Undefined for families that it was not measured for. */
export function recipeRate(base: string, width: number): number | undefined {
  const exponent = exponents.find(([family]) => family.test(base))?.[1];
  return exponent === undefined ? undefined : 5e-4 * (2000 / width) ** exponent;
}

async function widthIn(folder: string): Promise<number | undefined> {
  try {
    const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as {
      hidden_size?: unknown;
      text_config?: { hidden_size?: unknown };
    };
    const width = config.hidden_size ?? config.text_config?.hidden_size;
    return typeof width === "number" && width > 0 ? width : undefined;
  } catch {
    return undefined;
  }
}

/** Where the recipes' rate is another one by more than half: what it is. */
export async function rateAdvice(base: string, rate: number, folder: string): Promise<string[]> {
  const width = await widthIn(folder);
  const recipe = width === undefined ? undefined : recipeRate(base, width);
  if (recipe === undefined || Math.abs(Math.log(recipe / rate)) < Math.log(1.5)) return [];
  return [
    `the learning rate is ${rate.toPrecision(2)}; the service's own recipes take ${recipe.toPrecision(2)} for ${base}`,
  ];
}
