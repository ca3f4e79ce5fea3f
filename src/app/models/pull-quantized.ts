// A model of the hub with a quantized copy in a folder of its own; what is there already is not made again.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { planConversion } from "../../export/conversion.ts";
import { packingOf } from "../../models/kit/index.ts";
import { openStoredModel } from "../../weights/index.ts";
import {
  type ConvertedModel,
  convertModel,
  type ConvertOptions,
  summaryOf,
} from "./convert-model.ts";

export interface QuantizedOptions extends Pick<
  ConvertOptions,
  "model" | "revision" | "onDownload" | "onProgress" | "signal"
> {
  bits: number;
  /** Default: ./models/NAME-4bit, where ft models list finds it. */
  folder?: string | undefined;
}

/** The bits of the packed model that is there; undefined where there is none. */
async function bitsIn(folder: string): Promise<number | undefined> {
  if (!existsSync(join(folder, "config.json"))) return undefined;
  const { config } = await openStoredModel(folder);
  return packingOf(config as Record<string, unknown>)?.bits;
}

/** @throws what `convertModel` throws. */
export async function pullQuantizedModel({
  bits,
  folder = "",
  ...rest
}: QuantizedOptions): Promise<ConvertedModel> {
  const target = folder === "" ? join("models", `${basename(rest.model)}-${bits}bit`) : folder;
  const options: ConvertOptions = { ...rest, folder: target, quantize: "affine", bits };
  if ((await bitsIn(target)) !== bits) return await convertModel(options);
  const stored = await openStoredModel(target);
  return {
    ...summaryOf(options, await planConversion(stored, {})),
    perplexity: null,
    survival: null,
    seconds: 0,
  };
}
