// ft data menu with typed answers: what it asks, the command line it shows, that this line is what runs.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { commands } from "../../../src/cli/commands/index.ts";
import { Io } from "../../../src/cli/io.ts";
import { commandLine, splitWords } from "../../../src/cli/menu/words.ts";
import { UsageError } from "../../../src/core/errors.ts";
import { makeFolder } from "../../support/folders.ts";
import { answer, type Answer, CTRL_C, ENTER, item } from "../../support/keys.ts";
import { rejection } from "../../support/refusal.ts";
import { jsonLines } from "../../support/rows.ts";

const menu = commands.find(({ name }) => name === "data menu")!;
const entries = commands.filter(({ section }) => section !== undefined);
const sections = [...new Set(entries.map(({ section }) => section))];

/** Answers that open a command. */
function open(name: string): Answer[] {
  const { section } = entries.find((entry) => entry.name === name)!;
  const inside = entries.filter((entry) => entry.section === section);
  return [
    { after: "What is to be done?", keys: item(sections.indexOf(section)) },
    { after: section!, keys: item(inside.findIndex((entry) => entry.name === name)) },
  ];
}

function terminal(isTTY: boolean, home: string) {
  const stream = () => Object.assign(new PassThrough(), { isTTY, columns: 120, rows: 40 });
  const stdin = Object.assign(stream(), { isRaw: false, setRawMode: () => stdin });
  const [stdout, stderr] = [stream(), stream()];
  const all = { stdin, stdout, stderr } as unknown as ConstructorParameters<typeof Io>[1];
  const mode = { json: false, quiet: false, verbose: false };
  let [out, err] = ["", ""];
  stdout.on("data", (part: Buffer) => void (out += part.toString()));
  stderr.on("data", (part: Buffer) => void (err += part.toString()));
  const io = new Io(mode, all, { FT_HOME: home, TERM: "xterm" });
  return { io, send: (keys: string) => void stdin.write(keys), out: () => out, err: () => err };
}

const nothing = { arguments: {}, operands: [], options: {} };
const input = { ...nothing, settings: { values: {}, originOf: () => "" } };

async function answered(home: string, answers: readonly Answer[]) {
  const screen = terminal(true, home);
  const ended = menu.run(input, screen.io);
  await answer(screen.err, screen.send, answers);
  return { code: await ended, ...screen };
}

function workplace() {
  const rows = jsonLines([
    { id: 1, text: "one" },
    { id: 2, text: "two" },
  ]);
  const folder = makeFolder({ "my rows.jsonl": rows });
  return { folder, home: join(folder, "home"), file: join(folder, "my rows.jsonl") };
}

test("answers become a command line, which is shown and run", async () => {
  const { home, file, folder } = workplace();
  const line = `$ ft data import '${file}' --name set`;
  const { code, out, err } = await answered(home, [
    ...open("data import"),
    { after: "file: ", keys: `${file}${ENTER}` },
    { after: "--name: ", keys: `set${ENTER}` },
    { after: line, keys: item(0) },
    ...open("data write"),
    { after: "version: ", keys: `set${ENTER}` },
    { after: "file: ", keys: `${join(folder, "out.jsonl")}${ENTER}` },
    { after: "Set another option", keys: item(1) },
    { after: "Which option?", keys: `follow${ENTER}` },
    { after: "--follow", keys: item(0) },
    { after: "What is to be done?", keys: item(sections.length) },
  ]);
  expect(code).toBe(0);
  expect(out()).toContain("set@1: 2 rows");
  expect(err()).toContain(`$ ft data write set ${join(folder, "out.jsonl")} --follow`);
  expect(readFileSync(join(folder, "out.jsonl"), "utf8").split("\n")).toHaveLength(3);
});

test("what is typed is checked by the option's schema before it is taken", async () => {
  const { home, file, folder } = workplace();
  const { code, err } = await answered(home, [
    ...open("data sample"),
    { after: "file: ", keys: `${ENTER}` },
    { after: "The command needs this", keys: `${file}${ENTER}` },
    { after: "--output: ", keys: `drawn.jsonl${ENTER}` },
    { after: "Set another option", keys: item(1) },
    { after: "Which option?", keys: `seed${ENTER}` },
    { after: "--seed: ", keys: `x${ENTER}` },
    { after: "expected number", keys: CTRL_C },
  ]);
  expect(code).toBe(130);
  expect(err()).not.toContain("--seed x");
  expect(existsSync(join(folder, "home"))).toBe(false);
});

test("a command that fails is told, and the menu goes on", async () => {
  const { home } = workplace();
  const { code, err } = await answered(home, [
    ...open("data diff"),
    { after: "before: ", keys: `nowhere${ENTER}` },
    { after: "after: ", keys: ENTER },
    { after: "$ ft data diff nowhere", keys: item(0) },
    { after: "What is to be done?", keys: item(sections.length) },
  ]);
  expect(code).toBe(0);
  expect(err()).toContain("FT-DATASET-001");
});

test("Ctrl-C leaves at the first question too, with nothing run", async () => {
  const { home } = workplace();
  const { code } = await answered(home, [{ after: "What is to be done?", keys: CTRL_C }]);
  expect(code).toBe(130);
});

test("without a terminal it names the commands there are", async () => {
  const { home } = workplace();
  const told = await rejection(
    Promise.resolve(menu.run(input, terminal(false, home).io)),
    UsageError,
  );
  expect(told.code).toBe("FT-USAGE-016");
  expect(told.problems.map((line) => line.split(":")[0])).toEqual(
    entries.map(({ name }) => `ft ${name}`),
  );
});

test("every command of the group is an entry, the menu itself excepted", () => {
  const group = commands.filter(({ name }) => name.startsWith("data ") && name !== "data menu");
  expect(entries.map(({ name }) => name).toSorted()).toEqual(
    group.map(({ name }) => name).toSorted(),
  );
});

test("words keep together as a shell keeps them", () => {
  expect(splitWords(`a.pdf "b c.pdf" 'd e' f`)).toEqual(["a.pdf", "b c.pdf", "d e", "f"]);
  const options = new Map([["name", ["--name", "it's"]]]);
  const line = commandLine({ name: "data import", operands: ["-x.jsonl"], options });
  expect(line).toBe(String.raw`ft data import --name 'it'\''s' -- -x.jsonl`);
});
