// What a rule is: a row as it is seen, and what in it a profile may not take. Knows no profile by name.
import type { JsonObject } from "../../../text/types.ts";
import type { FaultCode, Severity } from "../catalogue.ts";
import { faultOf } from "../catalogue.ts";
import type { Profile, RowForm, SeenMessage, SeenRow, Sighting } from "../profile.ts";

export interface Looked {
  readonly row: JsonObject;
  readonly seen: SeenRow;
  readonly form: RowForm;
  readonly profile: Profile;
}

export type Rule = (looked: Looked) => Iterable<Sighting>;

export const severityFor = (profile: Profile, code: FaultCode): Severity =>
  profile.severity[code] ?? faultOf(code).severity;

/** Path of a message's part in its row. */
export function fieldOf({ at, names }: SeenMessage, key: string): string {
  const name = names?.[key] ?? key;
  return name === "" ? at : `${at}.${name}`;
}

export const roleOf = ({ value }: SeenMessage): unknown => value["role"];

export const isOf =
  (role: string) =>
  (message: SeenMessage): boolean =>
    roleOf(message) === role;

/** The conversations of a row: the one before the answers, and each answer behind it. */
export function conversations({
  messages,
  answers,
  reference,
}: SeenRow): (readonly SeenMessage[])[] {
  if (reference !== undefined) return [messages, [...messages, reference]];
  return answers === undefined ? [messages] : answers.map((answer) => [...messages, ...answer]);
}

/** Every message of a row once. */
export const allMessages = ({
  messages,
  answers = [[], []],
  reference,
}: SeenRow): SeenMessage[] => [
  ...messages,
  ...answers.flat(),
  ...(reference === undefined ? [] : [reference]),
];
