// The whole model that a source stands for: with its adapter in the weights where there is one.
import type { StoredModel } from "../../weights/index.ts";
import { type MergedModel, mergedModel } from "../merged-model.ts";
import type { ExportSource } from "./format.ts";

export interface WholeModel {
  stored: StoredModel;
  /** The same, where an adapter is in it. */
  merged: MergedModel | undefined;
}

/** @throws ModelError where the adapter does not fit the model. */
export async function wholeModel({ model, adapter }: ExportSource): Promise<WholeModel> {
  const merged = adapter && (await mergedModel(model, adapter.folder));
  return { stored: merged ?? model, merged };
}
