// Which backend is chosen, and what is said about it. Fakes stand for devices that are not here.
// Computing on a backend is tests/native's.
import { expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { type Backend, backends, chooseBackend } from "../../../src/mx/backends/index.ts";
import { refusal } from "../../support/refusal.ts";

function fake(name: string, missing?: string): Backend {
  const memory = (): { totalBytes: number; recommendedBytes: number } => ({
    totalBytes: 8e9,
    recommendedBytes: 6e9,
  });
  const activate = (): void => undefined;
  return {
    name,
    library: "MLX",
    isFastInHalf: false,
    unavailable: () => missing,
    activate,
    memory,
  };
}

test("the order is MLX on Metal, MPS, CUDA, CPU, and libtorch on the CPU for whoever names it", () => {
  expect(backends.map((backend) => backend.name)).toEqual([
    "mlx",
    "mps",
    "cuda",
    "cpu",
    "cpu-torch",
  ]);
});

test("the first that can be used is chosen", () => {
  const order = [fake("fast"), fake("slow")];
  expect(chooseBackend(undefined, order)).toEqual({ backend: order[0], reason: "first in order" });
});

test("forcing absence falls to the next and says why, for each place in the order", () => {
  for (const present of [0, 1, 2, 3]) {
    const names = ["mlx", "mps", "cuda", "cpu"];
    const order = names.map((name, at) => fake(name, at < present ? `no ${name} here` : undefined));
    const { backend, reason } = chooseBackend(undefined, order);
    expect(backend).toBe(order[present]);
    for (const name of names.slice(0, present))
      expect(reason).toContain(`${name}: no ${name} here`);
    for (const name of names.slice(present)) expect(reason).not.toContain(`no ${name}`);
  }
});

test("a registered backend that is first and available is chosen", () => {
  const own = fake("npu");
  expect(chooseBackend(undefined, [own, ...backends]).backend).toBe(own);
});

test("a backend asked for by name is used though others come first", () => {
  const order = [fake("fast"), fake("slow")];
  expect(chooseBackend("slow", order)).toEqual({
    backend: order[1],
    reason: "asked for by FT_BACKEND",
  });
  expect(chooseBackend("", order).backend).toBe(order[0]);
});

test("an unknown name is an error that lists the names and suggests the nearest", () => {
  const error = refusal(() => chooseBackend("cudo"), ConfigError);
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain(
    "Unknown backend 'cudo'. Valid options: [mlx, mps, cuda, cpu, cpu-torch]",
  );
  expect(error.hint).toBe("FT_BACKEND=cuda");
});

test("a named backend that cannot be used is an error, never a silent fall to another", () => {
  const error = refusal(
    () => chooseBackend("fast", [fake("fast", "driver missing"), fake("slow")]),
    ConfigError,
  );
  expect(error.message).toContain("driver missing");
  const why = process.platform === "darwin" ? /MPS|not built/ : /MPS needs macOS/;
  expect(refusal(() => chooseBackend("mps"), ConfigError).message).toMatch(why);
});

test("none at all is an error that says why for each", () => {
  const error = refusal(
    () => chooseBackend(undefined, [fake("a", "broken"), fake("b", "absent")]),
    ConfigError,
  );
  expect(error.message).toContain("a: broken; b: absent");
});

test("the processor is always there", () => {
  expect(backends.find(({ name }) => name === "cpu")?.unavailable()).toBeUndefined();
});

test("each backend asks its own addon: CUDA's is missing though that of the processor is there", () => {
  const [, , cuda] = backends;
  const why = process.platform === "linux" ? /its addon is not built .*ft_native_cuda/ : /Linux/;
  expect(cuda?.unavailable()).toMatch(why);
});
