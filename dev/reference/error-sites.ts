// Finds where the sources make errors: each code with its exit codes, message and hint, read from the syntax alone.
// A code is followed through helpers and tuples to the class that it ends in; nothing is run.
import ts from "typescript";
import {
  ConfigError,
  DataError,
  ExitCode,
  FtError,
  ModelError,
  NativeError,
  ProviderError,
  UsageError,
} from "../../src/core/errors.ts";
import { type Bindings, propertyOf, resolved, textOf, unknown } from "./expressions.ts";

export interface ErrorSite {
  code: string;
  exitCodes: readonly number[];
  message: string;
  hint: string;
  /** Told in a report; the command goes on. */
  isNote?: boolean;
}

interface ErrorClass {
  exitCode: number;
  /** The code that its own constructor gives; the first argument says it where there is none. */
  code: ts.Expression | undefined;
}

const baseClasses = [UsageError, ConfigError, DataError, ModelError, NativeError, ProviderError];

/** More steps than any code takes from where it is written to where it is thrown. */
const furthest = 4;

/** The sources, with what is asked of all of them at once. */
interface Sources {
  classes: ReadonlyMap<string, ErrorClass>;
  /** Calls of a plain name, by that name. */
  calls: ReadonlyMap<string, readonly ts.CallExpression[]>;
}

function* walk(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* walk(child);
}

function superCode(declaration: ts.ClassDeclaration): ts.Expression | undefined {
  const isSuper = (node: ts.Node): node is ts.CallExpression =>
    ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword;
  return [...walk(declaration)].find(isSuper)?.arguments[0];
}

function knownClasses(nodes: readonly ts.Node[]): Map<string, ErrorClass> {
  const classes = new Map<string, ErrorClass>([
    [FtError.name, { exitCode: ExitCode.runFailed, code: undefined }],
  ]);
  for (const each of baseClasses) {
    const { exitCode } = new each("", { message: "" });
    classes.set(each.name, { exitCode, code: undefined });
  }
  for (const node of nodes.filter(ts.isClassDeclaration)) {
    const base = classes.get(node.heritageClauses?.[0]?.types[0]?.expression.getText() ?? "");
    const name = node.name?.text ?? "";
    if (base === undefined || classes.has(name)) continue;
    classes.set(name, { exitCode: base.exitCode, code: superCode(node) });
  }
  return classes;
}

function callsByName(nodes: readonly ts.Node[]): Map<string, ts.CallExpression[]> {
  const calls = new Map<string, ts.CallExpression[]>();
  for (const node of nodes) {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) continue;
    const name = node.expression.text;
    calls.set(name, [...(calls.get(name) ?? []), node]);
  }
  return calls;
}

/** Calls of a function: of its file, and where it is exported of every file that declares no other of its name. */
function callsOf(helper: ts.SignatureDeclaration, { calls }: Sources): ts.CallExpression[] {
  if (!ts.isFunctionDeclaration(helper) || helper.name === undefined) return [];
  const name = helper.name.text;
  const home = helper.getSourceFile();
  const isExported = (ts.getModifiers(helper) ?? []).some(
    ({ kind }) => kind === ts.SyntaxKind.ExportKeyword,
  );
  const declaresIt = (file: ts.SourceFile): boolean =>
    file.statements.some((each) => ts.isFunctionDeclaration(each) && each.name?.text === name);
  return (calls.get(name) ?? []).filter((call) => {
    const file = call.getSourceFile();
    return file === home || (isExported && !declaresIt(file));
  });
}

/** Codes that an expression may give: one, both of a choice, or a family that ends in "…". */
function codesOf(given: ts.Expression, bindings: Bindings): string[] {
  const { expression } = resolved(given, bindings);
  if (expression === undefined) return [];
  if (ts.isConditionalExpression(expression))
    return [expression.whenTrue, expression.whenFalse].flatMap((side) => codesOf(side, bindings));
  const text = textOf(expression, bindings);
  return /^FT-[A-Z]+-/.test(text) ? [text] : [];
}

function exitCodesIn(expression: ts.Expression | undefined): number[] {
  const names = expression?.getText().matchAll(/\bExitCode\.(\w+)/g) ?? [];
  return [...names].map(([, name]) => ExitCode[name as keyof typeof ExitCode]);
}

type Texts = readonly (ts.Expression | undefined)[];

/** What an error is made of, as it stands where it is made. */
interface Making {
  code: ts.Expression;
  /** The object with message, hint and exit code; or the two texts themselves. */
  details: ts.Expression | undefined;
  texts?: Texts;
  exitCodes: readonly number[];
}

function partsOf({ details, texts }: Making, bindings: Bindings): Texts {
  return texts ?? ["message", "hint"].map((name) => propertyOf(details, name, bindings));
}

function sitesOf(making: Making, bindings: Bindings): ErrorSite[] {
  const text = (part: ts.Expression | undefined): string =>
    part === undefined ? "" : textOf(part, bindings).replaceAll(/…+/g, unknown);
  const [message, hint] = partsOf(making, bindings).map(text);
  const own = exitCodesIn(propertyOf(making.details, "exitCode", bindings));
  const exitCodes = own.length > 0 ? own : making.exitCodes;
  return codesOf(making.code, bindings).map((code) => {
    return { code, exitCodes, message: message ?? "", hint: hint ?? "" };
  });
}

