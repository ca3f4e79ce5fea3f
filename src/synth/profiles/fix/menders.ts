// What mends a fault in a row without a decision: nothing that is said changes, and everything else is told. The next
// mender is a line here; a fault of the catalogue that can be fixed has one, or fix-file.ts mends it by lines.
import type { FaultCode } from "../catalogue.ts";
import type { Profile, Sighting } from "../profile.ts";
import { ownName } from "../rules/roles.ts";
import { removeAt, setAt, valueAt } from "./paths.ts";

export interface Mendable {
  /** Changed in place. */
  readonly row: Record<string, unknown>;
  readonly sighting: Sighting;
  readonly profile: Profile;
}

/** Says what was changed; undefined where nothing could be. */
export type Mender = (mendable: Mendable) => string | undefined;

const json = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

const removeField: Mender = ({ row, sighting: { field } }) => {
  const was = valueAt(row, field);
  return removeAt(row, field) ? `${field} removed, which was ${json(was)}` : undefined;
};

const renameRole: Mender = ({ row, sighting: { field }, profile }) => {
  const was = valueAt(row, field);
  const name = typeof was === "string" ? ownName(was, profile) : undefined;
  if (name === undefined || !setAt(row, field, name)) return undefined;
  return `${field} ${json(was)} → ${json(name)}`;
};

/** The first message moves into the field that the form has for it. */
const moveSystem: Mender = ({ row, sighting: { field } }) => {
  const { messages, system } = row;
  const [first] = Array.isArray(messages) ? (messages as Record<string, unknown>[]) : [];
  if (field !== "messages[0].role" || first === undefined || system !== undefined) return undefined;
  row["system"] = first["content"];
  row["messages"] = (messages as unknown[]).slice(1);
  return "messages[0] moved to the field system";
};

const wholeWeight: Mender = ({ row, sighting: { field } }) => {
  const was = valueAt(row, field);
  const weight = Number(was);
  if (!["boolean", "string"].includes(typeof was) || (weight !== 0 && weight !== 1))
    return undefined;
  return setAt(row, field, weight) ? `${field} ${json(was)} → ${weight}` : undefined;
};

const argumentText: Mender = ({ row, sighting: { field } }) => {
  const was = valueAt(row, field);
  const text = JSON.stringify(was);
  return typeof was === "object" && setAt(row, field, text)
    ? `${field} written as a JSON string`
    : undefined;
};

const renameId: Mender = ({ row, sighting: { field }, profile }) => {
  const was = valueAt(row, field);
  const id = typeof was === "string" ? profile.callId?.rename?.(was) : undefined;
  return id !== undefined && setAt(row, field, id)
    ? `${field} ${json(was)} → ${json(id)}`
    : undefined;
};

export const menders: Partial<Record<FaultCode, Mender>> = {
  extra_key: removeField,
  bad_role: renameRole,
  bad_weight: wholeWeight,
  arguments_not_text: argumentText,
  call_id_form: renameId,
  // last: it moves what the paths of the others count
  system_in_messages: moveSystem,
};
