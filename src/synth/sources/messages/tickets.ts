// Support tickets as JSON, in the form of Zendesk's API and its exports: tickets with their comments, and users with
// roles. Who asked for help is the user, agents answer; internal notes are left out.
import type { SourceInput, SourceReader } from "../reader.ts";
import { layOut, type Opening, type Spoken } from "./extracted.ts";
import { fieldsOf, idOf, listOf, present, textOf, type Fields } from "./fields.ts";
import { htmlText } from "./html-text.ts";
import { jsonElements } from "./json-elements.ts";
import { headText } from "./lines-of-head.ts";

interface Person {
  readonly name: string | undefined;
  readonly isAgent: boolean | undefined;
}

const agents = new Set(["agent", "admin", "support", "staff", "owner"]);
const customers = new Set(["end-user", "end_user", "customer", "user", "requester", "contact"]);

function personOf(user: Fields | undefined): Person {
  const role = textOf(user?.["role"])?.toLowerCase() ?? "";
  const isAgent = agents.has(role) ? true : customers.has(role) ? false : undefined;
  return { name: textOf(user?.["name"]) ?? textOf(user?.["email"]), isAgent };
}

function bodyOf(comment: Fields): string {
  const plain = textOf(comment["plain_body"]) ?? textOf(comment["body"]);
  return plain ?? htmlText(textOf(comment["html_body"]) ?? textOf(comment["description"]) ?? "");
}

function commentsOf(ticket: Fields): Fields[] {
  const comments = [ticket["comments"], ticket["messages"], ticket["conversation"]].find(
    Array.isArray,
  );
  return listOf(comments)
    .map(fieldsOf)
    .filter((comment) => comment !== undefined);
}

class Tickets {
  readonly #people = new Map<string, Person>();

  addUser(user: Fields): void {
    const id = idOf(user["id"]);
    if (id !== undefined) this.#people.set(id, personOf(user));
  }

  *read(ticket: Fields, number: number): Generator<Spoken | Opening> {
    const id = idOf(ticket["id"]) ?? String(number);
    const requester = idOf(ticket["requester_id"]) ?? idOf(fieldsOf(ticket["requester"])?.["id"]);
    yield { title: textOf(ticket["subject"]) ?? id };
    const comments = commentsOf(ticket);
    const first = textOf(ticket["description"]);
    if (comments.length === 0 && first !== undefined)
      yield { text: first, thread: id, role: "user" };
    for (const comment of comments) {
      const spoken = this.#spoken(comment, id, requester);
      if (spoken !== undefined) yield spoken;
    }
  }

  #spoken(comment: Fields, thread: string, requester: string | undefined): Spoken | undefined {
    const text = bodyOf(comment);
    const author = idOf(comment["author_id"]) ?? idOf(fieldsOf(comment["author"])?.["id"]);
    const inside = fieldsOf(comment["author"]) ?? fieldsOf(comment["from"]);
    const person = this.#people.get(author ?? "") ?? personOf(inside);
    if (text.trim() === "" || comment["public"] === false) return undefined;
    const role =
      person.isAgent ??
      (requester === undefined || author === undefined ? undefined : author !== requester);
    return {
      text,
      thread,
      ...present({
        id: idOf(comment["id"]),
        speaker: person.name ?? author,
        role: role === undefined ? undefined : role ? ("assistant" as const) : ("user" as const),
        sentAt: textOf(comment["created_at"]),
      }),
    };
  }
}

const lists = new Set(["", "tickets", "users", "results", "ticket"]);

async function* spokenIn(input: SourceInput): AsyncGenerator<Spoken | Opening> {
  const tickets = new Tickets();
  const waiting: Fields[] = [];
  const whole: Record<string, unknown> = {};
  for await (const { kind, path, value } of jsonElements(
    input.texts(),
    (at) => lists.has(at),
    input.limits.nesting,
  )) {
    const fields = fieldsOf(value);
    if (kind === "field") whole[path.slice(path.lastIndexOf(".") + 1)] = value;
    else if (path === "users" && fields !== undefined) tickets.addUser(fields);
    else if (fields !== undefined) waiting.push(fields);
  }
  for (const user of listOf(whole["users"]).map(fieldsOf))
    if (user !== undefined) tickets.addUser(user);
  if (waiting.length === 0) waiting.push(whole);
  for (const [at, ticket] of waiting.entries()) yield* tickets.read(ticket, at + 1);
}

export const ticketReader: SourceReader = {
  about: "support tickets as JSON, in Zendesk's format",
  extensions: ["json"],
  container: true,
  recognises: (_name, head) => {
    const text = headText(head);
    const isTicket =
      text.includes('"requester') || text.includes('"ticket') || text.includes('"subject"');
    const isSaid =
      text.includes('"comments"') && (text.includes('"author_id"') || text.includes('"author"'));
    return isTicket && isSaid ? 0.93 : 0;
  },
  read: (input) => layOut(spokenIn(input)),
};
