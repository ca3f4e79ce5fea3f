// Mail: what is new in a mail, what it quotes, threads of a mailbox. By hand.
import { expect, test } from "vitest";
import { attributed } from "../../../../../src/synth/sources/messages/mail/attributions.ts";
import { readDocument } from "../../../../support/read-source.ts";
import { readFiles, saidIn, type Read } from "./reading.ts";

const messages = (read: Read): object[] => read.blocks.filter(({ type }) => type === "message");

function mail(headers: Record<string, string>, body: string): string {
  const all = {
    From: "Bob <bob@x.example>",
    To: "Ada King <ada@x.example>",
    Subject: "Re: hi",
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${lines.join("\r\n")}\r\n\r\n${body.replaceAll("\n", "\r\n")}`;
}

const read = (body: string, headers: Record<string, string> = {}): Promise<string[]> =>
  readFiles({ "a.eml": mail(headers, body) }).then(saidIn);

test("an answer above its quote, nested, with a signature and a broken introduction", async () => {
  const said = await read(
    "Yes, it does.\n\n-- \nBob\nExample Inc.\n\nOn Sun, Dec 31, 2023 at 9:00 AM Ada King\n<ada@x.example> wrote:\n\n> Does it work?\n>\n> On Sat, 30 Dec 2023, Bob wrote:\n>> try it\n>> now\n",
  );
  expect(said).toEqual(["Bob: try it\nnow", "Ada King: Does it work?", "Bob: Yes, it does."]);
});

test("answers between the pieces of a quote", async () => {
  const said = await read(
    "Ada King wrote:\n> One?\n\nFirst.\n\n> Two?\n> Three?\n\nBoth.\n\nSent from my iPhone\n",
  );
  expect(said).toEqual(["Ada King: One?", "Bob: First.", "Ada King: Two?\nThree?", "Bob: Both."]);
});

test("a quote under a header block, as Outlook puts it", async () => {
  const said = await read(
    "Danke.\n\nVon: Ada King <ada@x.example>\nGesendet: Montag, 1. Januar 2024 10:00\nAn: Bob\nBetreff: hi\n\nGeht es so?\n\nGruß\nAda\n",
  );
  expect(said).toEqual(["Ada King: Geht es so?\n\nGruß\nAda", "Bob: Danke."]);
});

test("HTML alone, encodings, a disclaimer", async () => {
  const html =
    "<html><body><p>Caf&eacute; &amp; more</p><blockquote><p>What?</p></blockquote><style>p{}</style></body></html>";
  const said = await read(`${Buffer.from(html).toString("base64")}\n`, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Transfer-Encoding": "base64",
  });
  expect(said).toEqual(["Ada King: What?", "Bob: Café & more"]);
  const plain = await read("Yes.\n\nCONFIDENTIALITY NOTICE: for you alone.\n");
  expect(plain).toEqual(["Bob: Yes."]);
});

test.each([
  ["Am 01.01.2024 um 10:00 schrieb Ada King:", "Ada King"],
  ["Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Ada King <ada@x.org>:", "Ada King"],
  ["Le lun. 1 janv. 2024 à 10:00, Ada King <ada@x.org> a écrit :", "Ada King"],
  ["El lun, 1 ene 2024 a las 10:00, Ada King (<ada@x.org>) escribió:", "Ada King"],
  ["Ada King <ada@x.org>, 1 Oca 2024 Pzt, 10:00 tarihinde şunu yazdı:", "Ada King"],
  ["Ada King <ada@x.org> 于2024年1月1日周一 10:00写道：", "Ada King"],
  ["пн, 1 янв. 2024 г. в 10:00, Ada King <ada@x.org>:", "Ada King"],
  ["On 1/1/24 10:00 AM, ada@x.org wrote:", "ada@x.org"],
  ["On Monday:", undefined],
  ["See the list below:", undefined],
])("who is quoted: %s", (line, name) => expect(attributed(line)).toBe(name));

const mailbox = [
  "From ada@x Mon Jan  1 10:00:00 2024",
  "From: Ada King <ada@x.example>",
  "To: bob@x.example",
  "Subject: q",
  "Message-ID: <1@x>",
  "Date: Mon, 1 Jan 2024 10:00:00 +0100",
  "",
  "Does it?",
  ">From here.",
  "From me, no new mail.",
  "",
  "From robot@x Mon Jan  1 10:30:00 2024",
  "From: no-reply@x.example",
  "Subject: Re: q",
  "Message-ID: <9@x>",
  "In-Reply-To: <1@x>",
  "",
  "I am away.",
  "",
  "From bob@x Mon Jan  1 11:00:00 2024",
  "From: bob@x.example",
  "To: Ada King <ada@x.example>",
  "Subject: Re: q",
  "In-Reply-To: <1@x>",
  "References: <1@x>",
  "Message-ID: <2@x>",
  "",
  "Ada wrote:",
  "> Does it?",
  "",
  "It does.",
  "",
  "From ada@x Mon Jan  1 12:00:00 2024",
  "From: Ada King <ada@x.example>",
  "Subject: AW: Re: q",
  "Message-ID: <3@x>",
  "",
  "Thanks.",
  "",
].join("\n");

test("a mailbox: threads, lines that look like another mail, what is already there not taken again", async () => {
  const all = await readFiles({ "inbox.mbox": mailbox });
  expect(all.kind).toBe("mbox");
  expect(saidIn(all)).toEqual([
    "Ada King: Does it?\nFrom here.\nFrom me, no new mail.",
    "(no-reply@x.example: I am away.)",
    "bob@x.example: It does.",
    "Ada King: Thanks.",
  ]);
  expect(messages(all)).toMatchObject([
    { thread: "<1@x>", id: "<1@x>", sentAt: "2024-01-01T09:00:00.000Z" },
    { thread: "<1@x>", replyTo: "<1@x>" },
    { thread: "<1@x>", id: "<2@x>", replyTo: "<1@x>" },
    { thread: "<1@x>", id: "<3@x>", replyTo: "<1@x>" },
  ]);
});

test("text that begins with From: is a mail where a mail program wrote it", async () => {
  const kindOf = async (name: string, text: string): Promise<string> =>
    (await readDocument(name, Buffer.from(text))).kind;
  const copied = "From: Ada\nTo: Bob\nDate: Monday\nSubject: Tea\n\nIs there tea?\n";
  expect(await kindOf("a.txt", copied)).toBe("text");
  expect(await kindOf("a.eml", copied)).toBe("eml");
  expect(await kindOf("a.txt", `Message-ID: <1@x.example>\n${copied}`)).toBe("eml");
  expect(await kindOf("a", `${copied.replace("\n\n", "\nMIME-Version: 1.0\n\n")}`)).toBe("eml");
  expect(await kindOf("a.txt", `Dear all,\nMessage-ID: <1@x.example>\n${copied}`)).toBe("text");
  const folded = `Received: by mx.example\r\n\twith SMTP\r\n${copied.replaceAll("\n", "\r\n")}`;
  expect(await kindOf("a.txt", folded)).toBe("eml");
});
