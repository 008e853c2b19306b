// Light, dark, or as the system has it; remembered in this browser.
import { tell } from "/dom.js";

const KEPT = "taskstream.theme";
const THEMES = ["auto", "light", "dark"];

export function applyTheme() {
  const theme = localStorage.getItem(KEPT) ?? "auto";
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  return theme;
}

export function nextTheme() {
  const next = THEMES[(THEMES.indexOf(applyTheme()) + 1) % THEMES.length];
  localStorage.setItem(KEPT, next);
  tell(`Colours: ${applyTheme()}`);
}
