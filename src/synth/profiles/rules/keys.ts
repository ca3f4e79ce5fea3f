// Fields that a service does not know.
import type { Role } from "../../../text/types.ts";
import type { Sighting } from "../profile.ts";
import { allMessages, type Looked, roleOf } from "./rule.ts";

function* rowKeys({ row, form }: Looked): Generator<Sighting> {
  for (const key of Object.keys(row)) {
    if (!form.keys.includes(key))
      yield {
        code: "extra_key",
        field: key,
        message: `the format has no field ${JSON.stringify(key)}`,
      };
  }
}

function* messageKeys({ seen, profile }: Looked): Generator<Sighting> {
  if (profile.messageKeys === undefined) return;
  for (const message of allMessages(seen)) {
    if (message.wasRole === undefined) continue;
    const known = profile.messageKeys[roleOf(message) as Role] ?? ["role", "content"];
    for (const key of Object.keys(message.value)) {
      const field = `${message.at}.${key}`;
      if (!known.includes(key))
        yield {
          code: "extra_key",
          field,
          message: `messages have no field ${JSON.stringify(key)} here`,
        };
    }
  }
}

export function* keys(looked: Looked): Generator<Sighting> {
  yield* rowKeys(looked);
  yield* messageKeys(looked);
}
