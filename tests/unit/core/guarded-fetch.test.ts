// Requests that must not reach inward: addresses by what they are, names that resolve to them, redirects, and a name that
// answers otherwise the second time.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type AddressKind, addressKind } from "../../../src/core/addresses.ts";
import { AddressRefused, guardedFetch, type Resolve } from "../../../src/core/guarded-fetch.ts";

const kinds: Record<AddressKind, readonly string[]> = {
  public: ["1.1.1.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "11.0.0.1", "2606:4700::1111"],
  loopback: [
    ...["127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"],
    ...[
      "::ffff:7f00:1",
      "64:ff9b::7f00:1",
      "::127.0.0.1",
      "2002:7f00:1::",
      "0:0:0:0:ffff:0:7f00:1",
    ],
  ],
  private: [
    ...["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1"],
    ...["fd12::1", "fc00::1", "fec0::1", "::ffff:10.0.0.1", "::ffff:c0a8:101"],
  ],
  special: [
    ...["169.254.169.254", "169.254.0.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255"],
    ...["192.0.2.1", "240.0.0.1", "100.100.100.200", "168.63.129.16", "::", "fe80::1"],
    ...["fe80::1%eth0", "ff02::1", "2001:db8::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"],
    ...["2002:a9fe:a9fe::", "fd00:ec2::254", "nonsense", "1.2.3", ""],
  ],
};

test.each(Object.entries(kinds))("%s addresses", (kind, addresses) => {
  expect(addresses.map((address) => [address, addressKind(address)])).toEqual(
    addresses.map((address) => [address, kind]),
  );
});

interface Seen {
  origin: string;
  port: number;
  requests: { url: string; headers: Record<string, unknown>; body: string }[];
}

async function server(
  answer: (url: string) => { status: number; location?: string },
): Promise<Seen> {
  const seen: Seen = { origin: "", port: 0, requests: [] };
  const made: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      const url = request.url ?? "";
      seen.requests.push({ url, headers: request.headers, body });
      const { status, location } = answer(url);
      response.writeHead(status, location === undefined ? {} : { location });
      response.end("hello");
    });
  });
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void made.close());
  seen.port = (made.address() as AddressInfo).port;
  seen.origin = `http://127.0.0.1:${seen.port}`;
  return seen;
}

const causeOf = async (asked: Promise<unknown>): Promise<unknown> =>
  await asked.then(
    () => "answered",
    (error: unknown) => (error as Error).cause,
  );

const fixed =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

const publicOnly = { allows: (kind: AddressKind) => kind === "public" };

test("an inward address is refused however it is spelled, before anything is sent", async () => {
  const inside = await server(() => ({ status: 200 }));
  const ask = guardedFetch(publicOnly);
  const { port } = inside;
  const spelled = [
    ...[`http://127.0.0.1:${port}`, `http://127.1:${port}`, `http://2130706433:${port}`],
    ...[`http://0x7f000001:${port}`, `http://0177.0.0.1:${port}`, `http://localhost:${port}`],
    ...[`http://[::ffff:127.0.0.1]:${port}`, `http://[::ffff:7f00:1]:${port}`],
    ...["http://169.254.169.254/latest/meta-data", "http://[fd00:ec2::254]/", "http://10.0.0.1/"],
    ...["http://192.168.0.1:22", "http://[fe80::1]/", "http://0.0.0.0/", "http://127。0。0。1/"],
    ...[`http://user:word@127.0.0.1:${port}`, `http://127.0.0.1.:${port}`],
  ];
  for (const url of spelled) expect(await causeOf(ask(url)), url).toBeInstanceOf(AddressRefused);
  expect(inside.requests).toEqual([]);
});

