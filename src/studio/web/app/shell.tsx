// What stands around every page: the way to all of them in the order of the work, and what goes on right now.
import { ActionIcon, useMantineColorScheme } from "@mantine/core";
import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { Moon, Search, Sun } from "lucide-react";
import { useConnection } from "../api/events.ts";
import { Keys } from "../design/states.tsx";
import { pages } from "../pages/index.ts";
import { Link } from "./link.tsx";
import type { PageDefinition } from "./page-definition.ts";
import { Palette } from "./palette.tsx";
import styles from "./shell.module.css";
import { ShortcutHelp, useKeyboard, useShortcuts } from "./shortcuts.tsx";
import { WorkNow } from "./work-now.tsx";

const groups: readonly (readonly [PageDefinition["group"], string])[] = [
  ["start", ""],
  ["data", "Data"],
  ["model", "Model"],
  ["studio", "Studio"],
];

function Entry({ page, path }: { page: PageDefinition; path: string }) {
  const [{ path: to }] = page.routes;
  const isHere = to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`);
  const Icon = page.icon;
  return (
    <li>
      <Link to={to} className={styles.entry} {...(isHere && { "aria-current": "page" })}>
        <Icon size={16} aria-hidden="true" />
        {page.title}
      </Link>
    </li>
  );
}

function Navigation() {
  const { pathname } = useLocation();
  return (
    <nav aria-label="Pages" className={styles.pages}>
      {groups.map(([group, title]) => (
        <div key={group}>
          {title !== "" && <p className={styles.group}>{title}</p>}
          <ul>
            {pages
              .filter((page) => page.group === group)
              .map((page) => (
                <Entry key={page.title} page={page} path={pathname} />
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function Theme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const isDark =
    colorScheme === "dark" ||
    (colorScheme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  const Icon = isDark ? Sun : Moon;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={isDark ? "Light theme" : "Dark theme"}
      onClick={() => setColorScheme(isDark ? "light" : "dark")}
    >
      <Icon size={16} />
    </ActionIcon>
  );
}

function Lost() {
  if (useConnection() !== "lost") return null;
  return (
    <p role="status" className={styles.lost}>
      The studio does not answer. This page keeps trying and continues by itself.
    </p>
  );
}

function usePageKeys(): void {
  const navigate = useNavigate();
  useShortcuts(
    pages.map(({ key, title, routes }) => ({
      keys: `g ${key}`,
      about: title,
      run: () => void navigate({ to: routes[0].path } as never),
    })),
  );
}

export function Shell() {
  useKeyboard();
  usePageKeys();
  return (
    <div className={styles.shell}>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <header className={styles.side}>
        <div className={styles.brand}>
          <Link to="/" className={styles.mark}>
            <img src="/mark.svg" alt="" width={20} height={20} />
            ft studio
          </Link>
          <Theme />
        </div>
        <Navigation />
        <div className={styles.foot}>
          <WorkNow />
          <p className={styles.hint}>
            <Search size={12} aria-hidden="true" /> <Keys of="Ctrl K" /> anywhere
          </p>
        </div>
      </header>
      <main id="content" tabIndex={-1} className={styles.main}>
        <Lost />
        <Outlet />
      </main>
      <Palette />
      <ShortcutHelp />
    </div>
  );
}
