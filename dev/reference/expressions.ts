// What an expression says as text, as far as its syntax tells: constants are looked up where they stand, parameters in
// what a call gave them; everything else is "…". Evaluates nothing.
import ts from "typescript";

/** Parameter → what a call gives it. */
export type Bindings = ReadonlyMap<ts.ParameterDeclaration, ts.Expression>;

export const unknown = "…";

type Found = ts.VariableDeclaration | ts.BindingElement | ts.ParameterDeclaration;

const isNamed = (name: ts.BindingName, wanted: string): boolean =>
  ts.isIdentifier(name) && name.text === wanted;

function inStatements(statements: readonly ts.Statement[], name: string): Found | undefined {
  const declared = statements
    .filter(ts.isVariableStatement)
    .flatMap((statement) => [...statement.declarationList.declarations]);
  const elements = declared.flatMap((each): ts.BindingElement[] =>
    ts.isIdentifier(each.name) ? [] : [...each.name.elements].filter(ts.isBindingElement),
  );
  return [...declared, ...elements].find((each) => isNamed(each.name, name));
}

/** Where the name of an identifier is declared: nearest first. */
function declarationOf(identifier: ts.Identifier): Found | undefined {
  for (let at: ts.Node = identifier; at !== undefined; at = at.parent) {
    const statements = ts.isBlock(at) || ts.isSourceFile(at) ? at.statements : [];
    const parameters = ts.isFunctionLike(at) ? at.parameters : [];
    const found =
      inStatements(statements, identifier.text) ??
      parameters.find(({ name }) => isNamed(name, identifier.text));
    if (found !== undefined) return found;
    if (at.parent === undefined) return undefined;
  }
  return undefined;
}

export interface Resolved {
  /** What the expression stands for, as far as names lead; itself where it is no name. */
  expression: ts.Expression | undefined;
  /** The parameter at which the way ends, when no call has given it. */
  parameter?: ts.ParameterDeclaration;
  /** The name is part of a tuple or an object taken apart. */
  isElement?: boolean;
}

export function resolved(expression: ts.Expression, bindings: Bindings): Resolved {
  if (!ts.isIdentifier(expression)) return { expression };
  const found = declarationOf(expression);
  if (found === undefined) return { expression: undefined };
  if (ts.isBindingElement(found)) return { expression: undefined, isElement: true };
  if (!ts.isParameter(found)) {
    return found.initializer === undefined
      ? { expression: undefined }
      : resolved(found.initializer, bindings);
  }
  const given = bindings.get(found) ?? found.initializer;
  return given === undefined
    ? { expression: undefined, parameter: found }
    : resolved(given, bindings);
}

function templateText(template: ts.TemplateExpression, bindings: Bindings): string {
  const parts = template.templateSpans.map(({ expression, literal }) => {
    const said = resolved(expression, bindings).expression;
    const isConstant = said !== undefined && ts.isStringLiteralLike(said);
    return (isConstant ? said.text : unknown) + literal.text;
  });
  return template.head.text + parts.join("");
}

function choiceText(choice: ts.ConditionalExpression, bindings: Bindings): string {
  const sides = [choice.whenTrue, choice.whenFalse].map((side) => textOf(side, bindings));
  return [...new Set(sides)].filter((side) => side !== "" && side !== unknown).join(" / ");
}

/** The text of an expression, with "…" for what is not known before it runs. */
export function textOf(given: ts.Expression, bindings: Bindings): string {
  const { expression } = resolved(given, bindings);
  if (expression === undefined) return unknown;
  if (ts.isStringLiteralLike(expression)) return expression.text;
  if (ts.isTemplateExpression(expression)) return templateText(expression, bindings);
  if (ts.isConditionalExpression(expression)) return choiceText(expression, bindings) || unknown;
  if (ts.isParenthesizedExpression(expression)) return textOf(expression.expression, bindings);
  // What a function of one text gives is mostly that text, clipped or in quotes.
  if (ts.isCallExpression(expression) && ts.isIdentifier(expression.expression)) {
    const [only, ...more] = expression.arguments;
    return only === undefined || more.length > 0 ? unknown : textOf(only, bindings);
  }
  const isSum =
    ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.PlusToken;
  if (!isSum) return unknown;
  return textOf(expression.left, bindings) + textOf(expression.right, bindings);
}

/** A property of an object literal, or of what a name leads to. */
export function propertyOf(
  object: ts.Expression | undefined,
  name: string,
  bindings: Bindings,
): ts.Expression | undefined {
  const literal = object && resolved(object, bindings).expression;
  if (literal === undefined || !ts.isObjectLiteralExpression(literal)) return undefined;
  for (const property of literal.properties) {
    if (property.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}
