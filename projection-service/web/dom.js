// What every part of the board makes pages of. Text is only ever set as text: what users wrote is never read as HTML.

/** An element: `el("button", {class: "plain", onclick: go}, "Go")`. Members that begin with `on` are listeners. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function button(words, attributes = {}) {
  return el("button", { type: "button", ...attributes }, words);
}

/** Puts these children in place of the old ones, but touches nothing that looks the same already. */
export function fill(parent, ...children) {
  const next = el("div", {}, ...children);
  if (parent.innerHTML !== next.innerHTML) parent.replaceChildren(...next.childNodes);
}

/** What `<input type="datetime-local">` shows, and back. */
export function toLocalInput(time) {
  if (!time) return "";
  const moment = new Date(time);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
export const fromLocalInput = (text) => (text ? new Date(text).toISOString() : null);

let labels = 0;
/** A form field with its label. */
export function field(label, control, hint = null) {
  labels += 1;
  control.id ||= `field-${labels}`;
  return el(
    "div",
    { class: "field" },
    el("label", { for: control.id }, label),
    control,
    hint && el("p", { class: "hint" }, hint),
  );
}
export function select(options, chosen, attributes = {}) {
  const control = el("select", attributes);
  offer(control, options, chosen);
  return control;
}
/** Has a select offer these. What is chosen is always among them, though it was no option any more. */
export function offer(control, options, chosen) {
  const isOffered = options.some(([value]) => value === chosen);
  const all = isOffered ? options : [...options, [chosen, chosen]];
  fill(
    control,
    all.map(([value, words]) => el("option", { value }, words)),
  );
  control.value = chosen;
}

/** A modal dialog, gone once it is closed. */
export function openDialog(title, attributes, ...children) {
  labels += 1;
  const heading = el("h2", { id: `dialog-${labels}` }, title);
  const close = button("✕", { class: "icon close", "aria-label": "Close", onclick: () => dialog.close() });
  const dialog = el(
    "dialog",
    { "aria-labelledby": heading.id, ...attributes },
    el("div", { class: "dialog-head" }, heading, close),
    ...children,
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks yes or no. */
export function ask(title, text, yes) {
  return new Promise((answer) => {
    const agree = () => {
      answer(true);
      dialog.close();
    };
    const act = button(yes, { class: "danger", onclick: agree });
    const leave = button("Cancel", { onclick: () => dialog.close() });
    const dialog = openDialog(
      title,
      { class: "small", role: "alertdialog" },
      el("p", {}, text),
      el("div", { class: "actions" }, leave, act),
    );
    dialog.addEventListener("close", () => answer(false));
  });
}

const MESSAGES_AT_MOST = 20;

/** Says something for a while; trouble stays until it is dismissed, or twenty others came. */
export function tell(text, kind = "info") {
  const message = el(
    "div",
    { class: `message ${kind}` },
    el("p", {}, text),
    button("✕", { class: "icon", "aria-label": "Dismiss", onclick: () => message.remove() }),
  );
  const messages = document.getElementById("messages");
  messages.append(message);
  while (messages.children.length > MESSAGES_AT_MOST) messages.firstElementChild.remove();
  if (kind !== "trouble") setTimeout(() => message.remove(), kind === "info" ? 6_000 : 20_000);
}
