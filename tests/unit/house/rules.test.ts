import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { rules } from "../../../dev/checks/index.ts";
import type { Repository } from "../../../dev/checks/repository.ts";
import { root } from "../../support/documents.ts";

// Every repository rule finds the one thing seeded for it; a rule without a seed fails here.

const lines = Array.from({ length: 8 }, (_, index) => `call${index}();`).join("\n");

const emptyInventory = ["fine-tuning", "pipeline", "remote", "documents", "studio"]
  .map((name) => `${name}: []\n`)
  .join("");

const seeds: Record<string, Record<string, string>> = {
  "the root holds no data, tests or scratch files": { "results.jsonl": "{}" },
  "tests are under tests/": { "src/core/units.test.ts": "" },
  "every folder of src/ has a short CONTEXT.md": {
    "src/core/units.ts": "",
    "src/core/CONTEXT.md": "line\n".repeat(21),
  },
  "data/README.md names every file shipped in data/": {
    "data/README.md": "Nothing here.",
    "data/spider.jsonl": "{}",
  },
  "design documents follow docs/design/STATUS.md": {
    "docs/design/STATUS.md": "Date: 2020-01-01\nStatus: built",
    "docs/design/NATIVE.md": "Date: 2020-01-02\nStatus: built",
  },
  "dev/inventory.yaml has every row once, and what its rows name is there": {
    "dev/inventory.yaml": emptyInventory,
  },
  "no 8 lines stand in src/ twice": { "src/core/a.ts": lines, "src/text/b.ts": lines },
  "lines of pages have at most 120 columns": {
    "docs/a.md": `| ${"cell ".repeat(30)}|\n- ${"x".repeat(130)}\n${"word ".repeat(30)}\n`,
  },
  "what the library exports has a comment": {
    "src/index.ts": 'export { thrown } from "./a.ts";\n',
    "src/a.ts": "/** @throws always */\nexport function thrown(): void {}\n",
  },
  "no key, token, password or file that holds some is committed": {
    "config.yaml": `key: hf_${"a1B2".repeat(9)}`,
    ".env.example": "OPENAI_API_KEY=",
  },
  "nothing is called ready for production": { "README.md": `${"production"}-ready` },
  "no path of one machine": { "docs/a.md": `see /${"root"}/model` },
  "no registry host": { "docs/a.md": `https://${"registry"}.npm.example/` },
  "docs/licences.md lists the npm packages of the product": {
    "package-lock.json": '{ "packages": { "node_modules/a": { "license": "MIT" } } }',
    "docs/licences.md": "## npm packages at run time\n| package | licence |\n|---|---|\n",
  },
  "package-lock.json holds no download addresses": {
    "package-lock.json": '{\n"resolved": "https://elsewhere.example/a.tgz"\n}',
  },
  "package.json pins exact versions": { "package.json": '    "zod": "^4.0.0"' },
  "src/ throws no plain Error: what a person sees is an FtError, a slip of the program a RangeError or TypeError":
    { "src/text/slip.ts": 'throw new Error("slip")' },
  "the command line imports data through its index": {
    "src/cli/screen.ts": 'import { rows } from "../data/rows.ts";',
  },
  "only src/mx opens the addon": { "src/text/fast.ts": 'require("ft_native.node")' },
};

function inMemory(files: Record<string, string>): Repository {
  const known = { "docs/design/STATUS.md": "Date: 2020-01-01\nStatus: built", ...files };
  return {
    root: import.meta.dirname,
    files: Object.keys(known).sort(),
    text: (file) => (known as Record<string, string>)[file] ?? "",
  };
}

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
  test("finds its seed", () => {
    const seed = seeds[name];
    expect(seed, `add a seed for "${name}"`).toBeDefined();
    expect(rule.check(inMemory(seed ?? {}))).toHaveLength(1);
  });

  test("is content with a tidy repository", () => {
    expect(
      rule.check(
        inMemory({
          "README.md": "ft",
          "src/mx/loader.ts": "ft_native.node",
          "src/mx/CONTEXT.md": "mx",
        }),
      ),
    ).toEqual([]);
  });
});

test("exports are followed to where they are declared; a module says at its top what it is", () => {
  const rule = rules.find(({ name }) => name.startsWith("what the library exports"))!;
  const files = {
    "src/index.ts":
      'export { told, silent, type Far as Near } from "./a/index.ts";\n' +
      'export * as whole from "./whole.ts";\nexport * as named from "./named.ts";\n',
    "src/a/index.ts": 'export { told } from "./b.ts";\nexport * from "../c.ts";\n',
    "src/a/b.ts": "/** Says. */\nexport const told = 1;\n",
    "src/c.ts":
      "/** Of another. */\nconst other = 1;\nexport const silent = other;\nexport type Far = 1;\n",
    "src/whole.ts": "export const a = 1;\n",
    "src/named.ts": "// A module.\n",
  };
  expect(rule.check(inMemory(files))).toEqual([
    "src/a/index.ts: silent has no comment",
    "src/a/index.ts: Far has no comment",
    "src/whole.ts: whole has no comment",
  ]);
});

test("a file of keys, and a key in a page, are found by the line; what is invented is not", () => {
  const rule = rules.find(({ name }) => name.startsWith("no key"))!;
  const files = {
    ".env": "",
    "docs/a.md": `\n\nsk-ant-${"x9".repeat(20)}`,
    "tests/a.test.ts": '"https://user:hunter22@host/x"',
    "src/core/secrets.ts": "",
  };
  expect(rule.check(inMemory(files))).toEqual([".env", "docs/a.md:3: a key of Anthropic"]);
});

test("git leaves files of keys out, and takes the example", () => {
  const git = (file: string) =>
    spawnSync("git", ["check-ignore", "-q", "--no-index", file], { cwd: root }).status;
  for (const file of [".env", ".env.local", "trial/.env"]) expect(git(file), file).toBe(0);
  expect(git(".env.example")).toBe(1);
});
