// The whole model that a source stands for: with its adapter in the weights where there is one.
import type { StoredModel } from "../../weights/index.ts";
import { mergedModel } from "../merged-model.ts";
import type { ExportSource } from "./format.ts";

/** @throws ModelError where the adapter does not fit the model. */
export async function wholeModel({ model, adapter }: ExportSource): Promise<StoredModel> {
  return adapter === undefined ? model : await mergedModel(model, adapter.folder);
}
