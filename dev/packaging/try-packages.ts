// Installs the tarballs of `make pack` as someone would who has nothing but Node: in an empty folder, with a PATH that
// holds `node` and `npm` alone, so no compiler, no Python and no shell; then trains, and starts the studio.
//   make packages-check [OUT=DIR]      minutes; OUT holds tarballs already, else they are written first
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { NODES, nodeFolder } from "./node-versions.ts";
import { platformName } from "./platforms.ts";

const clone = fileURLToPath(new URL("../../", import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** How this machine reaches a registry stays; everything else of its environment does not. */
const kept = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|https?_proxy|no_proxy|npm_config_registry)$/i;

interface Place {
  folder: string;
  environment: Record<string, string>;
}

function placeFor(major: string, folder: string): Place {
  const carried = Object.entries(process.env).filter(([name]) => kept.test(name));
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  const environment = {
    ...Object.fromEntries(carried.map(([name, value]) => [name, value ?? ""])),
    ...{
      PATH: nodeFolder(clone, major),
      HOME: home,
      FT_HOME: join(home, "ft"),
      FT_KEYCHAIN: "off",
    },
    npm_config_cache: join(clone, ".local/nodes/cache"),
  };
  return { folder, environment };
}

/** Runs a program that the PATH or the folder has; what it printed. */
function run({ folder, environment }: Place, program: string, args: readonly string[]): string {
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...{ cwd: folder, env: environment, encoding: "utf8", maxBuffer: 1 << 26 },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`  ${program.replace(/.*\//, "")} ${args.join(" ").slice(0, 60)}: ${seconds} s`);
  return stdout;
}

/** Which files a process has loaded that the addon needs; all of them must be the package's. */
const loadedLibraries = `
const { createRequire } = require("node:module");
const from = createRequire(process.cwd() + "/node_modules/@finetune-local/ft/package.json");
from(process.argv[1]);
const maps = require("node:fs").readFileSync("/proc/self/maps", "utf8");
const files = new Set([...maps.matchAll(/\\S*\\/(?:ft_native|lib(?:mlx|blas|lapack|gfortran|quadmath|scipy))\\S*/g)].map(([file]) => file));
console.log([...files].join("\\n"));
`;

function checkLibraries(place: Place): void {
  if (process.platform !== "linux") return;
  const name = `@finetune-local/ft-${platformName({ os: "linux", cpu: process.arch as "x64" })}`;
  const files = run(place, "node", ["-e", loadedLibraries, name]).trim().split("\n");
  const elsewhere = files.filter((file) => !file.includes(`/node_modules/${name}/`));
  if (files.length < 6 || elsewhere.length > 0) throw new Error(`loaded from ${files.join(", ")}`);
  say(`  ${files.length} libraries, all of the package`);
}

interface Listening {
  url: string;
  apiUrl: string;
  token: string;
}

/** As a browser opens the link: it takes the cookie and goes where it is sent. */
async function openPage(url: string): Promise<string> {
  const entrance = await fetch(url, { redirect: "manual" });
  const cookie = entrance.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  const target = new URL(entrance.headers.get("location") ?? "/", url);
  return (await fetch(target, { headers: { cookie } })).text();
}

async function tryStudio({ folder, environment }: Place): Promise<void> {
  const args = ["studio", "--port", "0", "--api-port", "0", "--no-open", "--json"];
  const child = spawn(join(folder, "node_modules/.bin/ft"), args, {
    ...{ cwd: folder, env: environment, stdio: ["ignore", "pipe", "inherit"] },
  });
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  try {
    let text = "";
    for await (const part of child.stdout) {
      text += String(part);
      if (text.includes("\n")) break;
    }
    const { url, apiUrl, token } = JSON.parse(text.split("\n")[0] ?? "") as Listening;
    const api = await fetch(`${apiUrl}/api/system/status`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const html = await openPage(url);
    say(`  ft studio: API ${api.status}, page of ${html.length} letters`);
    if (api.status !== 200 || !html.includes("<title>ft studio</title>"))
      throw new Error("the studio answers otherwise");
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
  if ((await ended) !== 0) throw new Error("the studio did not end in order");
}

async function tryWith(major: string, tarballs: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), `ft-installed-${major}-`));
  try {
    const place = placeFor(major, folder);
    say(`Node ${run(place, "node", ["--version"]).trim()}`);
    run(place, "npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...tarballs]);
    checkLibraries(place);
    const ft = join(folder, "node_modules/.bin/ft");
    const { backend } = JSON.parse(run(place, ft, ["info", "--json"])) as { backend: unknown };
    say(`  backend: ${JSON.stringify(backend)}`);
    run(place, ft, ["train", "quick", "builtin/tiny"]);
    await tryStudio(place);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

const given = process.argv[2] ?? "";
const out = given === "" ? mkdtempSync(join(tmpdir(), "ft-packed-")) : resolve(given);
const majors = (process.env["FT_NODES"] ?? Object.keys(NODES).join(",")).split(",");
const packer = join(clone, "dev/packaging/pack.ts");
if (given === "")
  execFileSync(process.execPath, ["--import", "tsx", packer, out], { stdio: "inherit" });
const own = platformName({ os: process.platform as "linux", cpu: process.arch as "x64" });
const tarballs = readdirSync(out)
  .filter((name) => /ft-\d.*\.tgz$/.test(name) || name.includes(`-${own}-`))
  .map((name) => join(out, name));
if (tarballs.length !== 2) throw new Error(`${out} holds no two tarballs for ${own}`);
for (const major of majors) await tryWith(major, tarballs);
say(`the packages work with nothing but Node, for ${majors.join(", ")}`);
if (given === "") rmSync(out, { recursive: true, force: true });
