// Speed and time left of a download, over all its files.
import { expect, test } from "vitest";
import { progressText } from "../../../src/cli/render/download.ts";
import { type DownloadProgress, Progress } from "../../../src/weights/hub-progress.ts";

const files = ["a", "b"].map((name) => ({ name, bytes: 100_000_000, etag: "" }));

test("what was on disk before counts as done, not as speed", () => {
  const seen: DownloadProgress[] = [];
  let now = 0;
  const progress = new Progress(
    files,
    (one) => seen.push(one),
    () => now,
  );
  const [first, second] = files.map((file) => progress.of(file));
  first?.(60_000_000, 0);
  for (let step = 0; step < 4; step++) {
    now += 1000;
    first?.(70_000_000 + step * 10_000_000, 10_000_000);
  }
  progress.finished(files[0] ?? { name: "", bytes: 0, etag: "" });
  now += 1000;
  second?.(10_000_000, 10_000_000);
  expect(seen[0]).toMatchObject({ bytes: 60_000_000, total: 200_000_000, secondsLeft: undefined });
  expect(seen.at(-1)).toMatchObject({
    bytes: 110_000_000,
    bytesPerSecond: 10_000_000,
    secondsLeft: 9,
  });
  expect(seen.map((one) => one.secondsLeft)).toEqual([undefined, 13, 12, 11, 10, 9]);
});

test("only the last seconds count", () => {
  const seen: DownloadProgress[] = [];
  let now = 0;
  const progress = new Progress(
    files,
    (one) => seen.push(one),
    () => now,
  );
  const tell = progress.of(files[0] ?? { name: "", bytes: 0, etag: "" });
  tell(0, 0);
  for (let second = 1; second <= 30; second++) {
    now = second * 1000;
    const step = second <= 10 ? 5_000_000 : 1_000_000;
    tell(Math.min(second, 10) * 5_000_000 + Math.max(0, second - 10) * 1_000_000, step);
  }
  expect(seen.at(-1)?.bytesPerSecond).toBe(1_000_000);
});

test("a line says both, and ends without", () => {
  const line = { file: "model.safetensors", fileBytes: 0, fileTotal: 0, total: 4_000_000_000 };
  const half = { ...line, bytes: 2_000_000_000, bytesPerSecond: 20_000_000, secondsLeft: 100 };
  expect(progressText(half)).toBe(
    "downloading model.safetensors  50%  2 GB of 4 GB  20 MB/s  1m 40s left",
  );
  const done = { ...half, bytes: line.total, secondsLeft: 0 };
  expect(progressText(done)).toBe("downloading model.safetensors  100%  4 GB of 4 GB  20 MB/s");
});
