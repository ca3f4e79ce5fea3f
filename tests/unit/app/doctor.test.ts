// ft doctor on a machine where all is well, and with each thing broken in turn.
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checks, examine, type Machine, thisMachine } from "../../../src/app/doctor/index.ts";
import type { Info } from "../../../src/app/info.ts";
import { makeFolder } from "../../support/folders.ts";

const computes: Info = {
  backend: "cpu",
  backendReason: "mlx: Metal needs macOS, this is linux",
  hint: null,
  device: "cpu (a processor)",
  library: "MLX",
  mlxVersion: "0.32.4",
  blas: "OpenBLAS",
  threads: 2,
  memoryBytes: 16e9,
  recommendedBytes: null,
  dtypes: ["float32"],
  platform: "linux-x64",
  node: "24.1.0",
  version: "0.1.0",
};

const computesNothing: Info = {
  ...computes,
  backend: null,
  backendReason: "the native addon for linux-x64 could not be loaded",
  hint: "./setup.sh builds it",
  device: null,
  mlxVersion: null,
};

const well: Machine = {
  platform: "linux",
  arch: "x64",
  release: "6.8.0",
  node: "24.1.0",
  glibc: "2.36",
  processor: "a processor",
  cores: 8,
  environment: { FT_HOME: "/home/me/ft", HF_HOME: "/home/me/hf", HF_TOKEN: "hf_abcdefghijklmnop" },
  folder: "/home/me/work",
  memory: { total: 16e9, available: 12e9 },
  info: () => Promise.resolve(computes),
  printed: (program) => (program === "c++" ? "c++ 12.2.0\nmore of it" : undefined),
  freeBytes: () => Promise.resolve(100e9),
  canWrite: () => true,
  answers: () => Promise.resolve(true),
};

const mac = (answers: Readonly<Record<string, string>>): Partial<Machine> => ({
  platform: "darwin",
  arch: "arm64",
  glibc: undefined,
  printed: (program, args) =>
    new Map(
      Object.entries({
        "c++ --version": "Apple clang version 17",
        "sw_vers -productVersion": "15.5",
        ...answers,
      }),
    ).get(`${program} ${args.join(" ")}`),
  info: () => Promise.resolve({ ...computes, backend: "metal", device: "gpu (Apple M4)" }),
});

test("on a machine where all is well every check is ok, and nothing is to be mended", async () => {
  const told = await examine(well);
  expect(told.map(({ name }) => name)).toEqual(checks.map(({ name }) => name));
  expect(told.filter(({ verdict, remedy }) => verdict !== "ok" || remedy !== null)).toEqual([]);
  const onMac = await examine({ ...well, ...mac({}) });
  expect(onMac.filter(({ verdict }) => verdict !== "ok")).toEqual([]);
});

const noRoom = (folder: string, bytes: number): Partial<Machine> => ({
  freeBytes: (asked) => Promise.resolve(asked.startsWith(folder) ? bytes : 100e9),
});

const locked = (folder: string): Partial<Machine> => ({
  canWrite: (asked) => !asked.startsWith(folder),
});

