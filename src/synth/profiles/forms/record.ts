// The record of ft as a row: nothing is lost. Read by the form of chats, whose rows it is among.
import { isObject } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { RowForm } from "../profile.ts";
import { chatForm } from "./chat.ts";

const can = {
  parts: true,
  name: true,
  weight: "any",
  reasoning: "reasoning",
  calls: "text",
  callIds: true,
  spans: true,
} as const;
const keys = ["id", "messages", "tools", "preference", "source", "meta"];
const chat = chatForm({ about: "", keys, allowsOthers: true, can, tools: true });

const hasOwnKeys = (row: JsonObject): boolean =>
  isObject(row["preference"]) || isObject(row["source"]) || isObject(row["meta"]);

export const recordForm: RowForm = {
  about: "ft's own record: messages, tools, chosen and rejected answers, source, meta",
  keys,
  allowsOthers: true,
  detect: (row) => chat.detect(row) && hasOwnKeys(row),
  see: (row) => chat.see(row),
  project: (record) => ({ row: { ...record }, losses: [] }),
};
