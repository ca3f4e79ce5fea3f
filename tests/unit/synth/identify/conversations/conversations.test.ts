// Which messages are one conversation, and who of its speakers asks.
import { expect, test } from "vitest";
import { inFile, inMessages } from "./finding.ts";

test("messages in a row are one turn; a night of silence divides, unless an answer is due", async () => {
  const found = await inMessages([
    "01T10:00 ada> hi",
    "01T10:01 ada> how do I bake bread?",
    "01T10:02 bob> slowly",
    "02T09:00 bob> what is yeast?",
    "03T07:00 ada> a fungus",
  ]);
  expect(found).toEqual([
    "chat: u ada hi\nhow do I bake bread? | a bob slowly",
    "chat: u bob what is yeast? | a ada a fungus",
  ]);
});

test("three conversations at once: by address, by who speaks, by who is answered", async () => {
  const found = await inMessages([
    "10:00 ada> hello, how do I mount a disk in the new version of the system?",
    "10:01 cyd> is there a list of all the printers that work with this kernel?",
    "10:02 bob> ada: with mount",
    "10:03 dan> cyd: on the wiki",
    "10:04 ada> bob: as root?",
    "10:05 cyd> dan: thanks!",
    "10:06 bob> yes",
  ]);
  expect(found).toEqual([
    "chat: u ada hello, how do I mount a disk in the new version of the system? | a bob ada: with mount | u ada bob: as root? | a bob yes".replace(
      "group-chat",
      "chat",
    ),
    "chat: u cyd is there a list of all the printers that work with this kernel? | a dan cyd: on the wiki | u cyd dan: thanks!",
  ]);
});

test("replies go before times, and bots stay out", async () => {
  const found = await inMessages([
    ["01T10:00 ada> which one?", { id: "1" }],
    ["01T10:01 bot> ping", { id: "2", automatic: true }],
    ["05T11:30 cyd> unrelated and long enough to be a thing of its own, is it not?", { id: "3" }],
    ["09T10:00 bob> the left one", { id: "4", replyTo: "1" }],
  ]);
  expect(found).toEqual(["thread: u ada which one? | a bob the left one"]);
});

test("threads are never mixed", async () => {
  const found = await inMessages([
    ["10:00 ada> a?", { thread: "x" }],
    ["10:00 cyd> c?", { thread: "y" }],
    ["10:01 bob> b", { thread: "x" }],
    ["10:01 dan> d", { thread: "y" }],
  ]);
  expect(found).toEqual(["chat: u ada a? | a bob b", "chat: u cyd c? | a dan d"]);
});

test("who answers: as told, by names, by an offer of help, else not who began", async () => {
  const lines = (first: string, second: string, opening: string): string[] => [
    `10:00 ${first}> ${opening}`,
    `10:01 ${second}> it is broken`,
  ];
  expect(await inMessages(lines("ada", "bob", "yes?"))).toEqual([
    "chat: u ada yes? | a bob it is broken",
  ]);
  expect(await inMessages(lines("ada", "bob", "yes?"), ["ADA"])).toEqual([
    "chat: a ada yes? | u bob it is broken",
  ]);
  expect(await inMessages(lines("Support", "bob", "yes?"))).toEqual([
    "chat: a Support yes? | u bob it is broken",
  ]);
  expect(await inMessages(lines("ada", "bob", "Hello, how can I help you?"))).toEqual([
    "chat: a ada Hello, how can I help you? | u bob it is broken",
  ]);
});

test("a bot that is told to be the one who answers is one", async () => {
  const found = await inMessages(
    ["10:00 ada> hi", ["10:01 helper> hello", { automatic: true }]],
    ["Helper"],
  );
  expect(found).toEqual(["chat: u ada hi | a helper hello"]);
});

test("roles that the format says hold, and what nobody answered is no conversation", async () => {
  expect(
    await inMessages([
      ["10:00 x> be brief", { role: "system", thread: "1" }],
      ["10:00 x> hi", { role: "user", thread: "1" }],
      ["10:00 y> hello", { role: "assistant", thread: "1" }],
      ["10:00 x> alone", { role: "user", thread: "2" }],
    ]),
  ).toEqual(["assistant-export: s x be brief | u x hi | a y hello"]);
});

const cue = (from: number, text: string): string =>
  `00:${String(from).padStart(2, "0")}:00.000 --> 00:${String(from).padStart(2, "0")}:05.000\n${text}\n`;

test("transcripts: cues joined, names kept, an mm-hm mended, silences dividing", async () => {
  const found = await inFile(
    "a.vtt",
    [
      "WEBVTT\n",
      cue(1, "GUEST: Thank you for\nhaving me here."),
      cue(2, "HOST: Why did you"),
      cue(3, "write it?"),
      cue(4, "GUEST: Because I"),
      cue(4, "HOST: Mm-hm."),
      cue(5, "GUEST: had to. Note"),
      cue(5, "Downloads: see there."),
      cue(6, "[Applause]"),
      cue(40, "HOST: And now?"),
      cue(41, "GUEST: Nothing."),
    ].join("\n"),
  );
  expect(found).toEqual([
    "transcript: a GUEST Thank you for\nhaving me here. | u HOST Why did you\nwrite it? | a GUEST Because I\nhad to. Note\nDownloads: see there.",
    "transcript: u HOST And now? | a GUEST Nothing.",
  ]);
});

test("rolling captions and one voice alone", async () => {
  const rolling = await inFile(
    "a.srt",
    [
      "1",
      "00:00:01,000 --> 00:00:02,000",
      "ANN: How old",
      "",
      "2",
      "00:00:02,000 --> 00:00:03,000",
      "How old",
      "are you?",
      "",
      "3",
      "00:00:03,000 --> 00:00:04,000",
      "BEN: Nine.",
      "",
    ].join("\n"),
  );
  expect(rolling).toEqual(["transcript: u ANN How old\nare you? | a BEN Nine."]);
  expect(await inFile("b.srt", "1\n00:00:01,000 --> 00:00:02,000\nThis is a talk.\n")).toEqual([]);
});
