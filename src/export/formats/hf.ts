// A folder as transformers writes it: safetensors in shards, config.json, tokenizer, template, generation settings.
// transformers unpacks nothing that MLX packed, so packed weights become plain numbers.
import { parseBytes } from "../../core/units.ts";
import { packingOf } from "../../models/kit/index.ts";
import { planConversion } from "../conversion.ts";
import type { ExportFormat } from "./format.ts";
import { folderExport } from "./model-folder-export.ts";
import { wholeModel } from "./whole-model.ts";

/** As transformers cuts them by itself. */
const SHARD_SIZE = "50GB";

export const hf: ExportFormat = {
  about: "folder of safetensors for transformers and compatible programs",
  output: "folder",
  takes: ["dtype", "shardSize"],
  async plan(source, { dtype, shardSize = SHARD_SIZE }) {
    const shardBytes = parseBytes(shardSize);
    const { stored } = await wholeModel(source);
    const packing = packingOf(stored.config as Record<string, unknown>);
    const conversion = await planConversion(stored, { dtype, unpacks: packing !== undefined });
    const notes =
      packing === undefined
        ? []
        : [
            `its ${packing.bits}-bit weights are written unpacked: transformers does not read MLX's`,
          ];
    return { ...folderExport(stored, conversion, { shardBytes }), notes };
  },
};
