// Says how large the sources are: files, functions, and the longest of each.
// Warns only: a long file may be one idea. Functions are capped by the linter.
import path from "node:path";
import ts from "typescript";
import { repository } from "./checks/repository.ts";

interface Sized {
  name: string;
  lines: number;
}

const longFile = 400;

function functionsIn(file: string, text: string): Sized[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const found: Sized[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const lines = lineOf(node.getEnd()) - lineOf(node.getStart()) + 1;
      found.push({ name: `${file}:${lineOf(node.getStart()) + 1}`, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function median(sized: readonly Sized[]): number {
  const lines = sized.map((one) => one.lines).sort((a, b) => a - b);
  return lines[Math.floor(lines.length / 2)] ?? 0;
}

const largest = (sized: readonly Sized[]): Sized =>
  sized.reduce((a, b) => (b.lines > a.lines ? b : a), { name: "none", lines: 0 });

function report(what: string, sized: readonly Sized[]): string {
  const { name, lines } = largest(sized);
  return `${sized.length} ${what}, median ${median(sized)} lines, longest ${lines} (${name})`;
}

const here = repository(process.cwd());
const sources = here.files.filter((file) => /^(src|native)\/.*\.(ts|tsx|cc|h)$/.test(file));
const files = sources.map((file) => ({
  name: file,
  lines: here.text(file).split("\n").length - 1,
}));
const functions = sources
  .filter((file) => path.extname(file).startsWith(".ts"))
  .flatMap((file) => functionsIn(file, here.text(file)));
console.log(`note: ${report("files", files)};`);
console.log(`note: ${report("functions", functions)}`);
for (const { name, lines } of files.filter((file) => file.lines > longFile)) {
  console.log(`note: (long: ${name}, ${lines} lines)`);
}