/** Tuples of the same file that begin with a code: [code, message, hint]. */
function tupleSites(making: Making): ErrorSite[] {
  const tuples = [...walk(making.code.getSourceFile())].filter(ts.isArrayLiteralExpression);
  return tuples.flatMap(({ elements: [code, ...texts] }) => {
    if (code === undefined || codesOf(code, new Map()).length === 0) return [];
    return sitesOf({ ...making, code, texts }, new Map());
  });
}

type Binding = [ts.ParameterDeclaration, ts.Expression];

function bind(helper: ts.SignatureDeclaration, call: ts.CallExpression, more: Bindings): Bindings {
  const given = helper.parameters.flatMap((parameter, at): Binding[] => {
    const argument = call.arguments[at];
    return argument === undefined ? [] : [[parameter, argument]];
  });
  return new Map([...more, ...given]);
}

/** The helper whose calls say what is still open: the code, the details, or a text of them. */
function openHelper(making: Making, bindings: Bindings): ts.SignatureDeclaration | undefined {
  const parts = [making.code, making.details, ...partsOf(making, bindings)];
  const parameters = parts.flatMap((part) => (part && resolved(part, bindings).parameter) ?? []);
  return parameters[0]?.parent;
}

/** Follows the code to where it is written: in this place, in a tuple, or in the calls of a helper. */
function follow(making: Making, bindings: Bindings, sources: Sources, steps = 0): ErrorSite[] {
  if (resolved(making.code, bindings).isElement === true) return tupleSites(making);
  const helper = steps === furthest ? undefined : openHelper(making, bindings);
  const calls = helper === undefined ? [] : callsOf(helper, sources);
  if (helper === undefined || calls.length === 0) return sitesOf(making, bindings);
  return calls.flatMap((call) => follow(making, bind(helper, call, bindings), sources, steps + 1));
}

function made(node: ts.NewExpression, sources: Sources): ErrorSite[] {
  const kind = sources.classes.get(node.expression.getText());
  const given = [...(node.arguments ?? [])];
  const [code, details, exit] = kind?.code === undefined ? given : [kind.code, ...given];
  if (kind === undefined || code === undefined) return [];
  const said = exitCodesIn(exit);
  const exitCodes = said.length > 0 ? said : [kind.exitCode];
  return follow({ code, details, exitCodes }, new Map(), sources);
}

/** What the file throws with a code that does not stand there: a table says it. */
function exitCodesOfOpen(file: ts.SourceFile, sources: Sources): number[] {
  const thrown = [...walk(file)].filter(ts.isNewExpression).flatMap((node) => {
    const kind = sources.classes.get(node.expression.getText());
    const [code] = node.arguments ?? [];
    const isOpen = code !== undefined && codesOf(code, new Map()).length === 0;
    return kind !== undefined && kind.code === undefined && isOpen ? [kind.exitCode] : [];
  });
  return [...new Set(thrown)];
}

/** A function that gives a text stands for the text. */
const bodyOf = (given: ts.Expression | undefined): ts.Expression | undefined =>
  given !== undefined && ts.isArrowFunction(given) && !ts.isBlock(given.body) ? given.body : given;

/** Objects that have a code among their fields: rows of a table of errors, and notes of a report, which have a reason. */
function codedSites(object: ts.ObjectLiteralExpression, sources: Sources): ErrorSite[] {
  const code = propertyOf(object, "code", new Map());
  if (code === undefined || codesOf(code, new Map()).length === 0) return [];
  const reason = propertyOf(object, "reason", new Map());
  const texts = [
    reason ?? propertyOf(object, "message", new Map()),
    bodyOf(propertyOf(object, "hint", new Map())),
  ];
  const exitCodes = reason === undefined ? exitCodesOfOpen(object.getSourceFile(), sources) : [];
  const sites = sitesOf({ code, details: undefined, texts, exitCodes }, new Map());
  return reason === undefined ? sites : sites.map((site) => ({ ...site, isNote: true }));
}

/** Classes with a code that nothing makes by name: one of them is chosen when running. */
function unmade({ classes }: Sources, sites: readonly ErrorSite[]): ErrorSite[] {
  const known = new Set(sites.map(({ code }) => code));
  const own = [...classes.values()].flatMap(({ code, exitCode }) =>
    code === undefined
      ? []
      : sitesOf({ code, details: undefined, exitCodes: [exitCode] }, new Map()),
  );
  return own.filter(({ code }) => !known.has(code));
}

/** Every place of these files (path → text) that makes an error with a code. */
export function errorSites(texts: ReadonlyMap<string, string>): ErrorSite[] {
  const files = [...texts].map(([name, text]) =>
    ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, true),
  );
  const nodes = files.flatMap((file) => [...walk(file)]);
  const sources = { classes: knownClasses(nodes), calls: callsByName(nodes) };
  const sites = nodes.filter(ts.isNewExpression).flatMap((node) => made(node, sources));
  const coded = nodes
    .filter(ts.isObjectLiteralExpression)
    .flatMap((node) => codedSites(node, sources));
  const known = new Set(sites.map(({ code }) => code));
  const more = coded.filter(({ code }) => !known.has(code));
  return [...sites, ...more, ...unmade(sources, [...sites, ...more])];
}
