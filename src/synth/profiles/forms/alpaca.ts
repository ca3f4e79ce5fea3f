// Alpaca rows: {"instruction", "input"?, "output", "system"?, "history"?: [[question, answer], …]}, as LLaMA-Factory
// reads them.
import { isPresent, kindOf } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { RecordMessage } from "../../records/record.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profile.ts";
import {
  conversation,
  type Losses,
  oneSystem,
  ownFields,
  projection,
  textOf,
  toolsField,
  unsaid,
} from "./projecting.ts";
import { Eye, others, saidBy, seenRow } from "./seeing.ts";

const keys = ["instruction", "input", "output", "system", "history"];

function historyOf(eye: Eye, value: unknown): SeenMessage[] {
  if (!isPresent(value) || (Array.isArray(value) && value.length === 0)) return [];
  return eye.list(value, "history").flatMap((pair, index) => {
    const at = `history[${index}]`;
    if (
      Array.isArray(pair) &&
      pair.length === 2 &&
      pair.every((text) => typeof text === "string")
    ) {
      return [
        saidBy("user", pair[0], `${at}[0]`, ""),
        saidBy("assistant", pair[1], `${at}[1]`, ""),
      ];
    }
    eye.note(
      "field_type",
      at,
      `${at} must be a question and an answer, two strings, not ${kindOf(pair)}`,
    );
    return [];
  });
}

function see(row: JsonObject): SeenRow {
  const eye = new Eye();
  const system = isPresent(row["system"]) ? eye.text(row["system"], "system") : undefined;
  const history = historyOf(eye, row["history"]);
  const asked = eye.text(row["instruction"], "instruction");
  const input = isPresent(row["input"]) ? (eye.text(row["input"], "input") ?? "") : "";
  const output = eye.text(row["output"], "output");
  const said =
    asked === undefined
      ? []
      : [saidBy("user", input === "" ? asked : `${asked}\n${input}`, "instruction", "")];
  const answer = output === undefined ? [] : [saidBy("assistant", output, "output", "")];
  const first =
    system === undefined || system === "" ? [] : [saidBy("system", system, "system", "")];
  const joined = { field: "input", why: "joined to the instruction after a line break" };
  return seenRow(eye, [...first, ...history, ...said, ...answer], {
    rest: others(row, keys),
    ...(input !== "" && { losses: [joined] }),
  });
}

type Placed = { message: RecordMessage; at: string };

function textAt({ message, at }: Placed, losses: Losses): string {
  unsaid(message, at, {}, losses);
  return textOf(message, at, losses);
}

/** Questions and their answers, two texts each. */
export function pairs(placed: readonly Placed[], losses: Losses): [string, string][] {
  const isPaired = placed.every(
    ({ message }, index) => message.role === (index % 2 === 0 ? "user" : "assistant"),
  );
  if (!isPaired || placed.length % 2 === 1 || placed.length === 0)
    return losses.refuse("messages", "the format allows only alternating questions and answers");
  return placed.flatMap((one, index): [string, string][] => {
    const next = placed[index + 1];
    return index % 2 === 1 || next === undefined
      ? []
      : [[textAt(one, losses), textAt(next, losses)]];
  });
}

export const alpaca: RowForm = {
  about: "instruction, input and output; system and history",
  keys,
  allowsOthers: true,
  detect: (row) => isPresent(row["instruction"]),
  see,
  project: (record, asked) =>
    projection((losses) => {
      const own = ownFields(record, asked, losses);
      toolsField(record, false, losses);
      const { system, rest } = oneSystem(conversation(record, losses), {}, losses);
      const turns = pairs(rest, losses);
      const [instruction, output] = turns.at(-1) ?? ["", ""];
      const history = turns.slice(0, -1);
      return {
        ...own,
        instruction,
        input: "",
        output,
        ...(system !== undefined && { system }),
        ...(history.length > 0 && { history }),
      };
    }),
};
