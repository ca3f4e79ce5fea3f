// What each opcode of pickled data does: it can make nothing but what `values.ts` lists, and run nothing.
// Bounded in steps and by the length of the data. Knows no archive and no file.
import { callOf, globalOf, storageOf } from "./globals.ts";
import { Machine } from "./machine.ts";
import { type PickledMap, PickledTuple, type PickledValue, PickleProblem } from "./values.ts";

const MOST_STEPS = 20_000_000;
const HIGHEST_PROTOCOL = 5;

type Step = (machine: Machine, argument: PickledValue) => void;

function setItems(target: PickledValue, items: readonly PickledValue[]): void {
  if (!(target instanceof Map))
    throw new PickleProblem("it puts entries into what is no dictionary");
  if (items.length % 2 !== 0) throw new PickleProblem("a key without a value");
  const map: PickledMap = target;
  for (let at = 0; at < items.length; at += 2)
    map.set(items[at] as PickledValue, items[at + 1] as PickledValue);
}

function append(target: PickledValue, items: readonly PickledValue[]): void {
  if (!Array.isArray(target)) throw new PickleProblem("it appends to what is no list");
  for (const item of items) target.push(item);
}

function text(value: PickledValue): string {
  if (typeof value === "string") return value;
  throw new PickleProblem("a name that is no text");
}

/** State beside a dictionary (`_metadata` of modules) says nothing about weights: it is let go. */
function build(target: PickledValue): void {
  if (!(target instanceof Map)) throw new PickleProblem("it gives a state to what has none");
}

const tuple =
  (count: number): Step =>
  (machine) =>
    machine.push(new PickledTuple(machine.popCount(count)));
const push =
  (make: () => PickledValue): Step =>
  (machine) =>
    machine.push(make());
const pushArgument: Step = (machine, argument) => machine.push(argument);

function call(machine: Machine): void {
  const inputs = machine.pop();
  const callee = machine.pop();
  if (!(inputs instanceof PickledTuple)) throw new PickleProblem("it calls with what is no tuple");
  machine.push(callOf(callee, inputs.items));
}

const steps: Readonly<Record<string, Step>> = {
  PROTO: (_, version) => {
    if (Number(version) > HIGHEST_PROTOCOL)
      throw new PickleProblem(`protocol ${Number(version)}, which is not known`);
  },
  FRAME: () => undefined,
  MARK: (machine) => machine.mark(),
  POP: (machine) => void machine.pop(),
  POP_MARK: (machine) => void machine.popToMark(),
  NONE: push(() => null),
  NEWTRUE: push(() => true),
  NEWFALSE: push(() => false),
  BININT: pushArgument,
  BININT1: pushArgument,
  BININT2: pushArgument,
  LONG1: pushArgument,
  LONG4: pushArgument,
  BINFLOAT: pushArgument,
  BINUNICODE: pushArgument,
  SHORT_BINUNICODE: pushArgument,
  BINUNICODE8: pushArgument,
  SHORT_BINSTRING: pushArgument,
  BINSTRING: pushArgument,
  SHORT_BINBYTES: pushArgument,
  BINBYTES: pushArgument,
  BINBYTES8: pushArgument,
  EMPTY_TUPLE: tuple(0),
  TUPLE1: tuple(1),
  TUPLE2: tuple(2),
  TUPLE3: tuple(3),
  TUPLE: (machine) => machine.push(new PickledTuple(machine.popToMark())),
  EMPTY_LIST: push(() => []),
  EMPTY_DICT: push(() => new Map()),
  APPEND: (machine) => {
    const item = machine.pop();
    append(machine.top(), [item]);
  },
  APPENDS: (machine) => {
    const items = machine.popToMark();
    append(machine.top(), items);
  },
  SETITEM: (machine) => {
    const pair = machine.popCount(2);
    setItems(machine.top(), pair);
  },
  SETITEMS: (machine) => {
    const items = machine.popToMark();
    setItems(machine.top(), items);
  },
  BINPUT: (machine, place) => machine.remember(Number(place)),
  LONG_BINPUT: (machine, place) => machine.remember(Number(place)),
  MEMOIZE: (machine) => machine.remember(undefined),
  BINGET: (machine, place) => machine.push(machine.recall(Number(place))),
  LONG_BINGET: (machine, place) => machine.push(machine.recall(Number(place))),
  GLOBAL: (machine, names) => {
    const [module, name] = (names as PickledTuple).items;
    machine.push(globalOf(text(module ?? null), text(name ?? null)));
  },
  STACK_GLOBAL: (machine) => {
    const [module, name] = machine.popCount(2);
    machine.push(globalOf(text(module ?? null), text(name ?? null)));
  },
  BINPERSID: (machine) => machine.push(storageOf(machine.pop())),
  REDUCE: call,
  BUILD: (machine) => {
    machine.pop();
    build(machine.top());
  },
};

/**
 * The value at `at`, and where the data goes on after it.
 * @throws PickleProblem for whatever weights do not need; it cannot run anything.
 */
export function unpickled(data: Uint8Array, at = 0): { value: PickledValue; end: number } {
  const machine = new Machine(data, at);
  for (let step = 0; step < MOST_STEPS; step++) {
    const { name, argument } = machine.next();
    if (name === "STOP") return { value: machine.result(), end: machine.position };
    steps[name]?.(machine, argument);
  }
  throw new PickleProblem(`it has more than ${MOST_STEPS} steps`);
}
