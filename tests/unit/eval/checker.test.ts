// A user's checker: what it reads, how it answers, and that whatever it does, it ends, with all that it started, and no
// token of ours reaches it.
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import type { ProcessLimits } from "../../../src/core/limited-process.ts";
import { type Check, Checker, passAt } from "../../../src/eval/index.ts";
import { passAtK } from "../../../src/eval/metrics/pass-at.ts";
import { makeFolder } from "../../support/folders.ts";
import { isAlive, until } from "../../support/program.ts";

const request = { row: { tests: [1] }, prompt: "p", references: ["r"], index: 3, sample: 1 };

function written(name: string, text: string, mode = 0o755): string {
  const file = join(makeFolder(), name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

async function checked(
  program: string,
  { answer = "42", limits = {} }: { answer?: string; limits?: Partial<ProcessLimits> } = {},
): Promise<Check> {
  const file = program.startsWith("#!") ? written("check", program) : written("c.mjs", program);
  return await (await Checker.open(file, { limits })).check({ ...request, answer });
}

test("it reads a line of JSON, passes with exit code 0, and its last line is the reason", async () => {
  const program = `
    import { readFileSync } from "node:fs";
    const told = JSON.parse(readFileSync(0, "utf8"));
    console.log("looking\\n" + JSON.stringify(told) + "\\n");
    process.exit(told.answer === "42" ? 0 : 1);`;
  const passed = await checked(program);
  expect(passed.passed).toBe(true);
  expect(JSON.parse(passed.reason)).toEqual({ ...request, answer: "42" });
  expect(await checked(program, { answer: "43" })).toMatchObject({ passed: false });
});

test("any executable will do; what it says on stderr alone is a reason, too; a crash is no pass", async () => {
  const shell = '#!/bin/sh\ngrep -q \'"answer":"4\' && echo fine || { echo no >&2; exit 3; }\n';
  expect(await checked(shell)).toEqual({ passed: true, reason: "fine" });
  expect(await checked(shell, { answer: "x" })).toEqual({ passed: false, reason: "no" });
  const crash = await checked("process.kill(process.pid, 'SIGSEGV'); setInterval(() => 0, 9)");
  expect(crash).toEqual({ passed: false, reason: "ended by SIGSEGV" });
});

test("a row of a megabyte reaches it, and one that does not read it is no error", async () => {
  const answer = "é".repeat(2 ** 20);
  const length = `let n = 0; for await (const part of process.stdin.setEncoding("utf8")) n += part.length;
    console.log(n > 2 ** 20)`;
  expect(await checked(length, { answer })).toEqual({ passed: true, reason: "true" });
  expect(await checked("", { answer })).toEqual({ passed: true, reason: "" });
});

const pidsIn = (file: string): number[] =>
  readFileSync(file, "utf8").trim().split("\n").map(Number);

test("one that hangs is ended in time, with what it started", async () => {
  const pids = join(makeFolder(), "pids");
  const hanging = `#!/bin/sh\nsleep 60 &\necho $! >> ${pids}\necho $$ >> ${pids}\ntrap "" TERM\nwait\n`;
  const began = performance.now();
  expect(await checked(hanging, { limits: { seconds: 0.5 } })).toEqual({
    passed: false,
    reason: "it had not ended after 0.5 s",
  });
  // far from the minute that it would take, on a busy machine
  expect(performance.now() - began).toBeLessThan(20_000);
  await until(() => pidsIn(pids).every((pid) => !isAlive(pid) || isZombie(pid)), 10);
});

/** Ended, and not yet looked at by whoever became its parent. */
const isZombie = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

test("one that goes away and leaves a process behind, in its group or out of it, leaves none", async () => {
  const pids = join(makeFolder(), "pids");
  const leaving = `
    import { spawn } from "node:child_process";
    import { appendFileSync } from "node:fs";
    for (const detached of [true, false]) {
      const child = spawn("sleep", ["60"], { detached, stdio: ["ignore", "inherit", "inherit"] });
      appendFileSync(${JSON.stringify(pids)}, child.pid + "\\n");
      child.unref();
    }
    process.exit(0);`;
  expect(await checked(leaving)).toEqual({ passed: true, reason: "" });
  const left = process.platform === "linux" ? pidsIn(pids) : pidsIn(pids).slice(1);
  await until(() => left.every((pid) => !isAlive(pid) || isZombie(pid)), 10);
});

test("one that forks without end is ended", async () => {
  const bomb = "#!/bin/sh\nf() { while :; do sleep 30 & done; }\nf\n";
  const found = await checked(bomb, { limits: { processes: 20 } });
  expect(found).toEqual({ passed: false, reason: "it started more than 20 processes" });
});

test("one that floods stdout is ended, and what it printed is not kept", async () => {
  const found = await checked("#!/bin/sh\nexec yes\n");
  expect(found).toEqual({ passed: false, reason: "it printed more than 1.05 MB" });
});

test("memory is limited for one process and for several together", async () => {
  const one = "const all = []; for (;;) all.push(Buffer.alloc(2 ** 24, 1));";
  const limits = { memoryBytes: 2 ** 28, seconds: 60 };
  expect(await checked(one, { limits })).toMatchObject({ passed: false });
  const each = `head -c 60000000 /dev/zero | tail -c 60000000 | (read x; sleep 60)`;
  const many = `#!/bin/sh\nfor i in 1 2 3 4 5 6; do (${each}) & done\nwait\n`;
  const together = await checked(many, { limits: { memoryBytes: 2 ** 27, seconds: 60 } });
  expect(together).toEqual({ passed: false, reason: "it took more than 134 MB of memory" });
});

test("it starts in an empty folder that is gone afterwards, as is what it wrote beside it", async () => {
  const before = new Set(readdirSync(tmpdir()));
  const program = `
    import { readdirSync, writeFileSync } from "node:fs";
    import { homedir, tmpdir } from "node:os";
    const empty = readdirSync(".").length === 0;
    writeFileSync("a", "a"); writeFileSync("../b", "b"); writeFileSync(tmpdir() + "/c", "c");
    console.log(JSON.stringify([empty, process.cwd(), homedir(), tmpdir()]));`;
  const { passed, reason } = await checked(program);
  const [empty, ...folders] = JSON.parse(reason) as [boolean, ...string[]];
  expect([passed, empty, new Set(folders).size]).toEqual([true, true, 1]);
  expect(existsSync(dirname(folders[0] ?? ""))).toBe(false);
  const left = readdirSync(tmpdir()).filter((name) => !before.has(name));
  expect(left.filter((name) => ["a", "b", "c"].includes(name))).toEqual([]);
  const large = "#!/bin/sh\nexec head -c 9000000 /dev/zero > big\n";
  expect(await checked(large, { limits: { fileBytes: 2 ** 20 } })).toMatchObject({ passed: false });
});

test("no variable of ours reaches it but where programs are and how text is written", async () => {
  vi.stubEnv("HF_TOKEN", "hf_secret");
  vi.stubEnv("OPENAI_API_KEY", "sk-secret");
  const { reason } = await checked("console.log(Object.keys(process.env).toSorted().join())");
  vi.unstubAllEnvs();
  // what a shell itself sets may be among them
  const names = reason.split(",").filter((name) => !["PWD", "SHLVL", "OLDPWD", "_"].includes(name));
  expect(names).toEqual(["FT_LIMITED", "HOME", "LANG", "PATH", "TMPDIR"]);
});

test("what a terminal would obey is written out in a reason, and a long one is cut", async () => {
  const { reason } = await checked('console.log("\\u001b[2J" + "x".repeat(5000))');
  expect(reason).toMatch(/^\\x1b\[2Jx{10}/);
  expect(reason).toHaveLength(300);
});

const missing = join(tmpdir(), "no-such-checker");
const refusals: [what: string, file: () => string, told: RegExp][] = [
  ["no file", () => missing, /there is no such file/],
  ["a folder", () => makeFolder(), /there is no such file/],
  ["a file that may not be executed", () => written("c.py", "", 0o644), /is not executable/],
];
test.each(refusals)("%s is refused before anything is asked", async (_, file, told) => {
  await expect(Checker.open(file())).rejects.toThrow(told);
});

test("one whose own program is not there ends the evaluation: no answer is to blame", async () => {
  await expect(checked("#!/usr/bin/env no-such-python\n")).rejects.toThrow(/cannot be run.*127/);
  await expect(checked("#!/no/such/program\n")).rejects.toThrow(/cannot be run/);
});

test("cancelling ends what runs and what waits", async () => {
  const checker = await Checker.open(written("c.mjs", "setInterval(() => 0, 9)"), { atOnce: 1 });
  const stop = new AbortController();
  const both = [0, 1].map((sample) =>
    checker.check({ ...request, answer: "", sample }, stop.signal),
  );
  setTimeout(() => stop.abort(new Error("enough")), 200);
  const ends = await Promise.allSettled(both);
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(ends[0]).toMatchObject({ reason: { message: "enough" } });
});

/** Binomial coefficients as whole numbers. */
const choose = (n: number, k: number): bigint => {
  let found = 1n;
  for (let at = 1; at <= k; at++) found = (found * BigInt(n - k + at)) / BigInt(at);
  return k > n ? 0n : found;
};

test("pass@k is 1 − C(n−c, k) / C(n, k)", () => {
  for (const n of [1, 2, 5, 20, 200])
    for (const c of [0, 1, 2, Math.floor(n / 2), n].filter((count) => count <= n))
      for (const k of [1, 2, 5, 10, 100].filter((count) => count <= n)) {
        // twenty digits of a share of whole numbers
        const scale = 10n ** 20n;
        const none = Number((choose(n - c, k) * scale) / choose(n, k)) / 1e20;
        // a product of at most 200 factors, each rounded once
        expect(Math.abs(passAtK(n, c, k) - (1 - none))).toBeLessThan(1e-13);
      }
  expect(passAtK(4, 4, 5)).toBeNaN();
  const row = (passes: boolean[]): { prediction: string; references: []; samples: Check[] } => ({
    ...{ prediction: "", references: [] },
    samples: passes.map((passed) => ({ passed, reason: "" })),
  });
  const rows = [row([true, false]), row([false, false])];
  expect(rows.map((one) => passAt(1).statistics(one))).toEqual([
    [0.5, 1],
    [0, 1],
  ]);
  expect(rows.map((one) => passAt(2).statistics(one))).toEqual([
    [1, 1],
    [0, 1],
  ]);
  expect(passAt(2).signature(rows)).toBe("unbiased|n:2");
});
