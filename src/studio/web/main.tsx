// Where the pages begin in the browser: styles, theme, queries, events, router.
import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "./design/tokens.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { nonce, queries } from "./api/client.ts";
import { followEvents } from "./api/events.ts";
import { router } from "./app/router.tsx";
import { resolver, theme } from "./design/theme.ts";

// what keeps the page still behind a dialog writes a style of its own, and asks here what lets it
Object.assign(globalThis, { __webpack_nonce__: nonce });

// a part of the pages that is no longer there by its name: they were built anew since this tab was opened
globalThis.addEventListener("vite:preloadError", () => {
  const [key, now] = ["ft-loaded-again", Date.now()];
  if (now - Number(sessionStorage.getItem(key)) < 10_000) return;
  sessionStorage.setItem(key, String(now));
  location.reload();
});

followEvents();

createRoot(document.querySelector("#root")!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolver}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
