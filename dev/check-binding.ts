// Fails when the addon and the type `Binding` in src/mx/binding.ts differ: in a name, a count of arguments, or a type;
// and when a row has no door, nothing in src/mx that calls it.
// Compares built addons, so it runs after the build; the one over libtorch, where there is one, by what it has. C++ spells each row's signature in TypeScript
// (native/core/spelled.h); both sides are brought to one form here and compared as text.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = new URL("../", import.meta.url);
const addonPath =
  process.env["FT_ADDON"] || fileURLToPath(new URL("build/Release/ft_native.node", root));

/** The words of the seam that stand for themselves: a Handle is no other number. */
const OWN_WORDS = new Set(["Handle", "Dtype", "Memory", "ArrayFunction"]);

type Declarations = ReadonlyMap<string, ts.TypeNode | ts.InterfaceDeclaration>;

function parsed(source: string): ts.SourceFile {
  return ts.createSourceFile("binding.ts", source, ts.ScriptTarget.ES2023, true);
}

function declarationsIn(file: ts.SourceFile): Map<string, ts.TypeNode | ts.InterfaceDeclaration> {
  const found = new Map<string, ts.TypeNode | ts.InterfaceDeclaration>();
  for (const statement of file.statements) {
    if (ts.isTypeAliasDeclaration(statement)) found.set(statement.name.text, statement.type);
    if (ts.isInterfaceDeclaration(statement)) found.set(statement.name.text, statement);
  }
  return found;
}

/** Types in one form: aliases followed, readonly and order of alternatives gone, literal strings as string. */
class Normaliser {
  readonly #declarations: Declarations;

  constructor(declarations: Declarations) {
    this.#declarations = declarations;
  }

  signature({ parameters, type }: ts.SignatureDeclarationBase): string {
    const types = parameters.map((parameter) => this.#type(parameter.type));
    return `(${types.join(", ")}) => ${this.#type(type)}`;
  }

  #type(node: ts.TypeNode | undefined): string {
    if (node === undefined) return "any";
    if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node))
      return this.#type(node.type);
    if (ts.isArrayTypeNode(node)) return `Array<${this.#type(node.elementType)}>`;
    if (ts.isUnionTypeNode(node)) return this.#alternatives(node).join(" | ");
    if (ts.isTypeLiteralNode(node)) return this.#object(node.members);
    if (ts.isTypeReferenceNode(node)) return this.#named(node);
    const isText = ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal);
    return isText ? "string" : node.getText();
  }

  #alternatives(node: ts.UnionTypeNode): string[] {
    const types = node.types.flatMap((type) => this.#type(type).split(" | "));
    return [...new Set(types)].toSorted();
  }

  #object(members: ts.NodeArray<ts.TypeElement>): string {
    const properties = members.filter(ts.isPropertySignature);
    const lines = properties.map((one) => `${one.name.getText()}: ${this.#type(one.type)}`);
    return `{ ${lines.toSorted().join("; ")} }`;
  }

  #named(node: ts.TypeReferenceNode): string {
    const name = node.typeName.getText();
    const declared = this.#declarations.get(name);
    if (declared === undefined || OWN_WORDS.has(name)) {
      const inner = (node.typeArguments ?? []).map((type) => this.#type(type));
      return inner.length === 0 ? name : `${name}<${inner.join(", ")}>`;
    }
    return ts.isInterfaceDeclaration(declared)
      ? this.#object(declared.members)
      : this.#type(declared);
  }
}

/** Signatures by name, of the interface `Binding` and of what C++ spelled, in one form. */
export function signatures(
  source: string,
  spelled: ReadonlyMap<string, string>,
): { declared: Map<string, string>; exported: Map<string, string> } {
  const declarations = declarationsIn(parsed(source));
  const binding = declarations.get("Binding");
  if (binding === undefined || !ts.isInterfaceDeclaration(binding))
    throw new Error("src/mx/binding.ts declares no interface Binding");
  const normaliser = new Normaliser(declarations);
  const methods = binding.members.filter(ts.isMethodSignature);
  const text = [...spelled].map(([name, type]) => `type ${name}_ = ${type};`).join("\n");
  const exported = new Map<string, string>();
  for (const [name, type] of declarationsIn(parsed(text)))
    exported.set(name.slice(0, -1), normaliser.signature(type as ts.FunctionTypeNode));
  return {
    declared: new Map(
      methods.map((method) => [method.name.getText(), normaliser.signature(method)]),
    ),
    exported,
  };
}

export function differences(
  declared: ReadonlyMap<string, string>,
  exported: ReadonlyMap<string, string>,
): string[] {
  const found: string[] = [];
  for (const [name, signature] of declared) {
    const actual = exported.get(name);
    if (actual === undefined) found.push(`${name}: in Binding, not in the addon`);
    else if (actual !== signature)
      found.push(
        `${name}: Binding has ${signature}\n${" ".repeat(name.length)}   the addon ${actual}`,
      );
  }
  for (const name of exported.keys()) {
    if (!declared.has(name)) found.push(`${name}: in the addon, not in Binding`);
  }
  return found;
}

/** What tests alone steer. */
const WITHOUT_DOOR = new Set(["setBlasThreads"]);

/** Rows that no file of src/mx calls: nobody above could. */
export function doorless(names: Iterable<string>, callers: string): string[] {
  return [...names]
    .filter((name) => !WITHOUT_DOOR.has(name) && !new RegExp(`\\.${name}\\b`).test(callers))
    .map((name) => `${name}: in Binding, and nothing in src/mx calls it`);
}

function callers(): string {
  const folder = new URL("src/mx/", root);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts") && file !== "binding.ts");
  return sources.map((file) => readFileSync(new URL(file, folder), "utf8")).join("\n");
}

function spelledBy(path: string): Map<string, string> {
  const addon = createRequire(import.meta.url)(path) as Record<string, { signature: string }>;
  return new Map(Object.entries(addon).map(([name, value]) => [name, value.signature]));
}

/** Of an addon with a part of the operations: what it has must be as declared. */
export function partly(
  declared: ReadonlyMap<string, string>,
  exported: ReadonlyMap<string, string>,
): string[] {
  const part = new Map([...declared].filter(([name]) => exported.has(name)));
  return differences(part, exported);
}

const torchPath = fileURLToPath(new URL("build/Release/ft_native_torch.node", root));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const source = readFileSync(new URL("src/mx/binding.ts", root), "utf8");
  const { declared, exported } = signatures(source, spelledBy(addonPath));
  const found = [...differences(declared, exported), ...doorless(declared.keys(), callers())];
  let told = `${declared.size} signatures agree`;
  if (existsSync(torchPath)) {
    const part = signatures(source, spelledBy(torchPath)).exported;
    found.push(...partly(declared, part).map((line) => `over libtorch: ${line}`));
    told += `, and ${part.size} of the addon over libtorch`;
  }
  for (const line of found) console.error(line);
  if (found.length === 0) console.log(told);
  process.exitCode = found.length === 0 ? 0 : 1;
}
