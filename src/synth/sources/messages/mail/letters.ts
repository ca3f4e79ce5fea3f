// Mails as messages: whose they are, which thread they are of, what in them is new, and, where the mail that they answer
// is not in the file, what they quote as the messages before them.
import type { Email } from "postal-mime";
import type { Piece, Spoken } from "../extracted.ts";
import { present } from "../fields.ts";
import { htmlText } from "../html-text.ts";
import { passagesOf, type Passage } from "./body.ts";

const robots = ["mailer-daemon", "no-reply", "noreply", "donotreply", "do-not-reply", "postmaster"];
/** Longer bodies are no letters; what is behind is left out. */
const longestBody = 400_000;

/** What a file's mails have told so far: who is who, and which thread a mail is of. */
export class Letters {
  readonly #names = new Map<string, string>();
  /** Thread of each mail by its id, and of ids that mails refer to. */
  readonly #threads = new Map<string, string>();
  readonly #subjects = new Map<string, string>();
  readonly #read = new Set<string>();
  /** The first mail read of each thread. */
  readonly #first = new Map<string, string>();
  #count = 0;

  /** The messages of one mail, oldest first. */
  *read(mail: Email): Generator<Spoken> {
    const number = ++this.#count;
    const id = mail.messageId?.trim() ?? `mail ${number}`;
    const references = idsIn(`${mail.references ?? ""} ${mail.inReplyTo ?? ""}`);
    const thread = this.#threadOf(id, references, mail.subject ?? "");
    const isAnswerToKnown = references.some((reference) => this.#read.has(reference));
    const author = this.#nameOf(mail.from);
    const to = mail.to?.length === 1 ? this.#nameOf(mail.to[0]) : undefined;
    const replyTo = this.#answered(id, references, thread);
    this.#read.add(id);
    const passages = passagesOf(bodyOf(mail));
    const common = { thread, ...present({ sentAt: isoDate(mail.date) }) };
    const quoted = isAnswerToKnown ? [] : quotedBefore(passages, author, to, common);
    if (quoted.length === 0)
      yield {
        ...whole(passages),
        ...common,
        ...present({ id, replyTo, speaker: author }),
        ...automatic(mail),
      };
    else yield* chained(quoted, author, id);
  }

  /** The last mail referred to that was read, else the first that was read of the thread. */
  #answered(id: string, references: readonly string[], thread: string): string | undefined {
    const first = this.#first.get(thread);
    if (first === undefined) this.#first.set(thread, id);
    return references.findLast((one) => this.#read.has(one)) ?? first ?? references.at(-1);
  }

  #threadOf(id: string, references: readonly string[], subject: string): string {
    const known = [id, ...references]
      .map((one) => this.#threads.get(one))
      .find((one) => one !== undefined);
    const bare = bareSubject(subject);
    const bySubject =
      bare.isReply && references.length === 0 ? this.#subjects.get(bare.subject) : undefined;
    const thread = known ?? bySubject ?? references[0] ?? id;
    for (const one of [id, ...references])
      if (!this.#threads.has(one)) this.#threads.set(one, thread);
    if (bare.subject !== "" && !this.#subjects.has(bare.subject))
      this.#subjects.set(bare.subject, thread);
    return thread;
  }

  #nameOf(address: Email["from"]): string | undefined {
    const mailbox = address?.address?.toLowerCase();
    if (address === undefined || mailbox === undefined) return address?.name || undefined;
    const name = address.name.trim().replace(/^["']+|["']+$/gu, "");
    const known = this.#names.get(mailbox);
    if (known !== undefined && known !== mailbox) return known;
    this.#names.set(mailbox, name === "" ? mailbox : name);
    return name === "" ? mailbox : name;
  }
}

function idsIn(references: string): string[] {
  return references
    .split(/[\s,]/u)
    .filter((word) => word.startsWith("<") && word.endsWith(">"))
    .slice(-200);
}

/** Without `Re:` and its like, in any number. */
function bareSubject(written: string): { subject: string; isReply: boolean } {
  let subject = written.trim().toLowerCase();
  let isReply = false;
  for (let times = 0; times < 20; times++) {
    const mark =
      /^(?:re|aw|fw|fwd|wg|tr|rv|sv|vs|antw|odp|回复|答复)(?:\[\d{1,3}\])?\s?[:：]\s?/u.exec(
        subject,
      );
    if (mark === null) break;
    isReply = true;
    subject = subject.slice(mark[0].length).trimStart();
  }
  return { subject, isReply };
}

function bodyOf(mail: Email): string {
  const text = mail.text?.trim() === "" ? undefined : mail.text;
  return (text ?? htmlText((mail.html ?? "").slice(0, longestBody * 4))).slice(0, longestBody);
}

function isoDate(date: string | undefined): string | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function automatic(mail: Email): { automatic?: true } {
  const submitted = mail.headers.find(({ key }) => key === "auto-submitted")?.value ?? "no";
  const address = mail.from?.address?.toLowerCase() ?? "";
  const isRobot = robots.some((robot) => address.startsWith(robot));
  return submitted.trim().toLowerCase() !== "no" || isRobot ? { automatic: true } : {};
}

/** All of the body, of which what is its author's own was said. */
function whole(passages: readonly Passage[]): { text: Piece[] } {
  return {
    text: passages.map(({ depth, lines, isFrame }) => ({
      text: lines.join("\n"),
      isSaid: depth === 0 && isFrame !== true,
    })),
  };
}

interface Quoted {
  readonly depth: number;
  readonly spoken: Spoken;
}

const isEmpty = ({ lines }: Passage): boolean => lines.every((line) => line.trim() === "");

/**
 * What is said in the mail and what it quotes, oldest first; none where it quotes nothing. An author who answers above
 * the quote turns it round; one who answers below or between its pieces does not.
 */
function quotedBefore(
  passages: readonly Passage[],
  author: string | undefined,
  to: string | undefined,
  common: Pick<Spoken, "thread" | "sentAt">,
): Quoted[] {
  const said = passages.filter((passage) => passage.isFrame !== true && !isEmpty(passage));
  if (!said.some(({ depth }) => depth > 0) || !said.some(({ depth }) => depth === 0)) return [];
  const isOnTop = said[0]?.depth === 0 && said.slice(1).every(({ depth }) => depth > 0);
  const inOrder = isOnTop ? said.toSorted((first, second) => second.depth - first.depth) : said;
  const names = namesByDepth(said, author, to);
  return inOrder.map((passage) => ({
    depth: passage.depth,
    spoken: {
      text: passage.lines.join("\n"),
      ...(passage.depth === 0 ? common : { thread: common.thread ?? "" }),
      ...present({ speaker: names.get(passage.depth) }),
    },
  }));
}

/** Who wrote what is at each depth: as introduced, else by turns the author and whom they write to. */
function namesByDepth(
  passages: readonly Passage[],
  author: string | undefined,
  to: string | undefined,
): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  if (author !== undefined) names.set(0, author);
  for (const { depth, by } of passages)
    if (by !== undefined && by !== "" && !names.has(depth)) names.set(depth, by);
  for (const { depth } of passages) {
    if (names.has(depth)) continue;
    names.set(depth, (depth % 2 === 0 ? author : to) ?? `quoted ${depth}`);
  }
  return names;
}

/** Each the answer to the one before it. */
function* chained(
  quoted: readonly Quoted[],
  author: string | undefined,
  id: string,
): Generator<Spoken> {
  const last = quoted.findLastIndex(({ spoken }) => spoken.speaker === author);
  const idAt = (at: number): string => (at === last ? id : `${id} ${at}`);
  for (const [at, { spoken }] of quoted.entries())
    yield { ...spoken, id: idAt(at), ...(at === 0 ? {} : { replyTo: idAt(at - 1) }) };
}
