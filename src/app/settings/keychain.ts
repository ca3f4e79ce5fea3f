// The system's own keeper of secrets, through its own program: `security` on macOS, `secret-tool` where a Secret Service
// runs. A key goes through a pipe, never into an argument, which other users could read. Where there is none, nothing.
import { spawnSync } from "node:child_process";
import { type Environment, ftHome } from "../../core/paths.ts";

export interface Keychain {
  read(account: string): string | undefined;
  /** Whether it was kept. */
  write(account: string, secret: string): boolean;
  remove(account: string): void;
}

interface Ran {
  ok: boolean;
  out: string;
}

/** Milliseconds: a keychain that asks its user something is not waited for longer. */
const patience = 10_000;

function run(environment: Environment, program: string, args: readonly string[], input = ""): Ran {
  const { status, stdout, error } = spawnSync(program, args, {
    ...{ input, encoding: "utf8", timeout: patience, stdio: ["pipe", "pipe", "ignore"] },
    env: environment as NodeJS.ProcessEnv,
  });
  return { ok: error === undefined && status === 0, out: stdout ?? "" };
}

/** A word of the command language of `security -i`. */
const quoted = (text: string): string => `"${text.replaceAll(/[\\"]/g, "\\$&")}"`;

function macKeychain(environment: Environment, service: string): Keychain {
  const named = (account: string): string[] => ["-s", service, "-a", account];
  return {
    read(account) {
      const { ok, out } = run(environment, "security", [
        ...["find-generic-password", ...named(account), "-w"],
      ]);
      return ok ? out.replace(/\n$/, "") : undefined;
    },
    write(account, secret) {
      const words = [...named(account), "-w", secret].map(quoted).join(" ");
      run(environment, "security", ["-i"], `add-generic-password -U ${words}\n`);
      return this.read(account) === secret;
    },
    remove(account) {
      run(environment, "security", ["delete-generic-password", ...named(account)]);
    },
  };
}

function secretService(environment: Environment, service: string): Keychain {
  const named = (account: string): string[] => ["service", service, "account", account];
  return {
    read(account) {
      const { ok, out } = run(environment, "secret-tool", ["lookup", ...named(account)]);
      return ok && out !== "" ? out.replace(/\n$/, "") : undefined;
    },
    write(account, secret) {
      const label = `--label=ft: key of ${account}`;
      run(environment, "secret-tool", ["store", label, ...named(account)], secret);
      return this.read(account) === secret;
    },
    remove(account) {
      run(environment, "secret-tool", ["clear", ...named(account)]);
    },
  };
}

/**
 * Undefined where the system has none, or FT_KEYCHAIN=off says not to use it. Each FT_HOME has entries of its own.
 */
export function systemKeychain(
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
): Keychain | undefined {
  if (environment["FT_KEYCHAIN"] === "off") return undefined;
  const service = `ft ${ftHome(environment)}`;
  if (platform === "darwin") return macKeychain(environment, service);
  const hasBus = Boolean(environment["DBUS_SESSION_BUS_ADDRESS"]);
  return platform === "linux" && hasBus ? secretService(environment, service) : undefined;
}
