// Runs a chat template under a budget of steps, time and size: a template comes with a model from somewhere
// and is a program. Not the language itself: that is @huggingface/jinja.
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { DataError, type FtError, ModelError } from "../../core/errors.ts";
import { strftime } from "./strftime.ts";
import { type Sides, strip, stripSides } from "./strip.ts";

/** What a template may use up. Real templates stay under a hundredth of each. */
export interface Budget {
  /** Characters of the template. */
  templateLength: number;
  /** Characters of any text, and entries of any list, beyond `growth` times what went in. */
  valueLength: number;
  growth: number;
  /** Expressions and statements evaluated, and entries of the lists that calls make. */
  steps: number;
  milliseconds: number;
}

export const defaultBudget: Budget = {
  templateLength: 256 * 1024,
  valueLength: 1 << 20,
  growth: 16,
  steps: 2_000_000,
  milliseconds: 5_000,
};

/** The part of the library's interpreter used here; its own declarations do not resolve under NodeNext. */
interface Evaluator {
  evaluate(statement: unknown, environment: unknown): { value: unknown };
  run(program: unknown): { value: unknown };
}

interface Variables {
  set(name: string, value: unknown): unknown;
}

const BaseInterpreter = Interpreter as new (environment: Variables) => Evaluator;
const BaseEnvironment = Environment as new () => Variables;

class OverBudget extends Error {}

class Refusal extends Error {}

class BudgetedInterpreter extends BaseInterpreter {
  #steps: number;
  readonly #deadline: number;
  readonly #limit: number;

  constructor(environment: Variables, budget: Budget, limit: number) {
    super(environment);
    this.#steps = budget.steps;
    this.#deadline = performance.now() + budget.milliseconds;
    this.#limit = limit;
  }

  override evaluate(statement: unknown, environment: unknown): { value: unknown } {
    if (--this.#steps < 0) throw new OverBudget("too many steps");
    if ((this.#steps & 7) === 0 && performance.now() > this.#deadline) {
      throw new OverBudget("too much time");
    }
    const result = this.#stripped(statement, environment) ?? super.evaluate(statement, environment);
    const { value } = result;
    const sized = typeof value === "string" || Array.isArray(value);
    if (sized && value.length > this.#limit) throw new OverBudget("a value grew too large");
    // A loop over a list that a call made (range) costs its length even when its body is empty.
    const called = (statement as Node | undefined)?.type === "CallExpression";
    if (called && Array.isArray(value)) this.#steps -= value.length;
    return result;
  }

  /** The library's strip, lstrip and rstrip ignore their argument; all of them trim as JavaScript does. */
  #stripped(statement: unknown, environment: unknown): { value: unknown } | undefined {
    const call = stripCall(statement as Node | undefined);
    if (call === undefined) return undefined;
    const subject = this.evaluate(call.subject, environment);
    const set = call.set === undefined ? undefined : this.evaluate(call.set, environment).value;
    if (typeof subject.value !== "string") return undefined;
    const text = strip(subject.value, call.sides, typeof set === "string" ? set : undefined);
    const StringValue = subject.constructor as new (value: string) => { value: unknown };
    return new StringValue(text);
  }
}

/** The part of the library's syntax tree that tells a call of strip, or the filter trim. */
interface Node {
  type: string;
  value?: unknown;
  callee?: Node;
  args?: Node[];
  object?: Node;
  computed?: boolean;
  property?: Node;
  operand?: Node;
  filter?: Node;
}

interface StripCall {
  subject: Node;
  sides: Sides;
  set: Node | undefined;
}

function stripCall(node: Node | undefined): StripCall | undefined {
  if (node?.type === "FilterExpression") return trimFilter(node);
  const member = node?.type === "CallExpression" ? node.callee : undefined;
  if (member?.type !== "MemberExpression" || member.computed === true) return undefined;
  const sides = stripSides[String(member.property?.value)];
  if (sides === undefined || member.object === undefined) return undefined;
  return { subject: member.object, sides, set: node?.args?.[0] };
}

function trimFilter({ operand, filter }: Node): StripCall | undefined {
  const name = filter?.type === "CallExpression" ? filter.callee : filter;
  const both = stripSides["strip"];
  if (name?.value !== "trim" || operand === undefined || both === undefined) return undefined;
  return { subject: operand, sides: both, set: filter?.args?.[0] };
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

function environmentFor(variables: Readonly<Record<string, unknown>>, limit: number): Variables {
  const environment = new BaseEnvironment();
  const globals = {
    ...{ true: true, True: true, false: false, False: false, none: null, None: null },
    range: boundedRange(limit),
    strftime_now: (format: string) => strftime(new Date(), format),
    raise_exception: (message: string) => {
      throw new Refusal(message);
    },
  };
  for (const [name, value] of Object.entries({ ...globals, ...variables })) {
    environment.set(name, value);
  }
  return environment;
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

  /** Throws ModelError FT-MODEL-023 when the template is too large or not Jinja. */
  constructor(source: string, budget: Budget = defaultBudget) {
    this.#budget = budget;
    if (source.length > budget.templateLength) {
      throw templateError(`is too large: ${source.length} characters`);
    }
    // The library's clean-up of tags takes quadratic time on runs of blanks.
    if (longestBlank(source) > 4096) throw templateError("holds a run of blanks without end");
    try {
      this.#program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
    } catch (cause) {
      throw templateError(`cannot be parsed: ${String(cause)}`, cause);
    }
  }

  /**
   * The rendered text. Throws DataError FT-DATA-021 when the template itself refuses the conversation
   * (raise_exception), ModelError FT-MODEL-023 when it fails or goes over its budget.
   */
  render(variables: Readonly<Record<string, unknown>>): string {
    const given = JSON.stringify(variables).length;
    const limit = Math.max(this.#budget.valueLength, this.#budget.growth * given);
    const environment = environmentFor(variables, limit);
    try {
      const result = new BudgetedInterpreter(environment, this.#budget, limit).run(this.#program);
      return String(result.value);
    } catch (cause) {
      throw renderingError(cause);
    }
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
