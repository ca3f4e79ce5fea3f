// Bundles the program: its first module, every command and every module that is a process or a thread of its own, into
// few files in OUT/program, beside the modules that the library is made of. Where such a module stood, a line that
// imports its bundle stands after. Called by the build, and by tests for the program that they start.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { ERRORS_PAGE } from "../../src/cli/sheet.ts";
import { answerFile, makeAnswers, makeSheet, quickCommands } from "./sheet.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const source = join(root, "src");

/** The name of a source's module in the output folder. */
const moduleOf = (path: string): string =>
  relative(source, path).split(sep).join("/").replace(/ts$/, "js");

/**
 * All bundled files lie in one folder, so `import.meta.url` would say the same everywhere: it is what it is where the
 * module lies unbundled, since what stands beside that is found by it.
 */
const ownAddresses: Plugin = {
  name: "own-addresses",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!path.startsWith(source) || !text.includes("import.meta.url")) return undefined;
      const own = `(new URL(${JSON.stringify(`../${moduleOf(path)}`)}, import.meta.url).href)`;
      return { contents: text.replaceAll("import.meta.url", own), loader: "ts" };
    });
  },
};

/** zod speaks forty languages; ft's errors are English, and the others are more than half of its code. */
const englishOnly: Plugin = {
  name: "english-only",
  setup({ onLoad }) {
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: dirname(path),
    }));
  },
};

/** Packages that most commands need, bundled with them; the others stay packages, found when a command asks. */
export const bundledPackages: readonly string[] = ["commander", "consola", "kysely", "yaml", "zod"];

function externalPackages(): string[] {
  const manifest = readFileSync(join(root, "package.json"), "utf8");
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  return Object.keys(dependencies).filter((name) => !bundledPackages.includes(name));
}

/** A module that is begun, not imported: it exports nothing. */
const isProcess = (path: string): boolean =>
  /-(process|thread)\.ts$/.test(path) && !/^export /m.test(readFileSync(path, "utf8"));

/** Sources that may be bundled, by the names of their bundles. */
function candidates(): Record<string, string> {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  const processes = files.filter((file) => isProcess(join(source, file)));
  const commands = files.filter((file) => dirname(file) === join("cli", "commands"));
  const quickFiles = quickCommands().map((name) => join("cli", "quick", `${name}.ts`));
  const named = (prefix: string, all: readonly string[]): [string, string][] =>
    all.map((file) => [`${prefix}${basename(file, ".ts")}`, join(source, file)]);
  return Object.fromEntries([
    ["main", join(source, "cli/main.ts")],
    ...named("command-", commands),
    ...named("quick-", quickFiles),
    ...named("", processes),
  ]);
}

const settings = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  // Bundled packages that are not modules ask for Node's own this way.
  banner: { js: "const require=process.getBuiltinModule;" },
  chunkNames: "shared-[hash]",
  absWorkingDir: root,
  external: externalPackages(),
  plugins: [ownAddresses, englishOnly],
  logLevel: "warning",
} as const satisfies BuildOptions;

/** Whether anything that `from` may come to load is `target`; both as paths from the root. */
function reaches({ inputs }: Metafile, from: string, target: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (path === target) return true;
    if (seen.has(path)) continue;
    seen.add(path);
    for (const { path: next, external } of inputs[path]?.imports ?? []) {
      if (external !== true) open.push(next);
    }
  }
  return false;
}

/**
 * Those that load no extension: an extension imports modules of the library, which are not the bundled ones, and what it
 * registers there a bundled program would never see.
 */
async function entries(): Promise<Record<string, string>> {
  const all = candidates();
  const outdir = "program";
  const made = await build({ ...settings, entryPoints: all, outdir, write: false, metafile: true });
  const extensions = "src/app/extensions.ts";
  const own = Object.entries(all).filter(
    ([, path]) => !reaches(made.metafile, relative(root, path), extensions),
  );
  return Object.fromEntries(own);
}

/** What stands where an unbundled module stood. */
function writeStandIn(out: string, name: string, path: string): void {
  const place = join(out, moduleOf(path));
  const bundle = relative(dirname(place), join(out, "program", `${name}.js`));
  const shebang = name === "main" ? "#!/usr/bin/env node\n" : "";
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, `${shebang}import ${JSON.stringify(bundle.split(sep).join("/"))};\n`);
}

/** Bundles `src/` into `out`, where its modules lie already. */
export async function bundleProgram(out: string): Promise<void> {
  const points = await entries();
  await build({ ...settings, entryPoints: points, outdir: join(out, "program") });
  for (const [name, path] of Object.entries(points)) {
    if (name === "main" || isProcess(path)) writeStandIn(out, name, path);
  }
  const sheet = await makeSheet((name) =>
    `command-${name}` in points ? `command-${name}.js` : `../cli/commands/${name}.js`,
  );
  writeFileSync(join(out, "program/sheet.json"), JSON.stringify(sheet));
  copyFileSync(join(root, "docs/reference/errors.md"), join(out, "program", ERRORS_PAGE));
  for (const [words, text] of Object.entries(makeAnswers()))
    writeFileSync(join(out, "program", answerFile(words)), text);
}
