// Real links to pages of the studio: opened in another tab by the middle button, read out as links.
import { Link as RouterLink } from "@tanstack/react-router";
import type { ComponentProps, ReactNode } from "react";
import styles from "./link.module.css";

export interface LinkProps {
  /** `/runs/r-1?tab=log`. */
  to: string;
  className?: string | undefined;
  children: ReactNode;
}

function split(to: string) {
  const [path = "", search] = to.split("?");
  return { to: path, search: Object.fromEntries(new URLSearchParams(search)) };
}

export function Link({ to, className = styles.link, children, ...rest }: LinkProps) {
  const target = split(to) as unknown as ComponentProps<typeof RouterLink>;
  return (
    <RouterLink {...target} className={className} {...rest}>
      {children}
    </RouterLink>
  );
}

/** A link that looks like a button: it goes somewhere, so it is one. */
export function ButtonLink({ to, kind = "main", children }: ButtonLinkProps) {
  return (
    <Link to={to} className={kind === "main" ? styles.button : styles.quiet}>
      {children}
    </Link>
  );
}

interface ButtonLinkProps {
  to: string;
  kind?: "main" | "quiet";
  children: ReactNode;
}
