import { isObject, kindOf } from "../../../data/formats/format.ts";
// What forms share in looking at rows: lists of messages, texts, fields that must be there. Never throws: what is wrong
// is a sighting. Knows no form by name.
import type { JsonObject, Role } from "../../../text/types.ts";
import type { FaultCode } from "../catalogue.ts";
import type { SeenMessage, SeenRow, Sighting } from "../profile.ts";

/** Names of roles in a form, and what they are in chats. */
export type RoleNames = Readonly<Record<string, Role>>;

export const sighting = (code: FaultCode, field: string, message: string): Sighting => ({
  code,
  field,
  message,
});

/** Gathers what a form sees in one row. */
export class Eye {
  readonly sightings: Sighting[] = [];

  note(code: FaultCode, field: string, message: string): void {
    this.sightings.push(sighting(code, field, message));
  }

  /** A list that must be there and hold something. */
  list(value: unknown, field: string): readonly unknown[] {
    if (value === undefined) this.note("field_missing", field, `${field} is missing`);
    else if (!Array.isArray(value))
      this.note("field_type", field, `${field} must be a list, not ${kindOf(value)}`);
    else if (value.length === 0) this.note("messages_empty", field, `${field} is empty`);
    return Array.isArray(value) ? (value as unknown[]) : [];
  }

  /** A text that must be there; it may be empty, which is for others to judge. */
  text(value: unknown, field: string): string | undefined {
    if (typeof value === "string") return value;
    if (value === undefined) this.note("field_missing", field, `${field} is missing`);
    else this.note("field_type", field, `${field} must be a string, not ${kindOf(value)}`);
    return undefined;
  }

  /** The objects of a list, each with its path. */
  objects(value: unknown, field: string): { at: string; value: JsonObject }[] {
    return this.list(value, field).flatMap((one, index) => {
      const at = `${field}[${index}]`;
      if (isObject(one)) return [{ at, value: one }];
      this.note("field_type", at, `${at} must be an object, not ${kindOf(one)}`);
      return [];
    });
  }
}

/** `value` with its role as chats call it; unknown ones stay. */
export function withRole(
  at: string,
  value: JsonObject,
  roles: RoleNames,
  key = "role",
): SeenMessage {
  const given = value[key];
  const known = typeof given === "string" && Object.hasOwn(roles, given) ? roles[given] : undefined;
  const wasRole = typeof given === "string" ? given : JSON.stringify(given);
  const said = wasRole === undefined ? {} : { wasRole };
  return { at, value: { ...value, role: known ?? given }, ...said };
}

/** The fields of a row but these. */
export function others(row: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key)));
}

/** A message that a row says in a field of its own. */
export const saidBy = (role: Role, content: unknown, at: string, key: string): SeenMessage => ({
  at,
  value: { role, content },
  names: { content: key },
});

export const seenRow = (
  eye: Eye,
  messages: readonly SeenMessage[],
  more: Omit<SeenRow, "messages" | "sightings"> = {},
): SeenRow => ({ messages, sightings: eye.sightings, ...more });

export const toolsOf = (row: JsonObject, at = "tools"): Pick<SeenRow, "tools"> =>
  row[at] === undefined || row[at] === null ? {} : { tools: { at, value: row[at] } };
