// Feed-forward parts of blocks.
import { swiglu, type Tensor } from "../../mx/index.ts";
import {
  type Activation,
  activations,
  Linear,
  type LinearLike,
  Module,
  silu,
} from "../../nn/index.ts";
import { child } from "./named.ts";

/** The activation of a config, which the architecture has checked to be one of `activations`. */
export function activationOf(name: string): Activation {
  const activation = activations[name];
  if (activation === undefined) throw new RangeError(`no activation '${name}'`);
  return activation;
}

/** act(gate)·up. */
export function gated(activation: Activation, gate: Tensor, up: Tensor): Tensor {
  return activation === silu ? swiglu(gate, up) : activation(gate).mul(up);
}

/** Inner arrays of an activation that is several operations, each of which keeps its input; and with a gate. */
const [keptAlone, keptBesideGate] = [6.2, 8.2];

const keptBy = (activation: Activation): number => (activation === silu ? 0 : keptBesideGate);

export interface GatedMlpOptions {
  bias: boolean;
  /** Of the gate; default SiLU. */
  activation?: Activation;
}

/** What the stored model calls the layers. */
export interface GatedMlpNames {
  gate: string;
  up: string;
  down: string;
}

const usualNames: GatedMlpNames = { gate: "gate_proj", up: "up_proj", down: "down_proj" };

/** down(act(gate(x))·up(x)) (Shazeer 2020). */
export class GatedMlp extends Module {
  readonly #activation: Activation;
  readonly #names: GatedMlpNames;

  constructor(
    size: number,
    innerSize: number,
    { bias, activation = silu }: GatedMlpOptions,
    names = usualNames,
  ) {
    super();
    Object.assign(this, {
      [names.gate]: new Linear(size, innerSize, { bias }),
      [names.up]: new Linear(size, innerSize, { bias }),
      [names.down]: new Linear(innerSize, size, { bias, closesResidual: true }),
    });
    this.#activation = activation;
    this.#names = names;
  }

  /** SiLU and the product are one kernel, for which 0 leaves the usual number. */
  get innerArrays(): number {
    return keptBy(this.#activation);
  }

  forward(x: Tensor): Tensor {
    const { gate, up, down } = this.#names;
    const [open, fed] = [gate, up].map((name) => child<LinearLike>(this, name).forward(x));
    const inner = gated(this.#activation, open as Tensor, fed as Tensor);
    return child<LinearLike>(this, down).forward(inner);
  }
}

const usualFusedNames = { open: "gate_up_proj", down: "down_proj" };

/** The same with gate and up as one layer, the gate's rows first. */
export class FusedGatedMlp extends Module {
  readonly #activation: Activation;
  readonly #names: typeof usualFusedNames;

  constructor(
    size: number,
    innerSize: number,
    { bias, activation = silu }: GatedMlpOptions,
    names = usualFusedNames,
  ) {
    super();
    Object.assign(this, {
      [names.open]: new Linear(size, 2 * innerSize, { bias }),
      [names.down]: new Linear(innerSize, size, { bias, closesResidual: true }),
    });
    this.#activation = activation;
    this.#names = names;
  }

  get innerArrays(): number {
    return keptBy(this.#activation);
  }

  forward(x: Tensor): Tensor {
    const { open, down } = this.#names;
    const [gate, up] = child<LinearLike>(this, open).forward(x).split(2) as [Tensor, Tensor];
    return child<LinearLike>(this, down).forward(gated(this.#activation, gate, up));
  }
}

export interface MlpOptions {
  bias: boolean;
  activation: Activation | (Module & { forward: Activation });
  /** What the stored model calls its layers, first and last, and the activation if that has parameters. */
  names: { up: string; down: string; activation?: string };
}

/** down(act(up(x))). */
export class Mlp extends Module {
  readonly #act: Activation;
  readonly #names: MlpOptions["names"];

  constructor(size: number, innerSize: number, { bias, activation, names }: MlpOptions) {
    super();
    const isModule = activation instanceof Module;
    Object.assign(this, {
      [names.up]: new Linear(size, innerSize, { bias }),
      [names.down]: new Linear(innerSize, size, { bias, closesResidual: true }),
      ...(isModule && { [names.activation ?? "act_fn"]: activation }),
    });
    this.#names = names;
    this.#act = isModule ? (x) => activation.forward(x) : activation;
  }

  get innerArrays(): number {
    return keptAlone;
  }

  forward(x: Tensor): Tensor {
    const { up, down } = this.#names;
    const inner = this.#act(child<LinearLike>(this, up).forward(x));
    return child<LinearLike>(this, down).forward(inner);
  }
}
