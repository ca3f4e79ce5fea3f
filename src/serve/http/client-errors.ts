// Bytes that are no request: answered in the shape of other errors and closed. Nothing of them is read as one.
import type { Socket } from "node:net";
import { ApiError, openAiBody } from "./api-error.ts";

interface Refusal {
  status: number;
  reason: string;
  message: string;
}

const wrong = { status: 400, reason: "Bad Request", message: "this is not an HTTP request" };

/** By the code of Node's error. */
const refusals: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    ...{ status: 408, reason: "Request Timeout", message: "the request did not arrive in time" },
  },
  HPE_HEADER_OVERFLOW: {
    ...{ status: 431, reason: "Request Header Fields Too Large" },
    message: "the headers are too large",
  },
};

export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const { status, reason, message } = refusals[error.code ?? ""] ?? wrong;
  const body = JSON.stringify(openAiBody(new ApiError(status, { message })));
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  if (socket.writable) socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  socket.destroy(error);
}