test("a name is refused where any of its addresses is inward", async () => {
  const named = async (...addresses: string[]): Promise<unknown> =>
    await causeOf(
      guardedFetch({ ...publicOnly, resolve: fixed(...addresses) })("http://a.example"),
    );
  for (const address of [...kinds.loopback, ...kinds.private, ...kinds.special.slice(0, -3)])
    expect(await named(address), address).toBeInstanceOf(AddressRefused);
  expect(await named("1.1.1.1", "127.0.0.1")).toBeInstanceOf(AddressRefused);
  expect(await named()).toBeInstanceOf(AddressRefused);
});

test("the connection goes to the address that was looked at, not to what the name says next", async () => {
  const inside = await server(() => ({ status: 200 }));
  let asked = 0;
  const rebinding: Resolve = async () => {
    asked++;
    return [{ address: asked === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 }];
  };
  const ask = guardedFetch({ allows: (kind) => kind === "loopback", resolve: rebinding });
  const first = await ask(`http://rebind.example:${inside.port}/a`);
  expect([first.status, await first.text(), asked]).toEqual([200, "hello", 1]);
  expect(inside.requests[0]?.headers["host"]).toBe(`rebind.example:${inside.port}`);
  const again = await causeOf(ask(`http://rebind.example:${inside.port}/b`));
  expect(again).toBeInstanceOf(AddressRefused);
  expect(inside.requests).toHaveLength(1);
});

test("redirects are looked at again, and secrets do not follow to another origin", async () => {
  const inside = await server(() => ({ status: 200 }));
  const other = await server((url) => {
    if (url === "/meta") return { status: 302, location: "http://169.254.169.254/latest" };
    if (url === "/inside") return { status: 307, location: `${inside.origin}/secret` };
    if (url === "/file") return { status: 302, location: "file:///etc/passwd" };
    if (url === "/loop") return { status: 302, location: "/loop" };
    if (url === "/post") return { status: 303, location: "/end" };
    return { status: 200 };
  });
  // the server that redirects counts as outside here, the other as inside
  const isOutside = ({ port }: URL): boolean => port === String(other.port);
  const ask = guardedFetch({ allows: (kind, url) => kind === "public" || isOutside(url) });
  const headers = { authorization: "Bearer secret" };
  expect(await causeOf(ask(`${other.origin}/meta`))).toBeInstanceOf(AddressRefused);
  expect(await causeOf(ask(`${other.origin}/inside`))).toBeInstanceOf(AddressRefused);
  expect(inside.requests).toEqual([]);
  expect(String(await causeOf(ask(`${other.origin}/file`)))).toContain("file:");
  await expect(ask(`${other.origin}/loop`)).rejects.toThrow("redirects");
  const free = guardedFetch({ allows: (kind) => kind === "loopback" });
  expect((await free(`${other.origin}/inside`, { headers })).status).toBe(200);
  expect(inside.requests[0]?.headers["authorization"]).toBeUndefined();
  const posted = await free(`${other.origin}/post`, { method: "POST", body: "x", headers });
  expect(posted.status).toBe(200);
  expect(other.requests.at(-1)).toMatchObject({ url: "/end", body: "" });
  const manual = await free(`${other.origin}/inside`, { redirect: "manual" });
  expect(manual.status).toBe(307);
});

test("it is fetch otherwise: bodies, failures by their codes, time that is up", async () => {
  const inside = await server(() => ({ status: 201 }));
  const ask = guardedFetch({ allows: () => true });
  const answer = await ask(`${inside.origin}/x?y`, { method: "POST", body: '{"a":1}' });
  expect([answer.status, answer.ok, await answer.text()]).toEqual([201, true, "hello"]);
  expect(inside.requests[0]).toMatchObject({ url: "/x?y", body: '{"a":1}' });
  expect(await causeOf(ask("http://127.0.0.1:9/"))).toMatchObject({ code: "ECONNREFUSED" });
  const stopped = ask(inside.origin, { signal: AbortSignal.abort(new Error("stopped")) });
  await expect(stopped).rejects.toThrow("stopped");
});
