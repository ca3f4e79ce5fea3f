// Mantine's controls in the studio's colours: everything it draws refers to tokens.css. No look of its own.
import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from "@mantine/core";

const ember: MantineColorsTuple = [
  ...(["#fdf3ec", "#fae7dc", "#f5cdb6", "#f2ae87", "#f28b52"] as const),
  ...(["#dd6a2c", "#c04f16", "#a63d0a", "#86300a", "#672609"] as const),
];

export const theme: MantineThemeOverride = createTheme({
  colors: { ember },
  primaryColor: "ember",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  // what is written on the accent is dark in the dark theme, whose accent is bright
  variantColorResolver: (given) => {
    const colors = defaultVariantColorsResolver(given);
    const isAccent = given.variant === "filled" && (given.color ?? "ember") === "ember";
    return isAccent ? { ...colors, color: "var(--accent-ink)" } : colors;
  },
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  defaultRadius: 6,
  respectReducedMotion: true,
  components: {
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
  },
  headings: { fontWeight: "650" },
});

const variables = {
  "--mantine-color-body": "var(--paper)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink-3)",
  "--mantine-color-placeholder": "var(--ink-3)",
  "--mantine-color-error": "var(--bad)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-default": "var(--paper)",
  "--mantine-color-default-hover": "var(--sunk)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-color-ember-text": "var(--accent)",
  "--mantine-color-ember-filled": "var(--accent)",
  "--mantine-color-ember-light": "var(--accent-soft)",
  "--mantine-color-ember-light-color": "var(--accent)",
  "--mantine-color-ember-outline": "var(--accent)",
};

export const resolver: CSSVariablesResolver = () => ({
  variables: {},
  light: variables,
  dark: variables,
});
