// IRC logs, Discord's plain text, WebVTT and SubRip, by hand.
import { expect, test } from "vitest";
import { readFiles, saidIn, timesIn } from "./reading.ts";

test("irssi: days, modes, joins, actions", async () => {
  const read = await readFiles({
    "#ft.log": [
      "--- Log opened Mon Jan 01 10:00:00 2024",
      "10:23 -!- carl [~carl@host] has joined #ft",
      "10:23 <@alice> how do I <b>this</b>?",
      "10:24 < bob> alice: like so",
      "10:24  * alice waves",
      "--- Day changed Tue Jan 02 2024",
      "00:01 <+carl> hi",
    ].join("\n"),
  });
  expect(read.kind).toBe("irc");
  expect(saidIn(read)).toEqual([
    "(?: -!- carl [~carl@host] has joined #ft)",
    "alice: how do I <b>this</b>?",
    "bob: alice: like so",
    "(?: * alice waves)",
    "carl: hi",
  ]);
  expect(timesIn(read).at(-1)).toBe("2024-01-02T00:01:00");
});

test("WeeChat", async () => {
  const read = await readFiles({
    "irc.libera.#ft.weechatlog": [
      "2024-01-01 10:23:45\t-->\tbob (b@h) has joined #ft",
      "2024-01-01 10:23:45\t@alice\tquestion",
      "2024-01-01 10:23:46\tbob\tanswer",
      "2024-01-01 10:23:47\t *\tbob waves",
      "2024-01-01 10:23:48\t--\tMode #ft [+o bob] by alice",
      "2024-01-01 10:23:49\tbob\tmore",
    ].join("\n"),
  });
  expect(saidIn(read).filter((said) => !said.startsWith("("))).toEqual([
    "alice: question",
    "bob: answer",
    "bob: more",
  ]);
  expect(timesIn(read)[1]).toBe("2024-01-01T10:23:45");
});

test("HexChat, over the end of a year", async () => {
  const read = await readFiles({
    "ft.log": [
      "**** BEGIN LOGGING AT Sun Dec 31 23:50:00 2023",
      "",
      "Dec 31 23:50:01 *\tNow talking on #ft",
      "Dec 31 23:50:02 <alice>\thi",
      "Jan 01 00:00:02 <bob>\thappy new year",
      "Jan 01 00:00:03 <alice>\tthanks",
    ].join("\n"),
  });
  expect(saidIn(read).slice(1)).toEqual(["alice: hi", "bob: happy new year", "alice: thanks"]);
  expect(timesIn(read).slice(1)).toEqual([
    "2023-12-31T23:50:02",
    "2024-01-01T00:00:02",
    "2024-01-01T00:00:03",
  ]);
});

test("ZNC, whose files are named after their day", async () => {
  const read = await readFiles({
    "2024-01-05.log": [
      "[10:23:45] *** Joins: bob (~bob@host)",
      "[10:23:46] <al|ce> hi",
      "[10:23:47] <bob> yes?",
      "[10:23:48] * bob waves",
      "[10:23:49] <al|ce> no",
    ].join("\n"),
  });
  expect(saidIn(read).filter((said) => !said.startsWith("("))).toEqual([
    "al|ce: hi",
    "bob: yes?",
    "al|ce: no",
  ]);
  expect(timesIn(read)[1]).toBe("2024-01-05T10:23:46");
});

test("HTML is no IRC log", async () => {
  const html = "<b>bold</b> text\n<i>it</i> is\n<p>a</p>\n<b>x</b>\n".repeat(5);
  expect((await readFiles({ "page.txt": html })).kind).toBe("text");
});

test("Discord's plain text: replies over lines, attachments, deeds", async () => {
  const line = "=".repeat(62);
  const read = await readFiles({
    "general.txt": [
      line,
      "Guild: Server",
      "Channel: Text / general",
      line,
      "",
      "[04-Jan-24 10:23 PM] alice",
      "hello",
      "",
      "there",
      "",
      "[04-Jan-24 10:24 PM] bob#1234 (pinned)",
      "hi",
      "",
      "{Attachments}",
      "https://cdn.example/x.png",
      "",
      "{Reactions}",
      "👍 (3)",
      "",
      "[05-Jan-24 12:24 AM] carl",
      "Joined the server.",
      "",
      line,
      "Exported 3 message(s)",
      line,
    ].join("\n"),
  });
  expect(read.kind).toBe("discord-text");
  expect(saidIn(read)).toEqual([
    "alice: hello\n\nthere",
    "bob#1234: hi",
    "(carl: Joined the server.)",
  ]);
  expect(timesIn(read)).toEqual([
    "2024-01-04T22:23:00",
    "2024-01-04T22:24:00",
    "2024-01-05T00:24:00",
  ]);
});

test("WebVTT: voices, tags, notes, names before a colon", async () => {
  const read = await readFiles({
    "talk.vtt": [
      "WEBVTT - a talk",
      "",
      "NOTE",
      "nothing --> here",
      "",
      "STYLE",
      "::cue { color: red }",
      "",
      "1",
      "00:00:01.000 --> 00:00:04.500 align:start",
      "<v Alice Smith>Hello <00:00:02.000>you</v>",
      "and all",
      "",
      "00:05.000 --> 00:06.000",
      "<v.loud Alice>a</v> <v Bob>b",
      "c",
      "",
      "01:00:07.000 --> 01:00:08.000",
      "MR. X: yes",
      "- no",
    ].join("\r\n"),
  });
  expect(read.kind).toBe("vtt");
  expect(saidIn(read)).toEqual([
    "Alice Smith: Hello\nyou\nand all",
    "Alice: a",
    "Bob: b\nc",
    "MR. X: yes",
    "?: no",
  ]);
  expect(read.blocks[0]).toMatchObject({ begins: 1, ends: 4.5 });
  expect(read.blocks.at(-1)).toMatchObject({ begins: 3607, otherVoice: true });
});

test("SubRip", async () => {
  const read = await readFiles({
    "talk.srt": [
      "1",
      "00:00:01,000 --> 00:00:04,000",
      "ANNA: <i>Where were you?</i>",
      "",
      "2",
      "00:00:05,000 --> 00:00:06,000",
      "In town.",
      "Shopping: bread, milk.",
    ].join("\n"),
  });
  expect(read.kind).toBe("srt");
  expect(saidIn(read)).toEqual(["ANNA: Where were you?", "?: In town.", "Shopping: bread, milk."]);
});
