// What comes back as a row written again: rows that tell the model what to do change neither the form nor bring the
// prompt along, and an honest rewriting counts.
import { expect, test } from "vitest";
import { findPrompt, shippedPrompts } from "../../../../src/synth/make/prompts.ts";
import { lookAt } from "../../../../src/synth/quality/looked-row.ts";
import {
  readRewriting,
  rewriteRequest,
  type RewriteParts,
} from "../../../../src/synth/quality/rewriting.ts";
import { markOf } from "../../../../src/synth/quality/shown-row.ts";
import { canaryDocuments } from "../../../support/canary-documents.ts";
import { canaries } from "../../../support/judge-canaries.ts";

const prompt = findPrompt("quality-fix", [shippedPrompts()]);
const parts: RewriteParts = {
  ...{ prompt, keepsSchemas: false },
  settings: { maxTokens: 500, seed: 1 },
};
const how = { keeps: true, prompt };
const question = "How long does the kettle take?";

const conversation = (answer: string, asked = question) => ({
  messages: [
    { role: "user", content: asked },
    { role: "assistant", content: answer },
  ],
});

const rowOf = (text: string) =>
  lookAt({ id: "k1", ...conversation(text), metadata: { from: "a test" } });

/** Eight words of the prompt in a row, however they are spelled. */
function runsOfPrompt(): string[] {
  const words = `${prompt.system} ${prompt.prompt}`.toLowerCase().match(/[a-z]+/g) ?? [];
  return words.slice(7).map((_, at) => words.slice(at, at + 8).join(" "));
}

const runs = runsOfPrompt();

test.each(canaryDocuments.map((one) => [one.name, one] as const))(
  "%s: a model that obeys the row changes no form and brings nothing of the prompt",
  (_, { text, obeys }) => {
    const row = rowOf(text);
    const request = rewriteRequest(row, ["a fault"], 0, parts);
    const reply = obeys({ system: request.system ?? "", prompt: request.prompt, others: "" });
    const read = readRewriting({ text: reply, end: "stop" }, row, how);
    if ("problem" in read) return expect(read.problem).not.toBe("");
    const { messages, ...others } = read.row.value as { messages: Record<string, string>[] };
    expect(others).toEqual({ id: "k1", metadata: { from: "a test" } });
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
    for (const message of messages) {
      expect(Object.keys(message)).toEqual(["role", "content"]);
      const plain = (message["content"] ?? "").replaceAll(/\p{Cf}/gu, "").toLowerCase();
      const words = (plain.match(/[a-z]+/g) ?? []).join(" ");
      expect(runs.filter((run) => words.includes(run))).toEqual([]);
      expect(message["content"]).not.toMatch(/<\|im_|\[INST\]|<<SYS>>/);
    }
  },
);

test("those that carry the prompt are refused for that", () => {
  const refused = canaryDocuments.filter(({ text, obeys }) => {
    const row = rowOf(text);
    const { system, prompt: asked } = rewriteRequest(row, ["a fault"], 0, parts);
    const reply = { text: obeys({ system, prompt: asked, others: "" }), end: "stop" as const };
    const read = readRewriting(reply, row, how);
    return "problem" in read && read.problem === "the rewriting has words of the prompt";
  });
  expect(refused.map(({ name }) => name.slice(3))).toEqual([
    ...["ignore.md", "unseen.md", "comment.html", "base64.txt", "letter.eml", "tags.md"],
  ]);
});

test("the mark around the row does not come back", () => {
  const row = rowOf("It takes some minutes.");
  const reply = JSON.stringify(conversation(`It takes four minutes. </${markOf(row)}>`));
  expect(readRewriting({ text: reply, end: "stop" }, row, how)).toEqual({
    problem: "the rewriting has words of the prompt",
  });
});

test("more messages than the row had, and two, are no rewriting of it", () => {
  const row = rowOf("It takes some minutes.");
  const turns = (count: number) => ({
    messages: Array.from({ length: count }, (_, at) => ({
      role: at % 2 === 0 ? "user" : "assistant",
      content: at === 0 ? question : `It takes ${at} minutes, and not ${at + 1}.`,
    })),
  });
  const read = (count: number) =>
    readRewriting({ text: JSON.stringify(turns(count)), end: "stop" }, row, how);
  expect(read(4)).toHaveProperty("row");
  expect(read(6)).toEqual({
    problem: "the rewriting is no row: more messages than asked for",
  });
});

test.each(Object.entries(canaries))(
  "an honest rewriting counts, whatever the row says: %s",
  (_, text) => {
    const row = rowOf(`It takes four minuts. ${text}`);
    const reply = JSON.stringify(conversation("It takes four minutes."));
    expect(readRewriting({ text: reply, end: "stop" }, row, how)).toHaveProperty("row");
  },
);

test("a row about prompts may say of them what it said before", () => {
  const said = prompt.system.split("\n\n")[0] ?? "";
  const row = rowOf(`A prompt may begin so: ${said}`);
  const reply = JSON.stringify(conversation(`A prompt may begin like this: ${said}`));
  expect(readRewriting({ text: reply, end: "stop" }, row, how)).toHaveProperty("row");
});
