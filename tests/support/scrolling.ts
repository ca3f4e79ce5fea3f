// How a long table scrolls in a real browser: frames in which a row that is seen has no text yet, and tasks that hold the
// page for more than 50 ms. Used by tests, on some thousand rows, and by dev/bench/studio-pages.ts, on a million.
import type { Page } from "playwright-core";

export interface Scrolled {
  frames: number;
  /** Frames in which a row that is seen is blank. */
  blankFrames: number;
  /** Milliseconds of each task above 50. */
  longTasks: number[];
  /** The longest time between two frames, in milliseconds. */
  longestFrame: number;
}

/** Begins to watch; what the page does is gathered until `watched`. */
const watching = `(() => {
  const seen = { frames: 0, blankFrames: 0, longTasks: [], longestFrame: 0, isOn: true };
  window.ftScrolled = seen;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) if (duration > 50) seen.longTasks.push(duration);
  }).observe({ type: "longtask" });
  const box = document.querySelector("[role=rowgroup]");
  let last = performance.now();
  const look = (now) => {
    if (!seen.isOn) return;
    seen.frames++;
    seen.longestFrame = Math.max(seen.longestFrame, now - last);
    last = now;
    const { top, bottom } = box.getBoundingClientRect();
    const isBlank = [...box.querySelectorAll("[data-blank]")].some((row) => {
      const place = row.getBoundingClientRect();
      return place.bottom > top && place.top < bottom;
    });
    const rows = box.querySelectorAll("[role=row]");
    if (isBlank || rows.length === 0) seen.blankFrames++;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

/** Turns the wheel so many times, `rows` a turn, with `pause` milliseconds between; unless said about as fast as a hand does. */
export async function scroll(
  page: Page,
  turns: number,
  rows: number,
  pause = 16,
): Promise<Scrolled> {
  await page.evaluate(watching);
  const box = await page.locator("[role=rowgroup]").boundingBox();
  if (box === null) throw new Error("there is no table");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let turn = 0; turn < turns; turn++) {
    await page.mouse.wheel(0, rows * 32);
    await page.waitForTimeout(pause);
  }
  await page.waitForTimeout(100);
  const seen = "(() => { ftScrolled.isOn = false; return ftScrolled; })()";
  return await page.evaluate<Scrolled>(seen);
}

/** Jumps to a share of the table's height; gives milliseconds until the rows there have text. */
export async function jump(page: Page, share: number): Promise<number> {
  const jumping = `(async () => {
    const box = document.querySelector("[role=rowgroup]");
    const began = performance.now();
    box.scrollTop = ${share} * (box.scrollHeight - box.clientHeight);
    for (;;) {
      await new Promise(requestAnimationFrame);
      const { top, bottom } = box.getBoundingClientRect();
      const rows = [...box.querySelectorAll("[role=row]")].filter((row) => {
        const place = row.getBoundingClientRect();
        return place.bottom > top && place.top < bottom;
      });
      if (rows.length > 3 && rows.every((row) => row.dataset.blank === undefined))
        return performance.now() - began;
    }
  })()`;
  return await page.evaluate<number>(jumping);
}
