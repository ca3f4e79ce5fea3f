// The system's own ssh as a shell: it asks nothing, trusts only keys of hosts that are known, and finds out within
// seconds that a line is dead. Keys, jumps and agents are those of ~/.ssh/config.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { notLetIn, unknownKey, unreachable } from "./errors.ts";
import { HostName } from "./host-name.ts";
import { lastWords, quoted, type Shell } from "./shell.ts";

export const SshOptions = z.strictObject({
  address: HostName.optional().describe("Name or address of the machine; default: its name here"),
  user: HostName.optional().describe("User there; default: as ssh has it"),
  port: z.int().min(1).max(65_535).optional().describe("Port of its ssh"),
  identity: z
    .string()
    .optional()
    .describe("File of the private key")
    .register(flags, { value: "FILE" }),
  known_hosts: z
    .string()
    .optional()
    .describe("File of the keys of hosts, in the place of ~/.ssh/known_hosts")
    .register(flags, { value: "FILE" }),
});
export type SshOptions = z.infer<typeof SshOptions>;

/** Seconds: until it gives up to connect, and between two signs of life, of which three may be missing. */
const patience = ["ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=3"];
const careful = ["BatchMode=yes", "StrictHostKeyChecking=yes", "ForwardAgent=no", "ForwardX11=no"];

/** ssh's own failures, as distinct from those of the script. */
const failed = 255;

export function sshShell(name: string, options: SshOptions): Shell {
  const { address = name, user, port, identity, known_hosts: known } = options;
  const settings = [
    ...patience,
    ...careful,
    ...(known === undefined ? [] : [`UserKnownHostsFile=${known}`]),
    ...(identity === undefined ? [] : ["IdentitiesOnly=yes", `IdentityFile=${identity}`]),
  ].flatMap((setting) => ["-o", setting]);
  const where = [
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(user === undefined ? [] : ["-l", user]),
  ];
  return {
    name,
    command: (script) => [
      "ssh",
      "-T",
      ...settings,
      ...where,
      "--",
      address,
      `exec sh -c ${quoted(script)}`,
    ],
    refusal(code, stderr) {
      if (code !== failed) return undefined;
      const said = lastWords(stderr, 2);
      if (/host key|REMOTE HOST IDENTIFICATION/i.test(stderr)) return unknownKey(name, said);
      if (/permission denied|too many authentication/i.test(stderr)) return notLetIn(name, said);
      return unreachable(name, said);
    },
  };
}
