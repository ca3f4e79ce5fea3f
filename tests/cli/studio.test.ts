// `ft studio` as a program: its first line, its link, its end in order, what lasts over a restart, and that a key it was
// given is in no log.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram, startProgram, type Started } from "../support/program.ts";

interface Line {
  type: string;
  url: string;
  apiUrl: string;
  token: string;
}

async function started(home: string, word = "studio"): Promise<{ program: Started; line: Line }> {
  const args = [word, "--port", "0", "--api-port", "0", "--no-open", "--json", "--verbose"];
  const env = { FT_HOME: home, FT_KEYCHAIN: "off" };
  const program = startProgram(args, { env });
  const line = await program.event(({ type }) => (type as string) === "listening");
  return { program, line: line as unknown as Line };
}

const canary = "sk-canary-4f0c9ab7731e5d62-tail";

test("it listens on free ports, sets the cookie by its link, ends in order and keeps what was set", async () => {
  const home = makeFolder();
  const { program, line } = await started(home);
  expect(line).toEqual({
    type: "listening",
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/open\?key=/),
    apiUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    token: expect.any(String),
  });
  const opened = await fetch(line.url, { redirect: "manual" });
  const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const withCookie = await fetch(`${line.apiUrl}/api/system/status`, { headers: { cookie } });
  expect(withCookie.status).toBe(200);
  expect((await fetch(`${line.apiUrl}/api/system/status`)).status).toBe(401);
  const headers = { authorization: `Bearer ${line.token}`, "content-type": "application/json" };
  const put = await fetch(`${line.apiUrl}/api/settings`, {
    ...{ method: "PUT", headers, body: '{"max_concurrent_jobs":7}' },
  });
  expect(put.status).toBe(200);
  const configured = await fetch(`${line.apiUrl}/api/providers/configure`, {
    method: "POST",
    headers,
    body: JSON.stringify({ provider: "anthropic", api_key: canary }),
  });
  expect(await configured.text()).not.toContain(canary);
  program.process.kill("SIGTERM");
  const { code, stderr, stdout } = await program.ended;
  expect(code).toBe(0);
  expect(stderr + stdout).not.toContain(canary);
  expect(stderr).toMatch(/request=[0-9a-f]{12} method=PUT path=\/api\/settings .*status=200/);
  expect(existsSync(join(home, "settings.json"))).toBe(true);

  const again = await started(home, "ui");
  const settings = await fetch(`${again.line.apiUrl}/api/settings`, {
    headers: { authorization: `Bearer ${again.line.token}` },
  });
  expect(await settings.json()).toMatchObject({
    max_concurrent_jobs: 7,
    llm_provider: "anthropic",
  });
  again.program.process.kill("SIGINT");
  expect((await again.program.ended).code).toBe(0);

  const told = await runProgram(["info", "--env", "--json"], {
    env: { FT_HOME: home, FT_KEYCHAIN: "off", OPENAI_API_KEY: "", LOG_LEVEL: "" },
  });
  expect(told.stdout).not.toContain(canary);
  const { variables } = JSON.parse(told.stdout) as { variables: { name: string }[] };
  expect(variables).toContainEqual(
    expect.objectContaining({ name: "MAX_CONCURRENT_JOBS", value: "7", source: "settings" }),
  );
  expect(variables).toContainEqual(
    expect.objectContaining({ name: "ANTHROPIC_API_KEY", value: "…tail", source: "keys file" }),
  );
});

test("for a person it prints the link, and that it works once", async () => {
  const env = { FT_HOME: makeFolder(), FT_KEYCHAIN: "off" };
  const args = ["studio", "--port", "0", "--api-port", "0", "--no-open"];
  const { process, ended } = startProgram(args, { env });
  const told = await new Promise<string>((resolve) => {
    process.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8")));
  });
  const [, link = ""] = /^Open (\S+) \(the link works once, in one browser\)$/m.exec(told) ?? [];
  expect((await fetch(link, { redirect: "manual" })).status).toBe(303);
  const again = await fetch(link, { redirect: "manual" });
  expect([again.status, await again.text()]).toEqual([
    401,
    expect.stringContaining("<h1>This link has already been used</h1>"),
  ]);
  process.kill("SIGTERM");
  await ended;
});

test("a port that is taken is said, with what mends it", async () => {
  const { program, line } = await started(makeFolder());
  const port = new URL(line.apiUrl).port;
  const args = ["studio", "--port", "0", "--api-port", port, "--no-open", "--json"];
  const { code, stdout } = await runProgram(args, { env: { FT_HOME: makeFolder() } });
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: "FT-STUDIO-001", hint: expect.stringContaining("--api-port 0") },
  });
  program.process.kill("SIGTERM");
  await program.ended;
});

test("LOG_LEVEL says how much is logged", async () => {
  const quiet = await runProgram(["info", "--json"], { env: { LOG_LEVEL: "error" } });
  const loud = await runProgram(["info", "--json"], { env: { LOG_LEVEL: "debug" } });
  expect(quiet.stderr).toBe("");
  expect(loud.stderr).toContain("finished");
});
