// docs/reference/ops.md: every operation on tensors, with its types and what its comment says, read from the syntax of
// src/mx/. What an operation computes is told there and in its tests.
import ts from "typescript";
import { code, opening, table } from "./markdown.ts";
import type { Read } from "./pages.ts";

/** Modules of src/mx/ and what they hold; the next one is one line here. */
const modules: Readonly<Record<string, string>> = {
  ops: "Functions",
  tensor: "Methods of a tensor",
  random: "Random numbers",
  quantized: "Quantized weights",
  "low-rank": "Low rank",
  recurrences: "Recurrences",
  transforms: "Gradients, checkpoints, compiled functions",
  memory: "Memory",
  io: "Files of tensors",
};

const about = `An operation adds a node to a graph; nothing is computed before a value is asked for. A name in brackets may be
left out. Types: [how tensors are kept](../design/MLX_ARCHITECTURE.md).`;

interface Op {
  name: string;
  types: string;
  says: string;
}

const isHidden = (node: ts.HasModifiers): boolean =>
  (ts.getModifiers(node) ?? []).some(
    ({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.StaticKeyword,
  );
const isExported = (node: ts.HasModifiers): boolean =>
  (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

function saidOf(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return ts.getTextOfJSDocComment(comment?.comment) ?? "";
}

function opOf(node: ts.FunctionDeclaration | ts.MethodDeclaration): Op {
  const text = (part: ts.Node | undefined): string =>
    (part?.getText() ?? "").replaceAll(/\s+/g, " ");
  const given = node.parameters.map((one) => {
    const type = one.type === undefined ? "" : `: ${text(one.type)}`;
    const rest = one.dotDotDotToken === undefined ? "" : "…";
    const isOptional = one.questionToken !== undefined || one.initializer !== undefined;
    return isOptional ? `[${text(one.name)}${type}]` : `${rest}${text(one.name)}${type}`;
  });
  const types = `(${given.join(", ")}) → ${text(node.type) || "…"}`;
  return { name: text(node.name), types, says: saidOf(node) };
}

function opsIn(text: string): Op[] {
  const file = ts.createSourceFile("op.ts", text, ts.ScriptTarget.Latest, true);
  return file.statements.flatMap((node) => {
    if (ts.isFunctionDeclaration(node)) return isExported(node) ? [opOf(node)] : [];
    if (!ts.isClassDeclaration(node) || !isExported(node)) return [];
    const methods = node.members.filter(ts.isMethodDeclaration);
    return methods
      .filter((one) => !isHidden(one) && ts.isIdentifier(one.name))
      .map((one) => opOf(one));
  });
}

function section(module: string, title: string, read: Read): string[] {
  const ops = opsIn(read(`src/mx/${module}.ts`));
  if (ops.length === 0) return [];
  const rows = ops.map(({ name, types, says }) => [code(name), code(types), says]);
  return [`## ${title}\n\nsrc/mx/${module}.ts\n\n${table(["op", "types", "what it says"], rows)}`];
}

export function opsPage(_: string, read: Read): string {
  const sections = Object.entries(modules).flatMap(([name, title]) => section(name, title, read));
  return `${opening("Operations", about)}\n${sections.join("\n\n")}\n`;
}
