import net from "node:net";
import { expect, test } from "vitest";

// The two guards every test runs under: the network ends at this machine, and each file has its own home.

test("another machine cannot be reached", async () => {
  await expect(fetch("http://192.0.2.1/")).rejects.toThrow("fetch failed");
  await expect(fetch("https://example.invalid/")).rejects.toMatchObject({
    cause: { message: "tests may not use the network: example.invalid" },
  });
});

test("this machine can", async () => {
  const server = net.createServer((socket) => socket.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const heard = await new Promise<string>((resolve, reject) => {
    net
      .connect(port, "127.0.0.1")
      .on("data", (data) => resolve(data.toString()))
      .on("error", reject);
  });
  server.close();
  expect(heard).toBe("hello");
});

test("runs keep to a folder inside the clone", () => {
  expect(process.env["FT_HOME"]).toContain(".local");
});
