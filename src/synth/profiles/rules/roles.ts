// Who speaks, and in which order.
import { isPresent } from "../../../data/formats/format.ts";
import type { Role } from "../../../text/types.ts";
import type { Profile, SeenMessage, Sighting } from "../profile.ts";
import { allMessages, fieldOf, isOf, type Looked, roleOf, severityFor } from "./rule.ts";

/** Names of one role in different forms. */
const sameRoles: readonly (readonly string[])[] = [
  ["user", "human"],
  ["assistant", "model", "gpt", "chatgpt", "bot", "ai"],
  ["system", "developer"],
  ["tool", "function", "observation"],
];

/** What the profile calls a role of another name; undefined where that is no role at all. */
export function ownName(given: string, { roles }: Profile): string | undefined {
  const known = sameRoles.find((names) => names.includes(given.toLowerCase()));
  return roles.find((role) => known?.includes(role));
}

function* unknownRoles({ seen, profile }: Looked): Generator<Sighting> {
  const apart = severityFor(profile, "system_in_messages") !== "off";
  for (const message of allMessages(seen)) {
    const { wasRole } = message;
    const field = fieldOf(message, "role");
    if (wasRole === undefined) {
      if (!isPresent(roleOf(message)))
        yield { code: "field_missing", field, message: `${field} is missing` };
      continue;
    }
    if (profile.roles.includes(wasRole) || (apart && roleOf(message) === "system")) continue;
    const said = `${JSON.stringify(wasRole)} is not a role of this format; its roles are ${profile.roles.join(", ")}`;
    yield {
      code: "bad_role",
      field,
      message: said,
      fixable: ownName(wasRole, profile) !== undefined,
    };
  }
}

function* systemPlaces({ seen: { messages } }: Looked): Generator<Sighting> {
  const first = messages.findIndex((message) => roleOf(message) !== "system");
  const systems = messages.filter(isOf("system"));
  for (const [index, message] of messages.entries()) {
    if (roleOf(message) !== "system") continue;
    const field = fieldOf(message, "role");
    if (first !== -1 && index > first)
      yield {
        code: "system_not_first",
        field,
        message: `a system message follows ${messages[index - 1]?.at}`,
      };
    if (message !== systems[0])
      yield {
        code: "system_repeated",
        field,
        message: "there is a system message before this one",
      };
  }
}

/** What begins and ends a conversation, system messages apart. */
function* ends({ seen }: Looked): Generator<Sighting> {
  const turns = seen.messages.filter((message) => roleOf(message) !== "system");
  const [first] = turns;
  const last = turns.at(-1);
  if (first === undefined || last === undefined) return;
  if (seen.messages.length === 1 && seen.answers === undefined && roleOf(first) === "assistant")
    yield { code: "single_message", field: "messages", message: "an answer is the only message" };
  if (roleOf(first) !== "user")
    yield {
      code: "not_starting_with_user",
      field: fieldOf(first, "role"),
      message: `the conversation starts with ${first.wasRole ?? "another role"}`,
    };
  if (seen.answers === undefined && roleOf(last) !== "assistant")
    yield {
      code: "not_ending_with_assistant",
      field: fieldOf(last, "role"),
      message: `the last message has the role ${last.wasRole ?? "user"}`,
    };
  const isQuestion = ["user", "tool"].includes(String(roleOf(last)));
  if (!isQuestion)
    yield {
      code: "not_ending_with_user",
      field: fieldOf(last, "role"),
      message: `the prompt ends with ${last.wasRole ?? "an answer"}`,
    };
}

function* neighbours({ seen, profile }: Looked): Generator<Sighting> {
  for (const list of [seen.messages, ...(seen.answers ?? [])]) {
    for (const [index, message] of list.entries()) {
      const before = list[index - 1];
      if (before === undefined) continue;
      yield* between(before, message, profile);
    }
  }
}

function* between(
  before: SeenMessage,
  message: SeenMessage,
  profile: Profile,
): Generator<Sighting> {
  const role = roleOf(message) as Role;
  const field = fieldOf(message, "role");
  if (role === roleOf(before))
    yield {
      code: "same_role_twice",
      field,
      message: `${before.at} and ${message.at} both have the role ${String(role)}`,
    };
  const allowed = profile.order?.[roleOf(before) as Role];
  if (allowed !== undefined && !allowed.includes(role))
    yield {
      code: "role_order",
      field,
      message: `${String(role)} cannot follow ${String(roleOf(before))}`,
    };
}

export function* roles(looked: Looked): Generator<Sighting> {
  yield* unknownRoles(looked);
  yield* systemPlaces(looked);
  yield* ends(looked);
  yield* neighbours(looked);
}
