import { adapterFormats } from "../../adapters/index.ts";
// An adapter as PEFT writes it, beside the tokenizer and the template of its training. Only what is adapted: a whole
// model has no such form.
import { UsageError } from "../../core/errors.ts";
import { dispose } from "../../mx/index.ts";
import { writeAdapterFiles } from "../adapter-folder.ts";
import { openedOn } from "../merged-model.ts";
import { writeSideFiles } from "../model-folder.ts";
import type { ExportFormat } from "./format.ts";

/** As PEFT's own adapters have beside them; not the model's: its configuration would make a model of the folder. */
const isOfModel = (name: string): boolean =>
  name === "config.json" || name === "generation_config.json";

export const peft: ExportFormat = {
  about: "adapter folder for PEFT, to load on top of its base model",
  output: "folder",
  holds: "adapter",
  takes: [],
  async plan({ model, name, adapter }) {
    if (adapter === undefined)
      throw new UsageError("FT-EXPORT-004", {
        message: `${name} is a whole model: there is no adapter to export by itself`,
        hint: "give the adapter, as MODEL or with --adapter FOLDER; ft export hf writes whole models",
      });
    const found = await openedOn(model, adapter.folder);
    const written = adapterFormats.get("peft").write(found.adapter, { ...found.about, name });
    const { tensors, dropped } = written;
    const beside = {
      ...model.companions,
      names: () => model.companions.names().filter((one) => !isOfModel(one)),
    };
    return {
      bytes: [...tensors.values()].reduce((sum, { nbytes }) => sum + nbytes, 0),
      dropped: [...found.adapter.dropped, ...dropped],
      notes: [],
      async write(to) {
        try {
          await writeSideFiles(beside, to);
          await writeAdapterFiles(to, written);
        } finally {
          dispose(tensors);
        }
      },
    };
  },
};
