// Runs a chat template under a budget of steps, time and size: a template comes with a model from somewhere
// and is a program. Not the language itself: that is @huggingface/jinja, and python-methods.ts where Python differs.
import { parse, tokenize } from "@huggingface/jinja";
import { DataError, type FtError, ModelError } from "../../core/errors.ts";
import { NumberKeys } from "./number-keys.ts";
import { writingFilters } from "./python-filters.ts";
import { type Guard, objectMethod, textMethod } from "./python-methods.ts";
import { pythonString } from "./python-text.ts";
import {
  BaseInterpreter,
  BaseScope,
  isList,
  isMapping,
  isText,
  Known,
  ListValue,
  type Node,
  type Scope,
  TextValue,
  TruthValue,
  type Value,
} from "./runtime.ts";
import { Sizes } from "./sizes.ts";
import { strftime } from "./strftime.ts";

/** What a template may use up. Real templates stay under a hundredth of each. */
export interface Budget {
  /** Characters of the template. */
  templateLength: number;
  /** Characters of any value in print, beyond `growth` times what went in. */
  valueLength: number;
  growth: number;
  /** Expressions and statements evaluated, parts of values looked at, and entries of the lists that calls make. */
  steps: number;
  /** Of one rendering. */
  milliseconds: number;
  /** Of all renderings together: `allMilliseconds` and `eachMilliseconds` for each of them. */
  allMilliseconds: number;
  eachMilliseconds: number;
}

export const defaultBudget: Budget = {
  templateLength: 256 * 1024,
  valueLength: 1 << 20,
  growth: 16,
  steps: 2_000_000,
  milliseconds: 5_000,
  allMilliseconds: 30_000,
  eachMilliseconds: 20,
};

class OverBudget extends Error {}

class Refusal extends Error {}

/** Comparisons of characters that count as one step. */
const comparisonsPerStep = 4096;

/** Statements that print nothing, although the library gives them a value. */
const silent = new Set(["Set", "Macro", "Comment"]);

