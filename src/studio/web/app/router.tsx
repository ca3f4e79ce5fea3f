// The pages at their addresses, each loaded when it is first opened. Search parameters are flat text, so that an address
// reads as it was meant.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { Page } from "../design/page.tsx";
import { Empty, Waiting } from "../design/states.tsx";
import { pages } from "../pages/index.ts";
import { PageTrouble } from "./page-trouble.tsx";
import { Shell } from "./shell.tsx";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <Page title="Not found">
      <Empty title="There is no page at this address">All pages are listed on the left.</Empty>
    </Page>
  ),
});

const routes = pages.flatMap((page) =>
  page.routes.map(({ path, load }) =>
    createRoute({
      getParentRoute: () => root,
      path,
      component: lazyRouteComponent(load, "Component"),
      pendingComponent: () => (
        <Page title={page.title}>
          <Waiting />
        </Page>
      ),
      errorComponent: PageTrouble,
    }),
  ),
);

function parsed(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

function written(values: Record<string, unknown>): string {
  const entries = Object.entries(values).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)]));
  return entries.length === 0 ? "" : `?${text}`;
}

export const router = createRouter({
  routeTree: root.addChildren(routes),
  parseSearch: parsed,
  stringifySearch: written,
  defaultPreload: "intent",
  scrollRestoration: true,
});