test.each<[string, Partial<Machine>, string, "warn" | "fail", string]>([
  ["another kind of machine", { platform: "win32" }, "machine", "fail", "win32-x64"],
  [
    "Node in Rosetta",
    { ...mac({ "sysctl -n sysctl.proc_translated": "1" }), arch: "x64" },
    "machine",
    "fail",
    "Rosetta",
  ],
  ["an old macOS", mac({ "sw_vers -productVersion": "13.6.1" }), "system", "fail", "macOS 13.6.1"],
  ["an old glibc", { glibc: "2.31" }, "system", "fail", "glibc 2.31"],
  ["no glibc", { glibc: undefined }, "system", "fail", "no glibc"],
  ["an old Node", { node: "18.20.4" }, "node", "fail", "18.20.4"],
  ["a Node a little too old", { node: "20.9.0" }, "node", "fail", "20.9.0"],
  ["a Node without repairs", { node: "20.20.2" }, "known-bad versions", "warn", "Node 20"],
  [
    "no addon",
    { info: () => Promise.resolve(computesNothing) },
    "addon",
    "fail",
    "could not be loaded",
  ],
  [
    "another MLX",
    { info: () => Promise.resolve({ ...computes, mlxVersion: "0.1.0" }) },
    "libraries",
    "fail",
    "built with 0.1.0",
  ],
  ["no compiler", { printed: () => undefined }, "compiler", "warn", "no c++"],
  [
    "a compiler that is not there",
    { environment: { ...well.environment, CXX: "clang++-99" } },
    "compiler",
    "warn",
    "no clang++-99",
  ],
  [
    "nothing that computes",
    { info: () => Promise.resolve(computesNothing) },
    "backend",
    "fail",
    "nothing",
  ],
  [
    "a Mac that computes on its CPU",
    { ...mac({}), info: () => Promise.resolve(computes) },
    "backend",
    "warn",
    "cpu",
  ],
  ["little memory", { memory: { total: 8e9, available: 2e9 } }, "memory", "warn", "are free"],
  ["no memory", { memory: { total: 8e9, available: 2e8 } }, "memory", "fail", "are free"],
  [
    "all memory wired",
    mac({ "sysctl -n iogpu.wired_limit_mb": "16000" }),
    "wired limit",
    "warn",
    "16000",
  ],
  [
    "little room for models",
    noRoom("/home/me/hf", 2e9),
    "disk of models",
    "warn",
    " free in /home/me",
  ],
  [
    "no room for models",
    noRoom("/home/me/hf", 1e8),
    "disk of models",
    "fail",
    "free in /home/me/hf/hub",
  ],
  ["a cache of another user", locked("/home/me/hf"), "disk of models", "fail", "cannot be written"],
  [
    "little room for runs",
    noRoom("/home/me/work", 2e9),
    "disk of runs",
    "warn",
    " free in /home/me",
  ],
  ["no room for runs", noRoom("/home/me/work", 0), "disk of runs", "fail", "free in /home/me/work"],
  ["a data folder of another user", locked("/home/me/ft"), "data folder", "fail", "/home/me/ft"],
  [
    "a token of another service",
    { environment: { ...well.environment, HF_TOKEN: "sk-not-for-the-hub" } },
    "token",
    "warn",
    "not of the hub's form",
  ],
  ["no network", { answers: () => Promise.resolve(false) }, "network", "warn", "does not answer"],
  [
    "a battery",
    { printed: (program) => (program === "sh" ? "0" : "c++") },
    "power and sleep",
    "warn",
    "battery",
  ],
  [
    "a Mac on battery",
    mac({ "pmset -g batt": "Now drawing from 'Battery Power'" }),
    "power and sleep",
    "warn",
    "battery",
  ],
  [
    "a Mac that saves power",
    mac({ "pmset -g": " lowpowermode         1" }),
    "power and sleep",
    "warn",
    "low power",
  ],
])(
  "%s is found, and only that has a remedy of one line",
  async (_, broken, name, verdict, words) => {
    const told = await examine({ ...well, ...broken });
    const one = told.find((each) => each.name === name);
    expect(one).toMatchObject({ verdict, found: expect.stringContaining(words) });
    for (const { verdict: each, remedy } of told) {
      if (each === "ok") expect(remedy).toBeNull();
      else expect(remedy).toMatch(/^[^\n]{5,}$/);
    }
  },
);

test("what a check cannot look at fails that check and no other", async () => {
  const told = await examine({
    ...well,
    freeBytes: () => Promise.reject(new Error("the disk is on fire")),
  });
  const failed = told.filter(({ verdict }) => verdict === "fail");
  expect(failed.map(({ name }) => name)).toEqual(["disk of models", "disk of runs"]);
  expect(failed[0]?.found).toContain("the disk is on fire");
});

test("neither a token nor a password in an address is told", async () => {
  const environment = { ...well.environment, HF_TOKEN: "sk-not-for-the-hub" };
  expect(JSON.stringify(await examine({ ...well, environment }))).not.toContain("sk-not");
});

const port = (server: Server): number => (server.address() as AddressInfo).port;

test("the network is asked once and briefly; offline it is not asked", async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (request.url === "/silent") return;
    response.end();
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const network = checks.find(({ name }) => name === "network");
  const look = async (path: string, more = {}) => {
    const HF_ENDPOINT = `http://127.0.0.1:${port(server)}${path}`;
    return await network?.look(thisMachine({ HF_ENDPOINT, ...more }));
  };
  const asking = performance.now();
  expect(await look("")).toMatchObject({ verdict: "ok" });
  const began = performance.now();
  expect(await look("/silent")).toMatchObject({ verdict: "warn" });
  // longer only where the machine is so busy that the answer before took long as well
  expect(performance.now() - began).toBeLessThan(Math.max(6000, 100 * (began - asking)));
  expect(await look("", { HF_HUB_OFFLINE: "1" })).toMatchObject({ verdict: "ok" });
  expect(asked).toBe(2);
  server.closeAllConnections();
  server.close();
});

test("this machine sees a folder that is there, one to be made, and none below a file", async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, "a"));
  writeFileSync(join(folder, "file"), "");
  const { canWrite, freeBytes } = thisMachine({});
  expect(canWrite(join(folder, "a"))).toBe(true);
  expect(canWrite(join(folder, "a/b/c"))).toBe(true);
  expect(canWrite(join(folder, "file/below"))).toBe(false);
  expect(await freeBytes(join(folder, "a/b/c"))).toBeGreaterThan(0);
});
