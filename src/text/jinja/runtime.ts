// The parts of @huggingface/jinja used here, typed: its own declarations do not resolve under NodeNext, and it marks
// as private what the budget and Python's ways have to override. The version is pinned in package.json.
import { Environment, Interpreter } from "@huggingface/jinja";

/** A value while a template runs. Arrays hold values, objects and namespaces a Map of them. */
export interface Value {
  readonly type: string;
  readonly value: unknown;
}

/** A node of the syntax tree; which parts are there depends on the type. */
export interface Node {
  type: string;
  value?: unknown;
  callee?: Node;
  args?: Node[];
  object?: Node;
  computed?: boolean;
  property?: Node;
  operand?: Node;
  filter?: Node;
  left?: Node;
  right?: Node;
  operator?: { value: string };
  test?: Node;
  iterable?: Node;
  lhs?: Node;
  negate?: boolean;
}

export interface Scope {
  set(name: string, value: unknown): Value;
}

export interface Evaluator {
  run(program: unknown): Value;
  evaluate(statement: Node | undefined, scope: Scope): Value;
  evaluateBlock(statements: readonly Node[], scope: Scope): Value;
  evaluateBinaryExpression(node: Node, scope: Scope): Value;
  evaluateMemberExpression(node: Node, scope: Scope): Value;
  evaluateFor(node: Node, scope: Scope): Value;
  evaluateTestExpression(node: Node, scope: Scope): Value;
  evaluateArguments(args: readonly Node[], scope: Scope): [Value[], Map<string, Value>];
  applyFilter(operand: Value, filter: Node, scope: Scope): Value;
}

export const BaseInterpreter = Interpreter as unknown as new (scope: Scope) => Evaluator;
export const BaseScope = Environment as unknown as new (parent?: Scope) => Scope;

/** A plain value, as a template sees it. */
export function valueOf(plain: unknown): Value {
  return new BaseScope().set("value", plain);
}

function classOf<T>(plain: unknown): new (value: T) => Value {
  return valueOf(plain).constructor as new (value: T) => Value;
}

// The package keeps its classes of values to itself, but hands out their instances.
export const TextValue = classOf<string>("");
export const ListValue = classOf<Value[]>([]);
export const ObjectValue = classOf<Map<string, Value>>({});
export const TruthValue = classOf<boolean>(true);
export const FunctionValue = classOf<(args: Value[], scope: Scope) => Value>(() => null);

export function isText(value: Value): value is Value & { value: string } {
  return typeof value.value === "string";
}

export function isList(value: Value): value is Value & { value: Value[] } {
  return Array.isArray(value.value);
}

/** Objects and namespaces. */
export function isMapping(value: Value): value is Value & { value: Map<string, Value> } {
  return value.value instanceof Map;
}

/** A node whose value is known: operands are evaluated once, looked at, and handed to the library. */
export class Known {
  readonly type = "Known";
  readonly known: Value;

  constructor(known: Value) {
    this.known = known;
  }
}
