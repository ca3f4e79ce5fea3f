// Faults that can be mended: what becomes of the row, what is told, and that the file that is read stays as it is.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mendedByLine } from "../../../../src/synth/profiles/fix/fix-file.ts";
import { menders } from "../../../../src/synth/profiles/fix/menders.ts";
import {
  checkFiles,
  faultCodes,
  faultOf,
  fixFile,
  readLimits,
} from "../../../../src/synth/profiles/index.ts";
import { makeFolder } from "../../../support/folders.ts";
import { jsonLines } from "../../../support/rows.ts";
import { assistant, chat, user } from "./faults.ts";

async function fixed(profile: string, content: string | Uint8Array) {
  const folder = makeFolder({ "in.jsonl": content });
  const [file, out] = [join(folder, "in.jsonl"), join(folder, "out.jsonl")];
  const report = await fixFile(file, out, profile);
  expect(readFileSync(file)).toEqual(Buffer.from(content));
  const text = readFileSync(out, "utf8");
  const after = await checkFiles({ file: out, profile, on: "2026-01-01", limits: readLimits() });
  return { report, text, after };
}

test("every fault that says it can be fixed is mended somewhere", () => {
  const said = faultCodes.filter((code) => faultOf(code).fixable === true);
  expect([...Object.keys(menders), ...mendedByLine].toSorted()).toEqual(said.toSorted());
});

test("Claude's: fields, roles and the system message; what is good keeps its bytes", async () => {
  const good =
    '{"messages": [{"role": "user", "content": "x"},  {"role": "assistant", "content": "y"}]}';
  const rows = [
    {
      id: 1,
      messages: [
        { role: "system", content: "s" },
        { role: "human", content: "q" },
        { ...assistant(), weight: 1 },
      ],
    },
    chat(user("r"), assistant("b")),
  ];
  const { report, text, after } = await fixed(
    "anthropic-bedrock",
    `\uFEFF${jsonLines(rows)}\n${good}\n${good}\n`,
  );
  expect(text).toBe(
    jsonLines([{ messages: [user(), assistant()], system: "s" }, chat(user("r"), assistant("b"))]) +
      `${good}\n`,
  );
  expect(report.changes.map(({ line, newLine, code }) => ({ line, newLine, code }))).toEqual([
    { line: 1, newLine: 1, code: "byte_order_mark" },
    { line: 1, newLine: 1, code: "extra_key" },
    { line: 1, newLine: 1, code: "extra_key" },
    { line: 1, newLine: 1, code: "bad_role" },
    { line: 1, newLine: 1, code: "system_in_messages" },
    { line: 3, newLine: null, code: "blank_line" },
    { line: 5, newLine: null, code: "duplicate_record" },
  ]);
  expect(report.changes[3]?.change).toBe('messages[1].role "human" → "user"');
  expect(after.errors.map(({ code }) => code)).toEqual(["too_few_records"]);
});

test("Mistral's: ids of calls keep fitting each other; weights and arguments are written as asked for", async () => {
  const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
  const row = {
    messages: [
      user(),
      { role: "assistant", tool_calls: [call] },
      { role: "tool", content: "r", tool_call_id: "call_1" },
      assistant("a", { weight: true }),
    ],
    tools: [{ type: "function", function: { name: "f", description: "", parameters: {} } }],
  };
  const mistral = await fixed("mistral", jsonLines([row]));
  const [written] = mistral.text
    .split("\n")
    .map((line) => (line === "" ? {} : (JSON.parse(line) as typeof row)));
  const { messages } = written as {
    messages: { tool_calls?: { id: string }[]; tool_call_id?: string; weight?: unknown }[];
  };
  expect(messages[1]?.tool_calls?.[0]?.id).toMatch(/^[A-Za-z0-9]{9}$/);
  expect(messages[2]?.tool_call_id).toBe(messages[1]?.tool_calls?.[0]?.id);
  expect(messages[3]?.weight).toBe(1);
  expect(mistral.after.valid).toBe(true);
  const openai = await fixed(
    "openai-sft",
    jsonLines([
      {
        ...row,
        messages: row.messages.map((one) =>
          "tool_calls" in one
            ? { ...one, tool_calls: [{ ...call, function: { name: "f", arguments: { a: 1 } } }] }
            : one,
        ),
      },
    ]),
  );
  expect(openai.text).toContain('"arguments":"{\\"a\\":1}"');
});

