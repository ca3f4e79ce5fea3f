// Who of a conversation's speakers asks and who answers: as the caller says, as the format says, as names and offers of
// help say; else whoever opened it asks, and the others answer.
import type { FoundMessage } from "../types.ts";
import type { Said } from "./said.ts";
import { offersHelp, sideOfName } from "./words.ts";

type Role = FoundMessage["role"];
export type Roles = ReadonlyMap<string, Role>;

function speakersOf(messages: readonly Said[]): string[] {
  return [...new Set(messages.map(({ key }) => key))];
}

/** Undefined where names say nothing, or put everybody on one side. */
function byName(speakers: readonly string[]): Map<string, Role> | undefined {
  const sides = new Map(speakers.map((key) => [key, sideOfName(key)]));
  const answering = speakers.filter((key) => sides.get(key) === "answers");
  const asking = speakers.filter((key) => sides.get(key) === "asks");
  if (answering.length === speakers.length || asking.length === speakers.length) return undefined;
  if (answering.length > 0)
    return new Map(speakers.map((key) => [key, answering.includes(key) ? "assistant" : "user"]));
  if (asking.length === 0) return undefined;
  return new Map(speakers.map((key) => [key, asking.includes(key) ? "user" : "assistant"]));
}

export function rolesOf(
  messages: readonly Said[],
  assistants: ReadonlySet<string>,
  asker = messages[0]?.key,
): Roles {
  const speakers = speakersOf(messages);
  if (speakers.some((key) => assistants.has(key)))
    return new Map(speakers.map((key) => [key, assistants.has(key) ? "assistant" : "user"]));
  const named = byName(speakers);
  if (named !== undefined) return named;
  const host = messages.slice(0, 2).find(({ text }) => offersHelp(text))?.key;
  if (host !== undefined)
    return new Map(speakers.map((key) => [key, key === host ? "assistant" : "user"]));
  return new Map(speakers.map((key) => [key, key === asker ? "user" : "assistant"]));
}
