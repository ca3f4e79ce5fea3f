// Conversations on which the shape of a template is compared with the template that it was found from: turns, system
// messages with and without content, other scripts, white space at the ends, and what looks like marks.
import type { Role } from "./chat-shape.ts";

export type Trial = readonly { role: Role; content: string }[];

const contents = [
  "Hi",
  "Wie heißt der Fluß? 河の名前は？ 👩‍🚀",
  " \n two spaces and a line\n\n",
  '{{ .Content }} <|im_end|> {% raw %} [INST] """ \\n',
  "a\n\nb\tc\u00a0",
];

const initials: Readonly<Record<string, Role>> = { s: "system", u: "user", a: "assistant" };

/** "suau" → messages of these roles, with contents from this one on. */
function turns(roles: string, from: number): Trial {
  return Array.from(roles, (letter, at) => ({
    role: initials[letter] as Role,
    content: contents[(from + at) % contents.length] ?? "",
  }));
}

const emptySystem = { role: "system", content: "" } as const;

export const trials: readonly Trial[] = [
  ...["u", "uau", "uauauau", "su", "suau", "suauauau"].flatMap((roles) =>
    contents.map((_, from) => turns(roles, from)),
  ),
  [emptySystem, ...turns("u", 0)],
  [emptySystem, ...turns("uau", 2)],
];
