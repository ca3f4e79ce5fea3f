// What shells complete after `ft`, asked in the shells themselves; in bash always, in zsh and fish where they are.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../../src/cli/commands/index.ts";
import { completionScript, shells } from "../../../src/cli/completion/index.ts";
import { optionsOf } from "../../../src/core/options.ts";
import { makeFolder } from "../../support/folders.ts";

const folder = makeFolder();

beforeAll(() => {
  for (const shell of shells.names())
    writeFileSync(join(folder, `ft.${shell}`), completionScript(shell, commands));
  mkdirSync(join(folder, "settings"));
  writeFileSync(join(folder, "settings.yaml"), "");
  writeFileSync(join(folder, "two words.jsonl"), "");
});

const isThere = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

function ran(shell: string, args: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(shell, args, { cwd: folder, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\n").filter((line) => line !== "");
}

/** What bash offers, the last word being the one that is typed. */
function inBash(...words: string[]): string[] {
  const script = `. ./ft.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ft; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return ran("bash", ["--norc", "-c", script, "bash", ...words]).sort();
}

describe("bash", () => {
  test("names of commands, of their groups, and of groups by their alias", () => {
    expect(inBash("ft", "tr")).toEqual(["train"]);
    expect(inBash("ft", "train", "st")).toEqual(["start"]);
    expect(inBash("ft", "dataset", "dif")).toEqual(["diff"]);
    expect(inBash("ft", "help", "tem")).toEqual(["templates"]);
    expect(inBash("ft", "--ver")).toEqual(["--version"]);
  });

  test.each(commands.map((command) => [command.name, command] as const))(
    "every option of ft %s that help shows",
    (name, command) => {
      const offered = inBash("ft", ...name.split(" "), "-");
      for (const { flag } of optionsOf(command.options)) {
        if (flag.hidden === true) continue;
        expect(offered.some((word) => word.replace(/^--(no-)?/, "") === flag.long)).toBe(true);
      }
      expect(offered).toContain("--json");
    },
  );

  test("what an option takes: words of its own, a path, or what nobody can know", () => {
    expect(inBash("ft", "train", "start", "--final-model", "b")).toEqual(["best"]);
    expect(inBash("ft", "train", "start", "--final-model", "=", "b")).toEqual(["best"]);
    expect(inBash("ft", "train", "start", "--final-model", "=")).toEqual(["best", "last"]);
    expect(inBash("ft", "train", "start", "--method", "do")).toEqual(["dora"]);
    expect(inBash("ft", "train", "start", "-c", "set")).toEqual(["settings", "settings.yaml"]);
    expect(inBash("ft", "train", "start", "--epochs", "")).toEqual([]);
  });

  test("arguments are paths, with spaces too, or their own words", () => {
    expect(inBash("ft", "train", "start", "builtin/tiny", "two")).toEqual(["two words.jsonl"]);
    expect(inBash("ft", "merge", "sett")).toEqual(["settings", "settings.yaml"]);
    expect(inBash("ft", "completion", "z")).toEqual(["zsh"]);
  });
});

/** The lines that zsh makes of these when Tab is pressed after each. */
function inZsh(lines: readonly string[]): string[] {
  const begin = [
    "autoload -U compinit; compinit -D -u; . ./ft.zsh; unsetopt beep",
    'said() { print -r -- "$BUFFER" >> said; }; zle -N said; bindkey "^T" said; print -r -- > ready',
  ];
  const script = `zmodload zsh/zpty; zpty z zsh -f -i
${begin.map((line) => `zpty -w z '${line}'`).join("\n")}
repeat 200; do [[ -e ready ]] && break; sleep 0.05; done
for line in "$@"; do zpty -w -n z "$line"$'\\t\\x14\\x15'; done
repeat 200; do [[ -e said && $(wc -l < said) -ge $# ]] && break; sleep 0.05; done
zpty -d z`;
  ran("zsh", ["-f", "-c", script, "zsh", ...lines]);
  return readFileSync(join(folder, "said"), "utf8").trimEnd().split("\n");
}

test.runIf(isThere("zsh"))("zsh: commands, options, their words, paths", () => {
  const pairs = [
    ["ft templ", "ft templates "],
    ["ft train sta", "ft train start "],
    ["ft dataset dif", "ft dataset diff "],
    ["ft help recom", "ft help recommend "],
    ["ft train start --dry", "ft train start --dry-run "],
    ["ft train start --final-model=b", "ft train start --final-model=best "],
    ["ft train start --final-model l", "ft train start --final-model last "],
    ["ft train start -c settings.", "ft train start -c settings.yaml "],
    ["ft train start builtin/tiny two", "ft train start builtin/tiny two\\ words.jsonl "],
    ["ft completion f", "ft completion fish "],
  ];
  expect(inZsh(pairs.map(([typed = ""]) => typed))).toEqual(
    pairs
      .map(([, made]) => made?.trimEnd())
      .map((made) => expect.stringMatching(new RegExp(`^${made?.replace(/[\\.]/g, "\\$&")} ?$`))),
  );
});

/** What fish offers, without what it says of each. */
const inFish = (line: string): string[] =>
  ran("fish", ["--no-config", "-c", `. ./ft.fish; complete -C "$argv[1]"`, line]).map(
    (each) => each.split("\t")[0] ?? "",
  );

test.runIf(isThere("fish"))("fish: commands, options, their words, paths", () => {
  expect(inFish("ft templ")).toEqual(["templates"]);
  expect(inFish("ft train sta")).toEqual(["start"]);
  expect(inFish("ft dataset dif")).toEqual(["diff"]);
  expect(inFish("ft help recom")).toEqual(["recommend"]);
  expect(inFish("ft train start --dry")).toEqual(["--dry-run"]);
  expect(inFish("ft train start --final-model ")).toEqual(["best", "last"]);
  expect(inFish("ft train start -c set")).toEqual(["settings.yaml", "settings/"]);
  expect(inFish("ft train start builtin/tiny two")).toEqual(["two words.jsonl"]);
  expect(inFish("ft train start --epochs ")).toEqual([]);
  expect(inFish("ft completion z")).toEqual(["zsh"]);
});

test("another shell is refused, with those that there are", () => {
  expect(() => completionScript("tcsh", commands)).toThrow("Shells: [bash, zsh, fish]");
});
