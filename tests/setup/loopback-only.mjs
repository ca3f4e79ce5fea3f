// Lets a test reach this machine and nothing else: any other address fails at once, with its name.
// Plain JavaScript, because programs that tests start load it too (NODE_OPTIONS).
import net from "node:net";

const loopback = new Set(["localhost", "127.0.0.1", "::1", "0.0.0.0", "::"]);

/** @param {unknown[]} args what Socket.connect got, in any of its forms @returns {string} the host, "localhost" when none */
function hostOf(args) {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === "object" && first !== null) {
    return first.path === undefined ? (first.host ?? "localhost") : "localhost";
  }
  return typeof args[1] === "string" && typeof first === "number" ? args[1] : "localhost";
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function guardedConnect(...args) {
  const host = hostOf(args);
  if (loopback.has(host)) return connect.apply(this, args);
  process.nextTick(() => this.destroy(new Error(`tests may not use the network: ${host}`)));
  return this;
};
