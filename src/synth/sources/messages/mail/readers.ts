// The readers of mail: one message (.eml) and mailboxes (mbox), read one mail at a time. MIME is postal-mime's work;
// splitting a mailbox and what is said in a mail are ours.
import PostalMime, { type Email } from "postal-mime";
import { beyondLimit } from "../../errors.ts";
import type { SourceInput, SourceReader } from "../../reader.ts";
import { layOut, type Spoken } from "../extracted.ts";
import { headText } from "../lines-of-head.ts";
import { Letters } from "./letters.ts";
import { mailsOf } from "./mbox.ts";

/** No letter and no file in one has so many lines so short; taking them apart would take seconds a megabyte. */
const mostShortLines = 100_000;
const shortLine = 20;

function isOfShortLines(bytes: Uint8Array): boolean {
  if (bytes.length < mostShortLines) return false;
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines > mostShortLines && bytes.length / lines < shortLine;
}

async function parsed(bytes: Uint8Array, input: SourceInput): Promise<Email> {
  if (isOfShortLines(bytes)) throw beyondLimit("a mail of over 100,000 lines of a few characters");
  try {
    return await PostalMime.parse(bytes, { maxNestingDepth: Math.min(64, input.limits.nesting) });
  } catch (error) {
    throw beyondLimit(
      error instanceof Error ? error.message.slice(0, 120) : "a mail that cannot be taken apart",
    );
  }
}

async function* spokenInOne(input: SourceInput): AsyncGenerator<Spoken> {
  yield* new Letters().read(await parsed(await input.bytes(), input));
}

async function* spokenInAll(input: SourceInput): AsyncGenerator<Spoken> {
  const letters = new Letters();
  for await (const bytes of mailsOf(input.chunks(), input.limits.fileBytes)) {
    if (bytes === undefined) {
      input.note({
        code: "FT-SOURCE-002",
        reason: "a mail larger than a file may be was left out",
      });
      continue;
    }
    yield* letters.read(await parsed(bytes, input));
  }
}

const headerNames = [
  "from:",
  "to:",
  "subject:",
  "date:",
  "message-id:",
  "received:",
  "mime-version:",
  "return-path:",
];

function countHeaders(head: Uint8Array): number {
  const lines = headText(head).slice(0, 8192).toLowerCase().split("\n").slice(0, 60);
  return headerNames.filter((name) => lines.some((line) => line.startsWith(name))).length;
}

/** What programs write into every mail, and nobody by hand. */
const ofPrograms =
  /^(?:message-id|received|mime-version|return-path|content-type|delivered-to|x-[\w-]+):/;

/**
 * Whether a file begins as a mail: headers from its first line to its first empty one, with a program's among them. Text
 * that begins with `From:` is a note, or a letter that somebody copied.
 */
function beginsAsMail(head: Uint8Array): boolean {
  const lines = headText(head).slice(0, 8192).toLowerCase().split(/\r?\n/);
  const end = lines.indexOf("");
  const headers = end === -1 ? lines.slice(0, -1) : lines.slice(0, end);
  return (
    countHeaders(head) >= 3 &&
    headers.some((line) => ofPrograms.test(line)) &&
    headers.every((line) => /^(?:[!-9;-~]+:|[ \t])/.test(line))
  );
}

export const emlReader: SourceReader = {
  about: "e-mail messages (MIME), with quoted text",
  extensions: ["eml"],
  container: true,
  recognises: (name, head) => {
    const isMail = /\.eml$/i.test(name) ? countHeaders(head) >= 3 : beginsAsMail(head);
    return isMail ? 0.9 : 0;
  },
  read: (input) => layOut(spokenInOne(input)),
};

export const mboxReader: SourceReader = {
  about: "mailboxes (mbox), as threads",
  extensions: ["mbox", "mbx"],
  container: true,
  streams: true,
  recognises: (_name, head) =>
    headText(head).startsWith("From ") && countHeaders(head) >= 2 ? 0.96 : 0,
  read: (input) => layOut(spokenInAll(input)),
};
