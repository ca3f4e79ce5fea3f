// Which part of the network an address belongs to: for whoever fetches what somebody else may have named. By the registries
// of IANA for special addresses, of IPv4 and IPv6, with IPv4 inside IPv6 counted as what it is.
import { BlockList, isIP } from "node:net";

export type AddressKind =
  /** Anybody's: on the internet. */
  | "public"
  /** This machine. */
  | "loopback"
  /** A network of one's own. */
  | "private"
  /** What only a network itself hands out, metadata of clouds among it, or what is no machine at all. */
  | "special";

type Range = readonly [address: string, bits: number];

function listOf(four: readonly Range[], six: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of four) list.addSubnet(address, bits, "ipv4");
  for (const [address, bits] of six) list.addSubnet(address, bits, "ipv6");
  return list;
}

const loopback = listOf([["127.0.0.0", 8]], [["::1", 128]]);

const ownNetworks = listOf(
  [
    ["10.0.0.0", 8],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    // between a provider and its customers
    ["100.64.0.0", 10],
    ["198.18.0.0", 15],
  ],
  [
    ["fc00::", 7],
    ["fec0::", 10],
  ],
);

const special = listOf(
  [
    ["0.0.0.0", 8],
    ["169.254.0.0", 16],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.88.99.0", 24],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 4],
    ["240.0.0.0", 4],
    // metadata of Alibaba Cloud and of Azure's hosts
    ["100.100.100.200", 32],
    ["168.63.129.16", 32],
  ],
  [
    ["::", 128],
    ["fe80::", 10],
    ["ff00::", 8],
    ["100::", 64],
    ["2001:db8::", 32],
    ["3fff::", 20],
    ["5f00::", 16],
    ["2001::", 23],
    // metadata of Amazon
    ["fd00:ec2::254", 128],
  ],
);

/** Eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const plain = (address.split("%")[0] ?? "").toLowerCase();
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  const [a = 0, b = 0, c = 0, d = 0] = (dotted?.slice(2) ?? []).map(Number);
  const text =
    dotted === null
      ? plain
      : `${dotted[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const [head = "", tail] = text.split("::");
  const left = head.split(":").filter((group) => group !== "");
  const right = (tail ?? "").split(":").filter((group) => group !== "");
  const middle = tail === undefined ? 0 : 8 - left.length - right.length;
  const zeros = Array.from({ length: Math.max(0, middle) }, () => "0");
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}

const fourOf = (high = 0, low = 0): string =>
  [high >> 8, high & 255, low >> 8, low & 255].join(".");

/** The IPv4 address that an IPv6 address leads to: mapped, compatible, translated (NAT64), 6to4. */
function fourInside(address: string): string | undefined {
  const groups = groupsOf(address);
  const isZero = (from: number, to: number): boolean =>
    groups.slice(from, to).every((group) => group === 0);
  const last = fourOf(groups[6], groups[7]);
  const isMapped = isZero(0, 5) && groups[5] === 0xffff;
  const isTranslated = isZero(0, 4) && groups[4] === 0xffff && groups[5] === 0;
  const isCompatible = isZero(0, 6) && (groups[6] !== 0 || (groups[7] ?? 0) > 1);
  const isNat64 = groups[0] === 0x64 && groups[1] === 0xff9b;
  if (isMapped || isTranslated || isCompatible || isNat64) return last;
  return groups[0] === 0x2002 ? fourOf(groups[1], groups[2]) : undefined;
}

/** `special` for what is no address. */
export function addressKind(address: string): AddressKind {
  const family = isIP(address);
  if (family === 0) return "special";
  if (family === 6) {
    const inside = fourInside(address);
    if (inside !== undefined) return addressKind(inside);
  }
  const bare = address.split("%")[0] ?? "";
  const type = family === 4 ? "ipv4" : "ipv6";
  if (special.check(bare, type)) return "special";
  if (loopback.check(bare, type)) return "loopback";
  return ownNetworks.check(bare, type) ? "private" : "public";
}
