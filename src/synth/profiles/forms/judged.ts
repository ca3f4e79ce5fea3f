// Rows of one answer and whether it is as wanted: {"prompt", "completion", "label"}, as TRL has them for KTO. In a
// record the label is in meta.
import { isPresent, kindOf } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { RowForm, SeenRow } from "../profile.ts";
import { projection } from "./projecting.ts";
import { promptCompletionTurns, seePair } from "./prompt-completion.ts";

const keys = ["prompt", "completion", "label", "tools"];

function see(row: JsonObject): SeenRow {
  const seen = seePair(row);
  if (typeof row["label"] === "boolean") return seen;
  const field = "label";
  const message = `label must be true or false, not ${kindOf(row["label"])}`;
  return { ...seen, sightings: [...seen.sightings, { code: "field_type", field, message }] };
}

export const judged: RowForm = {
  about: "prompt, completion and a label: desirable or not",
  keys,
  allowsOthers: true,
  detect: (row) =>
    isPresent(row["prompt"]) && isPresent(row["completion"]) && isPresent(row["label"]),
  see,
  project(record, asked) {
    const { label, ...meta } = record.meta ?? {};
    if (typeof label !== "boolean")
      return projection((losses) =>
        losses.refuse("meta.label", "the record does not say whether its answer is desirable"),
      );
    const { meta: _, ...plain } = record;
    const bare = Object.keys(meta).length === 0 ? plain : { ...plain, meta };
    const written = promptCompletionTurns.project(bare, asked);
    return "row" in written ? { ...written, row: { ...written.row, label } } : written;
  },
};
