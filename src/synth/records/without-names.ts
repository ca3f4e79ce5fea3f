// Records without the names of who speaks. A tool's name stays: it tells which call is answered.
import type { Loss } from "../profiles/profile.ts";
import type { DatasetRecord, RecordMessage } from "./record.ts";

const isSpeaker = ({ role, name }: RecordMessage): boolean => name !== undefined && role !== "tool";

function nameless(message: RecordMessage): RecordMessage {
  if (!isSpeaker(message)) return message;
  const { name: _speaker, ...said } = message;
  return said;
}

/** The record without them, and what went. */
export function withoutNames(record: DatasetRecord): { record: DatasetRecord; losses: Loss[] } {
  const { messages, preference } = record;
  const named = [...messages.entries()].filter(([, message]) => isSpeaker(message));
  const losses = named.map(([at]) => ({
    field: `messages[${at}].name`,
    why: "names are left out",
  }));
  return {
    record: {
      ...record,
      messages: messages.map(nameless),
      ...(preference !== undefined && {
        preference: {
          chosen: preference.chosen.map(nameless),
          rejected: preference.rejected.map(nameless),
        },
      }),
    },
    losses,
  };
}
