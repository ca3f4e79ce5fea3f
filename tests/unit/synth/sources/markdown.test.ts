// Markdown's blocks: the same as a parser that builds a tree finds, with the offsets it gives, in a text of any size.
import { readFileSync } from "node:fs";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { expect, test } from "vitest";
import type { Block } from "../../../../src/synth/sources/types.ts";
import { readDocument } from "../../../support/read-source.ts";

type Node = ReturnType<typeof fromMarkdown>["children"][number];

const startOf = (node: Node | undefined): number => node?.position?.start.offset ?? -1;
const endOf = (node: Node | undefined): number => node?.position?.end.offset ?? -1;
const childrenOf = (node: Node): Node[] => ("children" in node ? (node.children as Node[]) : []);

/** What both tell of: kind and place. Items and quotes by where their content begins. */
class Oracle {
  readonly found: string[] = [];
  constructor(text: string) {
    const tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
    for (const node of tree.children) this.#walk(node, 0, 0);
  }

  #walk(node: Node, items: number, quotes: number): void {
    const inner = childrenOf(node);
    const [first] = inner;
    if (node.type === "heading") {
      if (first !== undefined) this.#add(`h${node.depth}`, startOf(first), endOf(inner.at(-1)));
    } else if (node.type === "code") this.#add("code", startOf(node), endOf(node));
    else if (node.type === "table") this.#add("table", startOf(node), endOf(node));
    else if (node.type === "paragraph") {
      if (items === 0) this.#add("paragraph", startOf(node), endOf(node));
    } else {
      const [item, quote] = [node.type === "listItem", node.type === "blockquote"].map(Number);
      if (node.type === "listItem" && first) this.#add(`item${items}`, startOf(first));
      if (node.type === "blockquote" && first) this.#add(`quote${quotes}`, startOf(first));
      for (const child of inner) this.#walk(child, items + (item ?? 0), quotes + (quote ?? 0));
    }
  }

  #add(what: string, ...span: number[]): void {
    this.found.push(`${what} ${span.join("-")}`);
  }
}

function ours(block: Block): string {
  const { span } = block;
  if (block.type === "heading") return `h${block.level} ${span.join("-")}`;
  if (block.type === "list-item") return `item${block.depth} ${span[0]}`;
  if (block.type === "quote") return `quote${block.depth} ${span[0]}`;
  return `${block.type} ${span.join("-")}`;
}

const hard = `# One #
Setext
text
===
para
with \`ticks\`
- a
  - b
    c

    d
  1. e
- f
lazy
> quote
lazy
> > deeper
>
> - in quote

1) one
2) two

        code here

\`\`\`js
# no heading
- no item
\`\`\`\`
text
~~~
open | fence
~~~
| a | b |
|---|:-:|
| 1 | \\| x |
| 2

a | b
- | -
1 | 2
***
<div>
# not a heading

</div>

    indented

    more
[link]: x
[other]: y

-
  late
10. ten
`;

const pages = [
  "README.md",
  "docs/architecture.md",
  "docs/rows.md",
  "docs/design/STATUS.md",
  "docs/glossary.md",
];

test.each([
  ["hard.md", hard],
  ...pages.map((page): [string, string] => [page, readFileSync(page, "utf8")]),
])("%s has the blocks of its tree", async (name, text) => {
  const { blocks, text: read } = await readDocument(name, text);
  expect(read).toBe(text);
  expect(blocks.map(ours).toSorted()).toEqual(new Oracle(text).found.toSorted());
});

test("cells and columns, and what front matter says is left alone", async () => {
  const text =
    "---\ntitle: x\n---\n# T\r\n\r\n| Q | A |\r\n|--|--|\r\n| a b | c \\| d |\r\n\r\nend\r\n";
  const { shown, text: read } = await readDocument("a.md", text);
  expect(read).toBe(text);
  expect(shown).toEqual(["h1 T", "table with header: Q | A / a b | c \\| d", "paragraph end"]);
});

test("a text of many parts has the blocks that it has as one", async () => {
  const text = `${hard}\n\n`.repeat(1500);
  const { parts, shown } = await readDocument("a.md", text);
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.map((part) => part.text).join("") === text).toBe(true);
  const once = (await readDocument("a.md", `${hard}\n\n`)).shown.length;
  expect(shown).toHaveLength(once * 1500);
});
