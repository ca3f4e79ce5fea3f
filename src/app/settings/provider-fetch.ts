// Where requests to providers may go. A service's usual address is on the internet and stays there, whatever its name
// resolves to; an address that the user gave may be this machine or a network of one's own. Addresses that networks
// themselves hand out, metadata of clouds among them, nobody may ask.
import { UsageError } from "../../core/errors.ts";
import {
  AddressRefused,
  allowedAddresses,
  guardedFetch,
  type GuardOptions,
  type Resolve,
} from "../../core/guarded-fetch.ts";
import { providerKinds } from "../../providers/registry.ts";

/** Origins that services have by themselves. */
function usualOrigins(): Set<string> {
  const addresses = providerKinds.names().map((name) => providerKinds.get(name).address);
  return new Set(addresses.flatMap((one) => (one === undefined ? [] : [new URL(one).origin])));
}

const isOfThisMachine = (origin: string): boolean =>
  /^https?:\/\/(?:127\.|localhost|\[::1\])/.test(origin);

function providerGuard(resolve?: Resolve): GuardOptions {
  return {
    allows(kind, { origin }) {
      if (kind === "special") return false;
      return kind === "public" || isOfThisMachine(origin) || !usualOrigins().has(origin);
    },
    ...(resolve !== undefined && { resolve }),
  };
}

/** For asking providers; `resolve` is for tests. */
export const providerFetch = (resolve?: Resolve): typeof fetch =>
  guardedFetch(providerGuard(resolve));

/** Throws UsageError FT-SETTINGS-003 for an address that may not be asked; a name that nobody knows yet may be. */
export async function requireAllowedAddress(url: URL, resolve?: Resolve): Promise<void> {
  try {
    await allowedAddresses(url, providerGuard(resolve));
  } catch (error) {
    if (!(error instanceof AddressRefused)) return;
    throw new UsageError("FT-SETTINGS-003", {
      message: `base_url: ${error.message}`,
      hint: "give the address of a service: of the internet, of this machine or of your own network",
    });
  }
}
