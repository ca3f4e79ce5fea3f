// Who may ask the studio: by the name it is called, the page that asks, the token and the type of the body; and what a
// browser is told with every answer.
import { statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cookieValue, sessionSecret } from "../../../src/studio/sessions.ts";
import { makeFolder } from "../../support/folders.ts";
import { type TestStudio, testStudio } from "../../support/studio.ts";

interface Asked {
  method: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

interface Got {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** With headers that fetch would not send. */
async function raw(base: string, asked: Asked): Promise<Got> {
  const { method, path = "/api/settings", body } = asked;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const headers = { ...length, ...asked.headers };
  const url = new URL(base);
  return await new Promise((resolve, reject) => {
    const sent = request(
      { host: url.hostname, port: url.port, method, path, headers, agent: false },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => (text += part));
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

const bearer = ({ token }: TestStudio): Record<string, string> => ({
  authorization: `Bearer ${token}`,
});

const portOf = (url: string): string => new URL(url).port;

const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"] as const;
const writing: ReadonlySet<string> = new Set(["POST", "PUT", "DELETE", "PATCH"]);

/** Statuses of a settings request that was let through, by method. */
const through: Record<string, number> = {
  GET: 200,
  POST: 405,
  PUT: 200,
  DELETE: 405,
  PATCH: 405,
  OPTIONS: 204,
  HEAD: 405,
};

test("Host × Origin × method × content type", { timeout: 120_000 }, async () => {
  const studio = await testStudio({ allowOrigin: ["https://friend.example/"] });
  const [api, pages] = [portOf(studio.apiUrl), portOf(studio.url)];
  const hosts: [string, boolean][] = [
    [`127.0.0.1:${api}`, true],
    [`localhost:${api}`, true],
    ["LOCALHOST", true],
    [`[::1]:${api}`, true],
    ["evil.example", false],
    [`127.0.0.1.evil.example:${api}`, false],
    ["127.0.0.1:80:80", false],
    ["169.254.169.254", false],
    [`user@127.0.0.1:${api}`, false],
  ];
  const origins: [string | undefined, boolean][] = [
    [undefined, true],
    [`http://127.0.0.1:${pages}`, true],
    [`http://localhost:${pages}`, true],
    [`http://127.0.0.1:${api}`, true],
    ["https://friend.example", true],
    ["HTTPS://FRIEND.example", true],
    ["http://127.0.0.1:1", false],
    ["http://localhost", false],
    ["https://evil.example", false],
    ["https://friend.example.evil.example", false],
    [`http://127.0.0.1:${pages}.evil.example`, false],
    ["null", false],
    ["", false],
    ["file://", false],
  ];
  const types: [string | undefined, boolean][] = [
    ["application/json", true],
    ["application/json; charset=utf-8", true],
    ["text/plain", false],
    ["application/x-www-form-urlencoded", false],
    ["multipart/form-data; boundary=x", false],
    ["application/jsonx", false],
    [undefined, false],
  ];
  let count = 0;
  for (const [host, isKnown] of hosts) {
    for (const [origin, isAllowed] of origins) {
      for (const method of methods) {
        // the whole product where everything is well but the type, a column of it elsewhere
        const typesHere = isKnown && isAllowed && writing.has(method) ? types : types.slice(0, 1);
        for (const [type, isJson] of typesHere) {
          const headers: Record<string, string> = { ...bearer(studio), host };
          if (origin !== undefined) headers["origin"] = origin;
          if (type !== undefined) headers["content-type"] = type;
          const body = writing.has(method) ? "{}" : undefined;
          const got = await raw(studio.apiUrl, { method, headers, ...(body && { body }) });
          const expected =
            !isKnown || !isAllowed
              ? 403
              : writing.has(method) && !isJson
                ? 415
                : (through[method] ?? 0);
          const what = [method, host, String(origin), String(type)].join(" · ");
          expect(got.status, what).toBe(expected);
          const allowed = got.headers["access-control-allow-origin"];
          expect(allowed, what).toBe(isKnown && isAllowed ? origin : undefined);
          count++;
        }
      }
    }
  }
  expect(count).toBeGreaterThan(900);
});

test("the token counts as a header and as the cookie, and nowhere else", async () => {
  const studio = await testStudio();
  const { token, apiUrl, url } = studio;
  const opened = await fetch(url, { redirect: "manual" });
  const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const rows: [string, Asked, number][] = [
    ["none", { method: "GET" }, 401],
    ["bearer", { method: "GET", headers: bearer(studio) }, 200],
    [
      "bearer in small letters",
      { method: "GET", headers: { authorization: `bearer ${token}` } },
      200,
    ],
    ["x-api-key", { method: "GET", headers: { "x-api-key": token } }, 200],
    ["cookie", { method: "GET", headers: { cookie } }, 200],
    ["cookie among others", { method: "GET", headers: { cookie: `a=b; ${cookie}; c=d` } }, 200],
    ["cookie of another name", { method: "GET", headers: { cookie: `ft=${token}` } }, 401],
    ["cookie cut short", { method: "GET", headers: { cookie: cookie.slice(0, -1) } }, 401],
    ["another token", { method: "GET", headers: { authorization: "Bearer nothing" } }, 401],
    ["an empty one", { method: "GET", headers: { authorization: "Bearer " } }, 401],
    ["basic", { method: "GET", headers: { authorization: `Basic ${btoa(`:${token}`)}` } }, 401],
    ["in the address", { method: "GET", path: `/api/settings?token=${token}` }, 401],
    ["as access_token", { method: "GET", path: `/api/settings?access_token=${token}` }, 401],
    ["as key", { method: "GET", path: `/api/settings?key=${token}` }, 401],
    [
      "in the body",
      {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token }),
      },
      401,
    ],
    [
      "a wrong header beside the cookie",
      { method: "GET", headers: { cookie, authorization: "Bearer x" } },
      401,
    ],
    ["the document", { method: "GET", path: "/openapi.json" }, 401],
    ["the docs", { method: "GET", path: "/docs" }, 401],
    ["a path that is not there", { method: "GET", path: "/api/none" }, 401],
    ["events", { method: "GET", path: "/api/v1/events" }, 401],
  ];
  for (const [what, asked, status] of rows) {
    const got = await raw(apiUrl, asked);
    expect(got.status, what).toBe(status);
    expect(got.body, what).not.toContain(token);
  }
});

test("the link sets a cookie that scripts and other sites do not get, and leads to an address without it", async () => {
  const studio = await testStudio();
  const opened = await fetch(studio.url, { redirect: "manual" });
  expect(opened.status).toBe(303);
  expect(opened.headers.get("location")).toBe("/");
  const cookie = opened.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
  expect(studio.url).not.toContain(studio.token);
  const first = await fetch(new URL("/", studio.url), { headers: { cookie } });
  const text = await first.text();
  expect({ status: first.status, text }).toMatchObject({
    status: 200,
    text: expect.stringContaining(studio.apiUrl),
  });
  expect(text).not.toContain(studio.token);
  const without = await fetch(new URL("/", studio.url));
  expect(without.status).toBe(401);
  const wrong = await fetch(`${studio.url}x`, { redirect: "manual" });
  expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([401, null]);
});

test("a link gives one cookie, once; tabs of its browser stay open", async () => {
  const { url, apiUrl } = await testStudio();
  const opened = async (address: string, headers: Record<string, string> = {}) =>
    await fetch(address, { redirect: "manual", headers });
  const wrong = await opened(url.replace(/key=.*/, "key=another"));
  expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([401, null]);
  // a wrong key, and none, spend nothing
  expect((await opened(url.replace(/\?.*/, ""))).status).toBe(401);
  const first = await opened(url);
  expect([first.status, first.headers.get("location")]).toEqual([303, "/"]);
  const cookie = (first.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const again = await opened(url);
  expect([again.status, again.headers.get("set-cookie")]).toEqual([401, null]);
  expect(again.headers.get("content-type")).toContain("text/html");
  const spent = await again.text();
  expect(spent).toContain("<h1>This link has already been used</h1>");
  expect(spent).toMatch(/start it again: it prints a new link/);
  const forged = await opened(url, { cookie: `${cookie.slice(0, -1)}!` });
  expect(forged.status).toBe(401);
  // the tab loaded again, a second tab, and what its page asks
  const reloaded = await opened(url, { cookie });
  expect([reloaded.status, reloaded.headers.get("location")]).toEqual([303, "/"]);
  expect((await opened(new URL("/", url).href, { cookie })).status).toBe(200);
  expect((await opened(`${apiUrl}/api/settings`, { cookie })).status).toBe(200);
});

test("of many who open the link at once, one gets the cookie", async () => {
  const { url } = await testStudio();
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => await fetch(url, { redirect: "manual" })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([
    303,
    ...Array.from({ length: 19 }, () => 401),
  ]);
});

test("pages and answers say that nothing else runs in them and nothing frames them", async () => {
  const studio = await testStudio();
  const cookie = (
    (await fetch(studio.url, { redirect: "manual" })).headers.get("set-cookie") ?? ""
  ).split(";")[0] as string;
  const pages = [new URL("/", studio.url).href, `${studio.apiUrl}/docs`];
  for (const page of pages) {
    const got = await fetch(page, { headers: { cookie } });
    const policy = got.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(got.headers.get("x-content-type-options")).toBe("nosniff");
    const html = await got.text();
    expect(html).not.toMatch(/<script(?![^>]* src="\/)|\son\w+=|style=|javascript:/i);
    for (const [, address = ""] of html.matchAll(/(?:src|href)="([^"#]+)"/g))
      expect(address.startsWith("/") || address.startsWith(studio.apiUrl), address).toBe(true);
  }
  const answer = await studio.ask("/api/settings");
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
});

test("a preflight is short and names what is allowed; others learn nothing", async () => {
  const studio = await testStudio();
  const origin = `http://127.0.0.1:${portOf(studio.url)}`;
  const asked = {
    "access-control-request-method": "PUT",
    "access-control-request-headers": "content-type",
  };
  const own = await raw(studio.apiUrl, { method: "OPTIONS", headers: { origin, ...asked } });
  expect(own.status).toBe(204);
  expect(own.headers).toMatchObject({
    "access-control-allow-origin": origin,
    "access-control-allow-methods": "GET, POST, PUT, DELETE",
    "access-control-max-age": "5",
  });
  const evil = await raw(studio.apiUrl, {
    method: "OPTIONS",
    headers: { origin: "https://evil.example", ...asked },
  });
  expect([evil.status, evil.headers["access-control-allow-origin"]]).toEqual([403, undefined]);
});

test("bodies are bounded, and none breaks the server", async () => {
  const studio = await testStudio();
  const json = { ...bearer(studio), "content-type": "application/json" };
  const put = async (body: string): Promise<number> =>
    (await raw(studio.apiUrl, { method: "PUT", headers: json, body })).status;
  expect(await put("{")).toBe(400);
  expect(await put("[]")).toBe(422);
  expect(await put('"x"')).toBe(422);
  expect(await put('{"__proto__":{"max_concurrent_jobs":9}}')).toBe(400);
  expect(await put("[".repeat(500) + "]".repeat(500))).toBe(400);
  expect(await put(`{"llm_model":"${"x".repeat(17 * 2 ** 20)}"}`)).toBe(413);
  const encoded = { ...json, "content-encoding": "gzip" };
  const got = await raw(studio.apiUrl, { method: "PUT", headers: encoded, body: "{}" });
  expect(got.status).toBe(415);
  expect(await put("{}")).toBe(200);
});

test("a server of a network listens there with a warning, and only there", async () => {
  const here = await testStudio();
  expect(here.exposes).toBeNull();
  const everywhere = await testStudio({ host: "0.0.0.0" });
  expect(everywhere.exposes).toContain("every network");
  const headers = { ...bearer(everywhere), host: "box.example:1" };
  expect((await raw(everywhere.apiUrl, { method: "GET", headers })).status).toBe(200);
  const other = { host: "box.example" };
  expect((await raw(everywhere.apiUrl, { method: "GET", headers: other })).status).toBe(401);
});

test("the cookie outlives a start, of the same pages only; what it is made from is its owner's alone", async () => {
  const home = makeFolder();
  const environment = { FT_HOME: home };
  const secret = await sessionSecret(environment);
  expect(await sessionSecret(environment)).toBe(secret);
  expect(statSync(join(home, "studio", "session-secret")).mode & 0o777).toBe(0o600);
  expect(cookieValue(secret, 3000)).toBe(cookieValue(secret, 3000));
  expect(cookieValue(secret, 3000)).not.toBe(cookieValue(secret, 3001));
});
