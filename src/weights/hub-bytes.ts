// Reads parts of a file of the hub: the headers of weights that are not worth fetching yet.
// Keeps nothing on disk; whole files are hub-download.ts's.
import type { ByteSource } from "./byte-source.ts";
import type { HubConnection, RemoteFile } from "./hub-connection.ts";
import { chunks } from "./hub-download.ts";
import { HubFailure } from "./hub-errors.ts";
import { retrying } from "./hub-retry.ts";

/** Fetched by the first read: most headers are shorter, so one request is enough. */
const FIRST_BYTES = 128 * 1024;
const ATTEMPTS = 3;

export interface RemotePlace {
  hub: HubConnection;
  id: string;
  commit: string;
  signal: AbortSignal | undefined;
  /** What a failure is to the person who asked. */
  explain: (failure: HubFailure) => Error;
}

export function remoteSource(place: RemotePlace, { name, bytes }: RemoteFile): ByteSource {
  const { hub, id, commit } = place;
  const url = `${hub.endpoint}/${id}/resolve/${commit}/${encodeURIComponent(name)}`;
  const fetchRange = (position: number, length: number): Promise<Buffer> =>
    retrying(hub, { attempts: ATTEMPTS }, () => range(place, url, position, length)).catch(
      (error: unknown) => {
        throw error instanceof HubFailure ? place.explain(error) : error;
      },
    );
  let start: Promise<Buffer> | undefined;
  return {
    name,
    bytes,
    read: async (position, length) => {
      start ??= fetchRange(0, Math.min(FIRST_BYTES, bytes));
      const known = await start;
      const end = position + length;
      return end <= known.length ? known.subarray(position, end) : fetchRange(position, length);
    },
  };
}

async function range(
  { hub, signal }: RemotePlace,
  url: string,
  position: number,
  length: number,
): Promise<Buffer> {
  // Compressed answers have other sizes and no ranges.
  const headers = {
    "accept-encoding": "identity",
    range: `bytes=${position}-${position + length - 1}`,
  };
  const response = await hub.request(url, { headers });
  // A server that ignores the range sends the file from its first byte.
  const before = response.status === 206 ? 0 : position;
  const parts: Uint8Array[] = [];
  let count = 0;
  for await (const chunk of chunks(response, hub.silenceSeconds, signal)) {
    parts.push(chunk);
    count += chunk.length;
    if (count >= before + length) break;
  }
  return Buffer.concat(parts).subarray(before, before + length);
}
