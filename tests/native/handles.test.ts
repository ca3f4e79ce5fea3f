// The life of a handle: every state a handle can be in, against every kind of call that takes one; scopes.
// Values are not the matter here.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Handle } from "../../src/mx/binding.ts";
import { errorOf, first, floats, leakless, mx, numbers } from "./addon.ts";

let before = 0;
beforeEach(() => {
  before = mx.liveHandles();
});
afterEach(() => {
  expect(mx.liveHandles()).toBe(before);
});

function freed(): Handle {
  const handle = floats([1]);
  mx.free([handle]);
  return handle;
}

function replaced(): Handle {
  const handle = freed();
  // Takes the slot that was just given back: the number differs in its generation alone.
  const newer = floats([2]);
  mx.free([newer]);
  return handle;
}

function leftScope(): Handle {
  mx.scopeBegin();
  const handle = floats([1]);
  mx.scopeEnd([]);
  return handle;
}

const badHandles: [string, () => unknown][] = [
  ["freed", freed],
  ["freed and its slot reused", replaced],
  ["left behind in a closed scope", leftScope],
  ["zero", () => 0],
  ["negative", () => -1],
  ["a fraction", () => 1.5],
  ["not a number", () => Number.NaN],
  ["infinite", () => Infinity],
  ["made up", () => 12345],
  ["of another environment", () => foreign()],
  ["past every slot", () => freed() + 1_000_000],
];

/** A handle whose environment tag is not ours: the same slot and generation under the next tag. */
function foreign(): Handle {
  const handle = floats([1]);
  mx.free([handle]);
  return handle + 2 ** 42;
}

const uses: [string, (handle: Handle) => unknown][] = [
  ["an op", (h) => mx.exp(h)],
  ["an op's second argument", (h) => withOne((one) => mx.add(one, h))],
  ["a nullable argument", (h) => withOne((one) => mx.rmsNorm(one, h, 1e-5))],
  ["a list", (h) => withOne((one) => mx.concatenate([one, h], 0))],
  ["toMemory", (h) => mx.toMemory(h)],
  ["item", (h) => mx.item(h)],
  ["shape", (h) => mx.shape(h)],
  ["dtype", (h) => mx.dtype(h)],
  ["nbytes", (h) => mx.nbytes(h)],
  ["eval", (h) => mx.eval([h])],
  ["asyncEval", (h) => mx.asyncEval([h])],
  ["free", (h) => mx.free([h])],
  ["retain", (h) => mx.retain([h])],
  ["valueAndGrad", (h) => mx.valueAndGrad((x) => x, [h], [0])],
  ["saveSafetensors", (h) => mx.saveSafetensors("/nonexistent/x", ["x"], [h], {})],
];

function withOne<T>(body: (one: Handle) => T): T {
  const one = floats([1]);
  try {
    return body(one);
  } finally {
    mx.free([one]);
  }
}

describe.each(badHandles)("a handle that is %s", (_state, make) => {
  test.each(uses)("is refused by %s", (_use, use) => {
    const error = errorOf(() => use(make() as Handle));
    expect(error.code).toBe("FT-NATIVE-HANDLE");
    expect(error.stack).toContain("handles.test.ts");
  });
});

test.each([["undefined"], ["null"], ["text"], [{}], [[]], [true], [10n], [() => 1]])(
  "%s is not a handle",
  (value) => {
    const given = value === "undefined" ? undefined : value === "null" ? null : value;
    expect(errorOf(() => mx.exp(given as never)).code).toBe("FT-NATIVE-ARGUMENT");
    expect(errorOf(() => mx.free([given as never])).code).toBe("FT-NATIVE-ARGUMENT");
  },
);

describe("free", () => {
  test("twice in one list is an error, and frees once", () => {
    const handle = floats([1]);
    expect(errorOf(() => mx.free([handle, handle])).code).toBe("FT-NATIVE-HANDLE");
  });

  test("with one bad handle frees nothing", () => {
    const good = floats([1]);
    expect(errorOf(() => mx.free([good, 7])).code).toBe("FT-NATIVE-HANDLE");
    expect(numbers(good)).toEqual([1]);
    mx.free([good]);
  });

  test("inside a scope takes the handle out of it", () => {
    mx.scopeBegin();
    const [a, b, c] = [floats([1]), floats([2]), floats([3])];
    mx.free([b]);
    expect(mx.scopeEnd([])).toBe(2);
    for (const handle of [a, b, c]) expect(() => mx.shape(handle)).toThrow(/freed/);
  });
});