test("what cannot be mended safely is left and told by validate", async () => {
  const { report, text, after } = await fixed(
    "openai-sft",
    jsonLines([chat(user(""), assistant()), chat(user(), { role: "robot", content: "a" })]),
  );
  expect(report.changes).toEqual([]);
  expect(text).toBe(
    jsonLines([chat(user(""), assistant()), chat(user(), { role: "robot", content: "a" })]),
  );
  expect(after.errors.map(({ code }) => code)).toContain("bad_role");
});

test("UTF-16 becomes UTF-8, Azure's mark is put in, and a file is never written over itself", async () => {
  const row = jsonLines([chat(user("é"), assistant())]);
  const utf16 = await fixed(
    "mistral",
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(row, "utf16le")]),
  );
  expect(utf16.text).toBe(row);
  expect(utf16.report.changes).toMatchObject([{ code: "not_utf8" }]);
  const azure = await fixed("azure-openai-sft", row);
  expect(azure.text).toBe(`\uFEFF${row}`);
  const file = join(makeFolder({ "in.jsonl": row }), "in.jsonl");
  await expect(fixFile(file, file, "mistral")).rejects.toMatchObject({ code: "FT-PROFILE-005" });
});

test("a line that is no UTF-8 is told with its number, and nothing is written", async () => {
  const folder = makeFolder({
    "in.jsonl": Buffer.from('{"text":"a"}\n{"text":"caf\xe9"}\n', "latin1"),
  });
  const attempt = fixFile(join(folder, "in.jsonl"), join(folder, "out.jsonl"), "mlx-lm");
  await expect(attempt).rejects.toMatchObject({
    code: "FT-PROFILE-008",
    message: expect.stringContaining("line 2") as unknown,
  });
  expect(existsSync(join(folder, "out.jsonl"))).toBe(false);
});

test("a row that is nested deeper than it can be copied stays as it is", async () => {
  const nested = `{"messages":[],"meta":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
  const { text } = await fixed("openai-sft", `${nested}\n${jsonLines([chat(user, assistant)])}`);
  expect(text.startsWith(`${nested}\n`)).toBe(true);
});

test("numbers keep their spelling where a row is mended; one that cannot leaves the row as it is", async () => {
  const said =
    '"messages":[{"role":"user","content":"q 9007199254740993"},{"role":"assistant","content":"a"';
  const row = (fields: string) => `{${fields},${said},"weight":"1"}]}`;
  const exact =
    '"big":12345678901234567890,"far":1e400,"fine":0.1000000000000000055511151231257827,"n":1.5';
  const twins = '"one":9007199254740993,"other":9007199254740992';
  const { report, text } = await fixed("mlx-lm", `${row(exact)}\n`);
  expect(text).toBe(`{${exact},${said},"weight":1}]}\n`);
  expect(report.changes.map(({ line, code }) => [line, code])).toEqual([[1, "bad_weight"]]);
  const left = await fixed("mlx-lm", `${row(twins)}\n`);
  expect(left).toMatchObject({ text: `${row(twins)}\n`, report: { changes: [] } });
});

test("arguments with such a number are not written as text", async () => {
  const call =
    '{"id":"a","type":"function","function":{"name":"f","arguments":{"n":9007199254740993}}}';
  const row = `{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","tool_calls":[${call}]}]}`;
  const { text } = await fixed("openai-sft", `${row}\n`);
  expect(text).toBe(`${row}\n`);
});

test("a row nested without end is looked at for half pairs and left as it is", async () => {
  const deep = `${"[".repeat(200_000)}"\\ud800"${"]".repeat(200_000)}`;
  const row = `{"deep":${deep},"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}`;
  const { text, after } = await fixed("mlx-lm", `${row}\n`);
  expect(text).toBe(`${row}\n`);
  expect(after.errors.map(({ code }) => code)).toContain("lone_surrogate");
});