class BudgetedInterpreter extends BaseInterpreter {
  #steps: number;
  readonly #deadline: number;
  readonly #limit: number;
  readonly #sizes = new Sizes(() => this.#spend(1));
  readonly #numberKeys = new NumberKeys();
  readonly #guard: Guard = {
    allow: (length) => this.#allow(length),
    search: (text, wanted) => this.#search(text, wanted),
  };

  constructor(scope: Scope, budget: Budget, limit: number) {
    super(scope);
    this.#steps = budget.steps;
    this.#deadline = performance.now() + budget.milliseconds;
    this.#limit = limit;
  }

  override evaluate(statement: Node | undefined, scope: Scope): Value {
    if (statement instanceof Known) return statement.known;
    this.#spend(1);
    if ((this.#steps & 7) === 0 && performance.now() > this.#deadline) {
      throw new OverBudget("too much time");
    }
    const result = this.#numbered(statement, scope) ?? super.evaluate(statement, scope);
    if (result.type !== "NamespaceValue") this.#allow(this.#sizes.of(result));
    // A loop over a list that a call made (range) costs its length even when its body is empty.
    if (statement?.type === "CallExpression" && isList(result)) this.#spend(result.value.length);
    return result;
  }

  /** An object with numbers for keys. */
  #numbered(node: Node | undefined, scope: Scope): Value | undefined {
    if (node?.type !== "ObjectLiteral") return undefined;
    const entries = node.value as ReadonlyMap<Node, Node>;
    return this.#numberKeys.make(entries, (part) => this.evaluate(part, scope));
  }

  /** What a block prints, as Python prints it. */
  override evaluateBlock(statements: readonly Node[], scope: Scope): Value {
    let printed = "";
    for (const statement of statements) {
      const value = this.evaluate(statement, scope);
      if (silent.has(statement.type)) continue;
      printed += this.#printed(value);
      this.#allow(printed.length);
    }
    return new TextValue(printed);
  }

  override evaluateBinaryExpression(node: Node, scope: Scope): Value {
    const operator = node.operator?.value ?? "";
    if (operator === "and" || operator === "or") return super.evaluateBinaryExpression(node, scope);
    const left = this.evaluate(node.left, scope);
    const right = this.evaluate(node.right, scope);
    if (operator === "~") return new TextValue(this.#printed(left) + this.#printed(right));
    if (operator === "+") refuseMixedSum(left, right);
    if (operator.endsWith("in")) this.#search(right, left);
    return super.evaluateBinaryExpression(
      { ...node, left: new Known(left), right: new Known(right) },
      scope,
    );
  }

  override evaluateMemberExpression(node: Node, scope: Scope): Value {
    const object = this.evaluate(node.object, scope);
    const rest = { ...node, object: new Known(object) };
    if (node.property?.type === "SliceExpression") {
      return super.evaluateMemberExpression(rest, scope);
    }
    if (node.computed !== true) {
      const name = String(node.property?.value);
      const method =
        textMethod(object, name, this.#guard) ??
        this.#numberKeys.method(object, name) ??
        objectMethod(object, name);
      return method ?? super.evaluateMemberExpression(rest, scope);
    }
    const property = this.evaluate(node.property, scope);
    const method = textMethod(object, String(property.value), this.#guard);
    if (method !== undefined) return method;
    // nothing is under a key that is not defined
    if (property.type === "UndefinedValue" && isHolder(object)) return property;
    const asked = new Known(this.#numberKeys.property(object, property));
    return super.evaluateMemberExpression({ ...rest, property: asked }, scope);
  }

  /** What is not defined can be walked through as well: there is nothing in it. */
  override evaluateFor(node: Node, scope: Scope): Value {
    const { iterable } = node;
    const isFiltered = iterable?.type === "SelectExpression";
    const found = this.evaluate(isFiltered ? iterable.lhs : iterable, scope);
    const list = new Known(
      found.type === "UndefinedValue" ? new ListValue([]) : this.#numberKeys.walked(found),
    );
    const rest = { ...node, iterable: isFiltered ? { ...iterable, lhs: list } : list };
    return super.evaluateFor(rest, scope);
  }

  override evaluateTestExpression(node: Node, scope: Scope): Value {
    if (node.test?.value !== "iterable") return super.evaluateTestExpression(node, scope);
    const operand = this.evaluate(node.operand, scope);
    const isIterable = isHolder(operand) || operand.type === "UndefinedValue";
    return new TruthValue(node.negate === true ? !isIterable : isIterable);
  }

  /** The filters that write text: Python writes it in its own way, and it can grow beyond what goes in. */
  override applyFilter(operand: Value, filter: Node, scope: Scope): Value {
    const isCall = filter.type === "CallExpression";
    const name = String(isCall ? filter.callee?.value : filter.value);
    const write = Object.hasOwn(writingFilters, name) ? writingFilters[name] : undefined;
    if (write === undefined && name !== "dictsort")
      return super.applyFilter(operand, filter, scope);
    const [positional, named] = this.evaluateArguments(isCall ? (filter.args ?? []) : [], scope);
    if (write === undefined) {
      const isReversed = (positional[2] ?? named.get("reverse"))?.value === true;
      const sorted = this.#numberKeys.sorted(operand, isReversed);
      return sorted ?? super.applyFilter(operand, filter, scope);
    }
    this.#allow(this.#sizes.of(operand));
    const written = write({ operand, positional, named, guard: this.#guard });
    if (written !== undefined) return new TextValue(written);
    return super.applyFilter(operand, filter, scope);
  }

  #printed(value: Value): string {
    if (isText(value)) return value.value;
    this.#allow(this.#sizes.of(value));
    return pythonString(value);
  }

  #spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new OverBudget("too many steps");
  }

  #allow(length: number): void {
    if (!(length <= this.#limit)) throw new OverBudget("a value grew too large");
  }

  /** Looking for one text in another may compare each character of one with each of the other. */
  #search(text: Value, wanted: Value): void {
    if (!isText(text) || !isText(wanted)) return;
    this.#spend(Math.floor((text.value.length * wanted.value.length) / comparisonsPerStep));
  }
}

const isHolder = (value: Value): boolean => isMapping(value) || isList(value) || isText(value);

/** As Python, which adds texts to texts only; a list or object would be written in JavaScript's way. */
function refuseMixedSum(left: Value, right: Value): void {
  const [text, other] = isText(left) ? [left, right] : [right, left];
  if (isText(text) && (isList(other) || isMapping(other))) {
    throw new TypeError(`a ${other.type} cannot be added to a text`);
  }
}

/** Python's range for whole numbers, within the budget. */
function boundedRange(limit: number): (a: number, b?: number, step?: number) => number[] {
  return (a, b, step = 1) => {
    const [start, stop] = b === undefined ? [0, a] : [a, b];
    const length = Math.max(0, Math.ceil((stop - start) / step));
    if (!(length <= limit)) throw new OverBudget("a range is too long");
    return Array.from({ length }, (_, index) => start + index * step);
  };
}

/** What every template finds, besides what it is given. */
function globalScope(budget: Budget): Scope {
  const scope = new BaseScope();
  const globals = {
    ...{ true: true, True: true, false: false, False: false, none: null, None: null },
    range: boundedRange(budget.valueLength),
    strftime_now: (format: string) => strftime(new Date(), format),
    raise_exception: (message: string) => {
      throw new Refusal(message);
    },
  };
  for (const [name, value] of Object.entries(globals)) scope.set(name, value);
  return scope;
}

function longestBlank(text: string): number {
  return (text.match(/\s+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}

function templateError(message: string, cause?: unknown): ModelError {
  return new ModelError("FT-MODEL-023", {
    message: `the model's chat template ${message}`,
    hint: "choose a template: --template chatml",
    cause,
  });
}

/** A chat template, parsed once. Every failure of it is an FtError. */
export class JinjaTemplate {
  readonly #program: unknown;
  readonly #budget: Budget;
  readonly #globals: Scope;
  #spent = 0;
  #allowed: number;

  /**
   * Lines of statements leave nothing behind, as transformers renders; with `keepsBlanks` all that is around them, as
   * Jinja does by itself. Throws ModelError FT-MODEL-023 when the template is too large or not Jinja.
   */
  constructor(
    source: string,
    budget: Budget = defaultBudget,
    { keepsBlanks = false }: { keepsBlanks?: boolean } = {},
  ) {
    this.#budget = budget;
    this.#globals = globalScope(budget);
    this.#allowed = budget.allMilliseconds;
    if (source.length > budget.templateLength) {
      throw templateError(`is too large: ${source.length} characters`);
    }
    // The library's clean-up of tags takes quadratic time on runs of blanks.
    if (longestBlank(source) > 4096) throw templateError("holds a run of blanks without end");
    try {
      // as the library ends a text, a last line's end would be lost
      const text = keepsBlanks && source.endsWith("\n") ? `${source}\n` : source;
      const layout = { lstrip_blocks: !keepsBlanks, trim_blocks: !keepsBlanks };
      this.#program = parse(tokenize(text, layout));
    } catch (cause) {
      throw templateError(`cannot be parsed: ${String(cause)}`, cause);
    }
  }

  /**
   * The rendered text. Throws DataError FT-DATA-021 when the template itself refuses the conversation
   * (raise_exception), ModelError FT-MODEL-023 when it fails or goes over its budget.
   */
  render(variables: Readonly<Record<string, unknown>>): string {
    const started = performance.now();
    this.#allowed += this.#budget.eachMilliseconds;
    try {
      if (this.#spent > this.#allowed) throw new OverBudget("too much time over all rows");
      return this.#run(variables);
    } catch (cause) {
      throw renderingError(cause);
    } finally {
      this.#spent += performance.now() - started;
    }
  }

  #run(variables: Readonly<Record<string, unknown>>): string {
    const given = JSON.stringify(variables).length;
    const limit = Math.max(this.#budget.valueLength, this.#budget.growth * given);
    const scope = new BaseScope(this.#globals);
    for (const [name, value] of Object.entries(variables)) scope.set(name, value);
    return String(new BudgetedInterpreter(scope, this.#budget, limit).run(this.#program).value);
  }
}

function renderingError(cause: unknown): FtError {
  if (cause instanceof Refusal) {
    return new DataError("FT-DATA-021", {
      message: `the model's chat template refuses this conversation: ${cause.message}`,
      hint: "change the row, or choose another template: --template chatml",
      cause,
    });
  }
  if (cause instanceof OverBudget) return templateError(`was stopped: ${cause.message}`, cause);
  return templateError(`failed: ${String(cause)}`, cause);
}
