// hosts.yaml changed by ft: what a person wrote stays, what is wrong is told and nothing is written.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addHost, removeHost } from "../../../src/app/remote/hosts-edit.ts";
import { findHost, hostsFile, listHosts } from "../../../src/app/remote/hosts.ts";
import { makeFolder } from "../../support/folders.ts";

const own = `# machines of the lab

# the fast one
big-mac: # with the large disk
  address: 192.0.2.7
  user: ada   # as everywhere
  environment: {FT_THREADS: "4"}

# only at night
night:
  kind: slurm
  partition: gpu
  setup: |
    module load node
    module load gcc

# the end
`;

function place(text?: string) {
  const home = makeFolder();
  const environment = { FT_HOME: home, HOME: home };
  if (text !== undefined) writeFileSync(join(home, "hosts.yaml"), text);
  return { environment, text: () => readFileSync(hostsFile(environment), "utf8") };
}

const names = (environment: Record<string, string>): string[] =>
  listHosts(environment).map(({ name }) => name);

test("a host is added behind the others; every line that was there stays as it was", async () => {
  const { environment, text } = place(own);
  const { host } = await addHost(environment, "small", [
    ...["address=192.0.2.8", "port=2222", "user=007", "environment.FT_THREADS=2"],
  ]);
  expect(text().startsWith(own)).toBe(true);
  expect(host).toMatchObject({ kind: "ssh", from: "hosts.yaml" });
  expect(findHost(environment, "small").options).toMatchObject({
    ...{ address: "192.0.2.8", port: 2222, user: "007", environment: { FT_THREADS: "2" } },
  });
  expect(names(environment)).toEqual(["big-mac", "night", "small", "local"]);
});

test("a host is taken out with its lines and no others, wherever it stands", async () => {
  for (const name of ["big-mac", "night"]) {
    const { environment, text } = place(own);
    await removeHost(environment, name);
    expect(names(environment)).not.toContain(name);
    expect(names(environment)).toHaveLength(2);
    for (const comment of [
      "# machines of the lab",
      "# the fast one",
      "# only at night",
      "# the end",
    ])
      expect(text(), name).toContain(`${comment}\n`);
    const before = own.split("\n");
    for (const line of text().split("\n")) expect(before).toContain(line);
  }
});

test("the first is added to nothing, the last leaves comments; both can be read again", async () => {
  const { environment, text } = place();
  await addHost(environment, "cloud", ["kind=hf-jobs", "image=me/ft:1", "timeout=2h"]);
  expect(text()).toBe("cloud:\n  kind: hf-jobs\n  image: me/ft:1\n  timeout: 2h\n");
  writeFileSync(hostsFile(environment), `# mine\n${text()}`);
  await removeHost(environment, "cloud");
  expect(text()).toBe("# mine\n");
  expect(names(environment)).toEqual(["local"]);
  await addHost(environment, "again", ["address=h"]);
  expect(names(environment)).toEqual(["again", "local"]);
});

test("a file of JSON stays one", async () => {
  const { environment, text } = place('{"a": {"address": "h"}, "b": {"address": "i"}}');
  await addHost(environment, "c", ["address=j"]);
  await removeHost(environment, "a");
  expect(Object.keys(JSON.parse(text()) as object)).toEqual(["b", "c"]);
});

test.each([
  ["a key that there is not", "x", ["adress=h"], "FT-HOST-029"],
  ["a value that does not fit", "x", ["port=many"], "FT-HOST-029"],
  ["no KEY=VALUE", "x", ["h"], "FT-HOST-029"],
  ["a kind that there is not", "x", ["kind=sssh"], "FT-HOST-019"],
  ["what a kind needs", "x", ["kind=hf-jobs"], "FT-HOST-029"],
  ["an address like an option", "x", ["address=-oProxyCommand=x"], "FT-HOST-029"],
  ["a name like an option", "-x", ["address=h"], "FT-HOST-003"],
  ["one that is there", "night", ["address=h"], "FT-HOST-028"],
])("%s: is told, and nothing is written", async (_, name, settings, code) => {
  const { environment, text } = place(own);
  await expect(addHost(environment, name, settings)).rejects.toMatchObject({ code });
  expect(text()).toBe(own);
  expect(readdirSync(environment.FT_HOME)).toEqual(["hosts.yaml"]);
});

test("what is no entry is not taken out; a file with mistakes is not changed", async () => {
  const { environment } = place();
  await expect(removeHost(environment, "local")).rejects.toMatchObject({ code: "FT-HOST-030" });
  await expect(removeHost(environment, "nobody")).rejects.toMatchObject({ code: "FT-HOST-001" });
  expect(existsSync(hostsFile(environment))).toBe(false);
  const wrong = place("a:\n  prot: 22\n");
  await expect(addHost(wrong.environment, "b", ["address=h"])).rejects.toMatchObject({
    code: "FT-HOST-002",
  });
  expect(wrong.text()).toBe("a:\n  prot: 22\n");
});
