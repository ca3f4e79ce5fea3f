// Rows of Bedrock's Converse: {"schemaVersion": "bedrock-conversation-2024", "system"?: [{"text"}], "messages":
// [{"role", "content": [{"text"}]}]}. Text alone: images and tools are refused.
import { isObject, isPresent, kindOf } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profile.ts";
import { chatRoles } from "./chat.ts";
import { alternating, noteSystem } from "./claude.ts";
import { conversation, oneSystem, ownFields, projection, toolsField } from "./projecting.ts";
import { Eye, others, saidBy, seenRow, withRole } from "./seeing.ts";

const version = "bedrock-conversation-2024";
const keys = ["schemaVersion", "system", "messages"];

/** The pieces of a content as one text; images as parts of chats, so that rules see them. */
function contentOf(eye: Eye, value: unknown, field: string): unknown {
  if (!Array.isArray(value)) {
    const code = value === undefined ? "field_missing" : "field_type";
    eye.note(code, field, `${field} must be a list of blocks, not ${kindOf(value)}`);
    return undefined;
  }
  const parts = eye.objects(value, field).map(({ at, value: block }) => {
    if (isObject(block["image"])) return { type: "image", image: block["image"] };
    return { type: "text", text: eye.text(block["text"], `${at}.text`) ?? "" };
  });
  const isPlain = parts.every(({ type }) => type === "text");
  return isPlain && parts.length === 1 ? parts[0]?.text : parts;
}

function seenMessage(eye: Eye, at: string, value: JsonObject): SeenMessage {
  const content = contentOf(eye, value["content"], `${at}.content`);
  return withRole(at, { ...value, content }, chatRoles);
}

function see(row: JsonObject): SeenRow {
  const eye = new Eye();
  if (row["schemaVersion"] !== version) {
    const code = row["schemaVersion"] === undefined ? "field_missing" : "field_type";
    eye.note(code, "schemaVersion", `schemaVersion must be "${version}"`);
  }
  const system = isPresent(row["system"])
    ? eye
        .objects(row["system"], "system")
        .map(({ at, value }) => eye.text(value["text"], `${at}.text`))
    : [];
  const messages = eye
    .objects(row["messages"], "messages")
    .map(({ at, value }) => seenMessage(eye, at, value));
  noteSystem(eye, messages, row["system"] === undefined);
  const first = system.length === 0 ? [] : [saidBy("system", system.join("\n\n"), "system", "")];
  return seenRow(eye, [...first, ...messages], { rest: others(row, keys) });
}

export const converse: RowForm = {
  about: "Converse: system and contents as lists of blocks",
  keys,
  allowsOthers: false,
  detect: (row) =>
    isPresent(row["schemaVersion"]) ||
    (Array.isArray(row["messages"]) && Array.isArray(row["system"])),
  see,
  project: (record, asked) =>
    projection((losses) => {
      ownFields(record, { ...asked, keepsSource: false }, losses);
      toolsField(record, false, losses);
      const { system, rest } = oneSystem(conversation(record, losses), {}, losses);
      const messages = alternating(rest, losses).map(({ role, content }) => ({
        role,
        content: [{ text: content }],
      }));
      return {
        schemaVersion: version,
        ...(system !== undefined && { system: [{ text: system }] }),
        messages,
      };
    }),
};
