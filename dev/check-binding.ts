// Fails when the addon's exported names or argument counts differ from the type `Binding` in src/mx/binding.ts.
// Compares a built addon, so it runs after the build; it says nothing about argument types.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = new URL("../", import.meta.url);
const addonPath =
  process.env["FT_ADDON"] || fileURLToPath(new URL("build/Release/ft_native.node", root));

/** Methods of the interface with their number of parameters. */
export function declaredMethods(source: string): Map<string, number> {
  const file = ts.createSourceFile("binding.ts", source, ts.ScriptTarget.ES2023, true);
  const binding = file.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === "Binding",
  );
  if (binding === undefined) throw new Error("src/mx/binding.ts declares no interface Binding");
  const methods = (binding as ts.InterfaceDeclaration).members.filter(ts.isMethodSignature);
  return new Map(methods.map((method) => [method.name.getText(file), method.parameters.length]));
}

export function differences(
  declared: ReadonlyMap<string, number>,
  exported: ReadonlyMap<string, number>,
): string[] {
  const found: string[] = [];
  for (const [name, count] of declared) {
    const actual = exported.get(name);
    if (actual === undefined) found.push(`${name}: in Binding, not in the addon`);
    else if (actual !== count) found.push(`${name}: Binding takes ${count}, the addon ${actual}`);
  }
  for (const name of exported.keys()) {
    if (!declared.has(name)) found.push(`${name}: in the addon, not in Binding`);
  }
  return found;
}

function exportedFunctions(path: string): Map<string, number> {
  const addon = createRequire(import.meta.url)(path) as Record<
    string,
    (...args: never[]) => unknown
  >;
  return new Map(Object.entries(addon).map(([name, value]) => [name, value.length]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const declared = declaredMethods(readFileSync(new URL("src/mx/binding.ts", root), "utf8"));
  const found = differences(declared, exportedFunctions(addonPath));
  for (const line of found) console.error(line);
  if (found.length === 0) console.log(`${declared.size} names and their argument counts agree`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
