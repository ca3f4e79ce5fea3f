// WhatsApp exports of both programs in several languages, by hand.
import { expect, test } from "vitest";
import { readFiles, saidIn, timesIn } from "./reading.ts";

const mark = "\u200e";

test("the Android form: system lines, several lines, media, edits", async () => {
  const read = await readFiles({
    "chat.txt": [
      "12/31/23, 9:41\u202fPM - Messages and calls are end-to-end encrypted.",
      "12/31/23, 9:41\u202fPM - Alice: hi",
      "there: it is",
      "",
      "bye",
      '12/31/23, 9:50\u202fPM - Alice changed the group name from "A: b" to "C"',
      "1/1/24, 9:42\u202fAM - Bob B: <Media omitted>",
      "1/1/24, 9:42\u202fAM - Bob B: IMG-1.jpg (file attached)",
      "the caption",
      "1/13/24, 12:05\u202fAM - Bob B: see https://x.org <This message was edited>",
      "1/13/24, 12:06\u202fPM - Alice: This message was deleted",
    ].join("\n"),
  });
  expect(read.kind).toBe("whatsapp");
  expect(read.container).toBe(false);
  expect(saidIn(read)).toEqual([
    "(?: Messages and calls are end-to-end encrypted.)",
    "Alice: hi\nthere: it is\n\nbye",
    '(?: Alice changed the group name from "A: b" to "C")',
    "(Bob B: <Media omitted>)",
    "Bob B: the caption",
    "Bob B: see https://x.org",
    "(Alice: This message was deleted)",
  ]);
  expect(timesIn(read)[0]).toBe("2023-12-31T21:41:00");
  expect(timesIn(read).slice(5)).toEqual(["2024-01-13T00:05:00", "2024-01-13T12:06:00"]);
});

test("the bracket form of a German iPhone, with carriage returns and marks", async () => {
  const read = await readFiles({
    "_chat.txt": [
      `[03.04.24, 21:41:05] Verein: ${mark}Nachrichten sind Ende-zu-Ende-verschlüsselt.`,
      "[03.04.24, 21:41:05] Alice: hallo",
      "zweite Zeile",
      "",
      "",
      "vierte",
      `${mark}[04.04.24, 21:42:05] ~\u202fBob: ${mark}Bild weggelassen`,
      "[04.04.24, 21:43:05] ~\u202fBob: ja",
      "",
    ].join("\r\n"),
  });
  expect(saidIn(read)).toEqual([
    "(Verein: )",
    "Alice: hallo\nzweite Zeile\n\nvierte",
    "(Bob: )",
    "Bob: ja",
  ]);
  expect(timesIn(read)).toEqual([
    "2024-04-03T21:41:05",
    "2024-04-03T21:41:05",
    "2024-04-04T21:42:05",
    "2024-04-04T21:43:05",
  ]);
});

test.each([
  ["Korean", "2023년 12월 31일 오후 9:41, 민수 : 안녕", "민수"],
  ["Chinese", "2023/12/31 下午9:41 - 小明: 你好", "小明"],
  ["Spanish", "31/12/2023, 9:41 p. m. - Ana: hola", "Ana"],
  ["Finnish", "31.12.2023 klo 21.41 - Aino: moi", "Aino"],
  ["Dutch", "31-12-2023 21:41 - Jan: hoi", "Jan"],
  ["ISO", "2023-12-31, 21:41 - Åsa: hej", "Åsa"],
  ["Arabic digits", "٣١\u200f/١٢\u200f/٢٠٢٣, ٩:٤١ م - علي: مرحبا", "علي"],
])("dates in %s", async (_language, line, speaker) => {
  const read = await readFiles({ "chat.txt": `${line}\n${line}` });
  expect(read.blocks).toMatchObject([
    { speaker, sentAt: "2023-12-31T21:41:00" },
    { speaker, sentAt: "2023-12-31T21:41:00" },
  ]);
});

test("3/4 is read as the rest of the file reads its dates", async () => {
  const days = (dates: readonly string[]): string =>
    dates.map((date, at) => `${date}, 10:00 - ${at % 2 === 0 ? "A" : "B"}: x`).join("\n");
  const american = await readFiles({ "a.txt": days(["3/4/24", "3/5/24", "3/6/24"]) });
  const european = await readFiles({ "a.txt": days(["3/4/24", "4/4/24", "13/4/24"]) });
  expect(timesIn(american)[0]).toBe("2024-03-04T10:00:00");
  expect(timesIn(european)[0]).toBe("2024-04-03T10:00:00");
});

test("a program's log with levels where names would be is no chat", async () => {
  const log = "2024-01-01 10:00:00 - INFO: started\n2024-01-01 10:00:01 - ERROR: no disk\n";
  expect((await readFiles({ "app.txt": log })).kind).toBe("text");
});

test("long chats come in parts, every message whole", async () => {
  const lines = Array.from(
    { length: 20_000 },
    (_, at) =>
      `[01.02.24, 10:${String(at % 60).padStart(2, "0")}:00] ${"AB"[at % 2]}: message ${at}\nmore`,
  );
  const read = await readFiles({ "long.txt": lines.join("\n") });
  expect(read.blocks).toHaveLength(20_000);
  expect(saidIn(read)[12_345]).toBe("B: message 12345\nmore");
});
