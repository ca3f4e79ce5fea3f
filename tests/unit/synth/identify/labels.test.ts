// Conversations behind labels in plain text: questions and answers, roles, names.
import { describe, expect, test } from "vitest";
import { conversations } from "./finding.ts";

describe("labels of questions and answers", () => {
  test("Q: and A: give a conversation a pair, of several lines too", async () => {
    const text = "Q: What is it?\nA: A tool.\n   It works.\n\nQ: How much?\nA: Ten euros.\n";
    expect(await conversations(text)).toEqual([
      ["user: What is it?", "assistant: A tool.\nIt works."],
      ["user: How much?", "assistant: Ten euros."],
    ]);
  });

  test("**Question**: and **Answer**: are labels in bold", async () => {
    const text = "**Question**: Is it open?\n\n**Answer**: Yes, all day.\n";
    expect(await conversations(text)).toEqual([["user: Is it open?", "assistant: Yes, all day."]]);
  });

  test("an exam has questions and choices, not answers", async () => {
    const exam = [1, 2, 3].map(
      (number) => `Q${number}: What is ${number} + 1?\na) ${number}\nb) 5\nc) 7\nA: b\n`,
    );
    expect(await conversations(exam.join("\n"))).toEqual([]);
  });
});

describe("labels of roles", () => {
  test("User: and Assistant: are one conversation of several turns", async () => {
    const text =
      "User: Hi, can you help me?\nAssistant: Sure! Steps:\n\n1. do this\n2. do that\n\nUser: Thanks\nAssistant: You are welcome.\n";
    expect(await conversations(text)).toEqual([
      [
        "user: Hi, can you help me?",
        "assistant: Sure! Steps:\n\n1. do this\n2. do that",
        "user: Thanks",
        "assistant: You are welcome.",
      ],
    ]);
  });
});

describe("names", () => {
  const talk =
    "Anna: Hast du Zeit?\nBen: Ja, klar.\nAnna: Wann treffen wir uns?\nBen: Um acht, bei mir.\n";

  test("who asks is the user", async () => {
    expect(await conversations(talk)).toEqual([
      [
        "user: Hast du Zeit?",
        "assistant: Ja, klar.",
        "user: Wann treffen wir uns?",
        "assistant: Um acht, bei mir.",
      ],
    ]);
  });

  test("the caller may say who answers", async () => {
    const [found] = await conversations(talk, { assistants: ["anna"] });
    expect(found?.[0]).toBe("assistant: Hast du Zeit?");
  });

  test("fields of records are nobody's words", async () => {
    const records = "Colour: red\nShape: round\n\nColour: blue\nShape: square\n\n".repeat(5);
    expect(await conversations(records)).toEqual([]);
  });
});
