// The file of machines that train together, in the form that MLX's own launcher reads: a list of entries with `ssh`, what
// ssh calls the machine, and `ips`, its addresses. The first is this machine.
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { hostname } from "node:os";
import { z } from "zod";
import { ConfigError } from "../../../core/errors.ts";
import { parseJson } from "../../../core/json-text.ts";
import { HostName } from "../../../remote/hosts/host-name.ts";

/** One worker. */
export interface CrewHost {
  /** As ssh knows it, or `hosts.yaml`; undefined: this machine. */
  name: string | undefined;
  ip: string;
}

/** Workers on this machine alone. */
export const workersHere = (count: number): CrewHost[] =>
  Array.from({ length: count }, () => ({ name: undefined, ip: "127.0.0.1" }));

const Entry = z.looseObject({
  ssh: HostName,
  ips: z
    .array(z.string().refine(isIPv4, "is not an IPv4 address"))
    .min(1, "needs an address, by which its neighbours reach it"),
});

const Entries = z.array(Entry).min(2, "names a single machine; several are at least two");

const isHere = (name: string): boolean => ["localhost", "127.0.0.1", hostname()].includes(name);

function bad(file: string, message: string, problems: readonly string[] = []): ConfigError {
  return new ConfigError("FT-RING-007", {
    at: { file },
    message,
    problems,
    hint: 'like [{"ssh": "localhost", "ips": ["192.0.2.1"]}, {"ssh": "big-mac", "ips": ["192.0.2.2"]}]',
  });
}

/** Throws ConfigError FT-RING-007 naming the entry. */
export function readHostsFile(file: string): CrewHost[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw bad(file, "there is no such file, or it cannot be read");
  }
  const parsed = parseJson(text);
  if (!parsed.ok) throw bad(file, "is not JSON");
  const { data: entries, error } = Entries.safeParse(parsed.value);
  if (error !== undefined) {
    const problems = error.issues.map(({ path: [at, ...rest], message }) => {
      const place = typeof at === "number" ? `entry ${at + 1}` : "the list";
      return [place, ...rest.map(String)].join(", ").concat(`: ${message}`);
    });
    throw bad(file, "is not a list of machines", problems);
  }
  const hosts = entries.map(({ ssh, ips }): CrewHost => {
    return { name: isHere(ssh) ? undefined : ssh, ip: ips[0] ?? "" };
  });
  const [first] = hosts;
  if (first?.name !== undefined) {
    throw bad(file, "the first machine has to be this one, which writes the run's folder", [
      `entry 1, ssh: ${first.name} is not localhost, and this machine calls itself ${hostname()}`,
    ]);
  }
  return hosts;
}
