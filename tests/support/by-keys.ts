// A person without a mouse: what is to be used is reached by Tab, as far as it takes.
import type { Locator, Page } from "playwright-core";

/** More than any page has to be reached. */
const most = 400;

/** Presses Tab until the element has the focus; throws when it is not reached. Gives how often. */
export async function tabTo(page: Page, to: Locator): Promise<number> {
  await to.waitFor({ state: "attached" });
  for (let pressed = 0; pressed <= most; pressed++) {
    if ((await to.and(page.locator(":focus")).count()) > 0) return pressed;
    await page.keyboard.press("Tab");
  }
  throw new Error(`not reached by Tab: ${to.toString()}`);
}

export async function pressOn(page: Page, to: Locator, key = "Enter"): Promise<void> {
  await tabTo(page, to);
  await page.keyboard.press(key);
}