describe("scopes", () => {
  test("free what they made and say how much", () => {
    const outer = floats([1]);
    mx.scopeBegin();
    mx.add(outer, outer);
    mx.split(floats([1, 2, 3, 4]), 4, 0);
    expect(mx.scopeEnd([])).toBe(6);
    expect(numbers(outer)).toEqual([1]);
    mx.free([outer]);
  });

  test("hand kept handles to the enclosing scope, which frees them", () => {
    mx.scopeBegin();
    mx.scopeBegin();
    const kept = floats([5]);
    expect(mx.scopeEnd([kept])).toBe(0);
    expect(numbers(kept)).toEqual([5]);
    expect(mx.scopeEnd([])).toBe(1);
    expect(() => mx.shape(kept)).toThrow(/freed/);
  });

  test("keep a handle named twice, and one of an outer scope where it is", () => {
    mx.scopeBegin();
    const outer = floats([1]);
    mx.scopeBegin();
    const inner = floats([2]);
    expect(mx.scopeEnd([inner, inner, outer])).toBe(0);
    expect(mx.scopeEnd([])).toBe(2);
  });

  test("leave retained handles alone until free", () => {
    mx.scopeBegin();
    mx.scopeBegin();
    const handle = floats([9]);
    mx.retain([handle]);
    mx.retain([handle]);
    expect(mx.scopeEnd([handle])).toBe(0);
    expect(mx.scopeEnd([])).toBe(0);
    expect(numbers(handle)).toEqual([9]);
    mx.free([handle]);
  });

  test("handles made outside every scope live until free", () => {
    const handle = floats([1]);
    mx.scopeBegin();
    mx.scopeEnd([]);
    mx.free([handle]);
  });

  test("closing none is an error", () => {
    expect(errorOf(() => mx.scopeEnd([])).code).toBe("FT-NATIVE-SCOPE");
  });

  test("a bad handle to keep closes the scope all the same", () => {
    mx.scopeBegin();
    const handle = floats([1]);
    expect(errorOf(() => mx.scopeEnd([handle, 3])).code).toBe("FT-NATIVE-HANDLE");
    expect(errorOf(() => mx.scopeEnd([])).code).toBe("FT-NATIVE-SCOPE");
    expect(() => mx.shape(handle)).toThrow(/freed/);
  });

  test("hold after a random sequence of operations, compared with a plain model", () => {
    leakless(() => scopesAgainstModel(3000));
  });
});

/** Replays random begin, end, make, free, retain against nested JavaScript sets. */
function scopesAgainstModel(steps: number): void {
  const scopes: Set<Handle>[] = [new Set()];
  const retained = new Set<Handle>();
  let state = 1;
  const random = (below: number): number => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const pick = (from: Set<Handle>): Handle | undefined => [...from][random(from.size || 1)];
  for (let step = 0; step < steps; step++) {
    const innermost = scopes.at(-1) as Set<Handle>;
    const chosen = pick(scopes[random(scopes.length)] as Set<Handle>);
    const action = random(10);
    if (action < 4) innermost.add(floats([step]));
    else if (action === 4) {
      mx.scopeBegin();
      scopes.push(new Set());
    } else if (action === 5 && scopes.length > 1) {
      const keep = [...innermost].filter(() => random(2) === 0);
      expect(mx.scopeEnd(keep)).toBe(innermost.size - keep.length);
      scopes.pop();
      for (const handle of keep) scopes.at(-1)?.add(handle);
    } else if (action < 8 && chosen !== undefined) {
      mx.free([chosen]);
      for (const scope of scopes) scope.delete(chosen);
    } else if (chosen !== undefined) {
      mx.retain([chosen]);
      for (const scope of scopes) scope.delete(chosen);
      retained.add(chosen);
    }
  }
  for (; scopes.length > 1; scopes.pop()) expect(mx.scopeEnd([])).toBe(scopes.at(-1)?.size);
  mx.free([...retained]);
}

test("a slot's number changes each time it is used", () => {
  const seen = new Set<Handle>();
  for (let i = 0; i < 1000; i++) seen.add(freed());
  expect(seen.size).toBe(1000);
});

test("a slot used as often as its number can tell is not used again", () => {
  const kept = floats([1]);
  const nextSlot = (): number => {
    const handle = mx.exp(kept);
    mx.free([handle]);
    return handle % 2 ** 22;
  };
  const slot = nextSlot();
  let uses = 1;
  while (uses <= 2 ** 20 && nextSlot() === slot) uses++;
  mx.free([kept]);
  // A number holds 20 bits of them; the slot may have been used before.
  expect(uses).toBeLessThanOrEqual(2 ** 20);
  expect(uses).toBeGreaterThan(2 ** 19);
});

test("an op that throws makes no handle", () => {
  leakless(() => {
    const handle = floats([1, 2]);
    const alive = mx.liveHandles();
    expect(errorOf(() => mx.reshape(handle, [3])).code).toBe("FT-NATIVE-OP");
    expect(mx.liveHandles()).toBe(alive);
    expect(first(mx.shape(handle))).toBe(2);
  });
});
