// The container's files: what docker-compose makes of them, that every file they name is there, and that they say what
// the program says. Building it for good is `make packaging-check`.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { instructionsOf, wordsOf } from "../../dev/packaging/dockerfile.ts";
import { variables } from "../../src/app/settings/variables.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const composeFile = join(root, "dev/packaging/docker-compose.yml");
const instructions = instructionsOf(readFileSync(join(root, "dev/packaging/Dockerfile"), "utf8"));
const given = (name: string): string[] =>
  instructions.filter((one) => one.name === name).map((one) => one.given);

interface Compose {
  services: {
    ft: {
      environment: Record<string, string>;
      ports: string[];
      extra_hosts: string[];
      volumes: string[];
      build: { context: string; dockerfile: string };
    };
  };
  volumes: Record<string, unknown>;
}

const hasCompose = spawnSync("docker-compose", ["version"]).status === 0;

test.skipIf(!hasCompose)("docker-compose takes the file, with variables of the shell in it", () => {
  const { status, stdout, stderr } = spawnSync("docker-compose", ["-f", composeFile, "config"], {
    env: { PATH: process.env["PATH"], LLM_PROVIDER: "openai", CACHE_TTL: "12" },
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  const { ft } = (parse(stdout) as Compose).services;
  expect(ft.environment).toMatchObject({
    ...{ LLM_PROVIDER: "openai", CACHE_TTL: "12", MAX_CONCURRENT_JOBS: "2" },
    OLLAMA_URL: "http://host.docker.internal:11434",
  });
  expect(ft.extra_hosts).toEqual(["host.docker.internal:host-gateway"]);
  expect(ft.volumes).toEqual(["ft-data:/data:rw"]);
});

test("pages at 3002 and the API at 8000, on this machine alone; with a token inside", () => {
  const { services, volumes } = parse(readFileSync(composeFile, "utf8")) as Compose;
  const { ft } = services;
  expect(ft.ports).toEqual(["127.0.0.1:3002:3002", "127.0.0.1:8000:8000"]);
  expect(volumes).toHaveProperty("ft-data");
  expect(existsSync(join(root, "dev/packaging", ft.build.context, ft.build.dockerfile))).toBe(true);
  const [command = ""] = given("CMD");
  expect(JSON.parse(command)).toEqual(
    expect.arrayContaining(["--host", "0.0.0.0", "--port", "3002", "--api-port", "8000"]),
  );
  expect(given("EXPOSE")).toEqual(["3002 8000"]);
  expect(given("VOLUME")).toEqual(["/data"]);
});

test("every variable can be set from outside, and no other", () => {
  const { services } = parse(readFileSync(composeFile, "utf8")) as Compose;
  const inImage = given("ENV").map((line) => line.split("=")[0] ?? "");
  const set = [...Object.keys(services.ft.environment), ...inImage].toSorted();
  expect(set).toEqual([...Object.keys(variables), "CI", "FT_HOME"].toSorted());
});

test("what is copied is there, and the ignore file lets it through", () => {
  const ignored = readFileSync(join(root, "dev/packaging/Dockerfile.dockerignore"), "utf8");
  const through = ignored.split("\n").flatMap((line) => (line[0] === "!" ? [line.slice(1)] : []));
  const copied = given("COPY").filter((line) => !line.startsWith("--from="));
  const sources = copied.flatMap((line) => wordsOf(line).slice(0, -1));
  for (const source of sources) expect(existsSync(join(root, source)), source).toBe(true);
  expect(through.toSorted()).toEqual(sources.toSorted());
});

test("what is installed in the end are the packages that the first stage wrote, without any script", () => {
  const [stage, last] = given("FROM");
  expect(stage).toMatch(/ AS build$/);
  expect(last).toMatch(/-slim$/);
  expect(given("COPY").filter((line) => line.startsWith("--from="))).toEqual([
    "--from=build /app/packages packages",
  ]);
  const runs = given("RUN");
  expect(runs).toContainEqual(expect.stringContaining("dev/packaging/pack.ts packages"));
  expect(runs).toContainEqual(expect.stringMatching(/^npm install --ignore-scripts .*\.tgz/));
});
