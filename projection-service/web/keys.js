// What the keyboard does, wherever no field takes the key for itself.
import { el, openDialog } from "/dom.js";

/** `keys`: what each does, with the id of the task whose card has the focus. */
export function listenToKeys(keys) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key](event.target.closest(".card")?.dataset.id);
  });
}

export function openKeys() {
  const keys = [
    ["n", "New task"],
    ["/", "Search"],
    ["Arrows", "From card to card"],
    ["Enter", "Open the card"],
    ["c", "Claim the card"],
    ["m", "Move the card"],
    ["s", "Settle a conflict"],
    ["Esc", "Close"],
    ["?", "This page"],
  ];
  openDialog(
    "Keys",
    { class: "small" },
    el(
      "dl",
      { class: "facts keys" },
      keys.flatMap(([key, words]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, words)]),
    ),
  );
}
