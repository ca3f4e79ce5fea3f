// One meeting of a stored model and a model: these tensors become these parameters, and back.
// Names are settled here; the rule they come from is forgotten.
import { dispose, evaluate, retain, scope, type Shape, type Tensor } from "../../mx/index.ts";
import type { TensorReader } from "../stored-model.ts";
import { type Algebra, shapeAlgebra, tensorAlgebra } from "./algebra.ts";
import { inverse, type Step } from "./steps.ts";

type Read<Value> = (name: string) => Value;

/** One value of an entry: a tensor by its name, or several that are stacked along a new first axis. */
export class Operand {
  readonly names: readonly string[];
  readonly #isStack: boolean;

  constructor(names: readonly string[], options: { isStack: boolean }) {
    this.names = names;
    this.#isStack = options.isStack;
  }

  gather<Value>(read: Read<Value>, on: Algebra<Value>): Value {
    const values = this.names.map(read);
    if (!this.#isStack) return values[0] as Value;
    const layers = values.map((value) => on.reshape(value, [1, ...on.shapeOf(value)]));
    return on.concatenate(layers, 0);
  }

  scatter<Value>(value: Value, on: Algebra<Value>): Value[] {
    if (!this.#isStack) return [value];
    const layers = on.split(
      value,
      this.names.map(() => 1),
      0,
    );
    return layers.map((layer) => on.reshape(layer, on.shapeOf(layer).slice(1)));
  }
}

const namesOf = (operands: readonly Operand[]): string[] => operands.flatMap(({ names }) => names);

export class WeightEntry {
  readonly #from: readonly Operand[];
  readonly #to: readonly Operand[];
  readonly #steps: readonly Step[];

  constructor(from: readonly Operand[], to: readonly Operand[], steps: readonly Step[]) {
    this.#from = from;
    this.#to = to;
    this.#steps = steps;
  }

  /** Names in the stored model. */
  get sources(): string[] {
    return namesOf(this.#from);
  }

  get parameters(): string[] {
    return namesOf(this.#to);
  }

  /** The stored model's tensors seen as the parameters. */
  reversed(): WeightEntry {
    return new WeightEntry(this.#to, this.#from, this.#steps.toReversed().map(inverse));
  }

  /** The parameters, in the order of their names. Builds a graph, evaluates nothing. */
  load(read: Read<Tensor>): Tensor[] {
    return this.#forward(read, tensorAlgebra);
  }

  /** Shapes of the parameters, in the order of their names. */
  shapes(read: Read<Shape>): Shape[] {
    return this.#forward(read, shapeAlgebra);
  }

  #forward<Value>(read: Read<Value>, on: Algebra<Value>): Value[] {
    const inputs = this.#from.map((operand) => operand.gather(read, on));
    const outputs = this.#steps.reduce((values, step) => step.forward(values, on), inputs);
    return scattered(this.#to, outputs, on);
  }

  /**
   * Reads, converts (`finish` last) and evaluates; what was read is freed, so that one entry at a time is there twice.
   * The parameters belong to the caller.
   */
  take(reader: TensorReader, finish: (tensor: Tensor) => Tensor = (tensor) => tensor): Tensor[] {
    const sources = new Map(this.sources.map((name) => [name, reader.read(name)]));
    try {
      return retain(
        scope(() => {
          const parameters = this.load((name) => sources.get(name) as Tensor).map(finish);
          evaluate(parameters);
          for (const parameter of parameters) keep(sources, parameter);
          return parameters;
        }),
      );
    } finally {
      dispose(sources);
    }
  }

  /** The stored model's tensors, in the order of their names. Builds a graph, evaluates nothing. */
  store(read: Read<Tensor>): Tensor[] {
    const inputs = this.#to.map((operand) => operand.gather(read, tensorAlgebra));
    const outputs = this.#steps.reduceRight(
      (values, step) => step.backward(values, tensorAlgebra),
      inputs,
    );
    return scattered(this.#from, outputs, tensorAlgebra);
  }
}

/** Takes out of `sources` what became a parameter as it was. */
function keep(sources: Map<string, Tensor>, parameter: Tensor): void {
  for (const [name, source] of sources) if (source === parameter) sources.delete(name);
}

function scattered<Value>(
  operands: readonly Operand[],
  values: readonly Value[],
  on: Algebra<Value>,
): Value[] {
  return operands.flatMap((operand, at) => operand.scatter(values[at] as Value, on));
}
