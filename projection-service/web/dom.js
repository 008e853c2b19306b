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
  const control = el(
    "select",
    attributes,
    options.map(([value, words]) => el("option", { value }, words)),
  );
  control.value = chosen;
  return control;
}

/** A modal dialog, gone once it is closed. */
export function openDialog(title, attributes, ...children) {
  labels += 1;
  const heading = el("h2", { id: `dialog-${labels}` }, title);
  const close = el(
    "button",
    { class: "icon close", type: "button", "aria-label": "Close", onclick: () => dialog.close() },
    "✕",
  );
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
    const act = el(
      "button",
      {
        class: "danger",
        type: "button",
        onclick: () => {
          answer(true);
          dialog.close();
        },
      },
      yes,
    );
    const leave = el("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
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
    el("button", { class: "icon", type: "button", "aria-label": "Dismiss", onclick: () => message.remove() }, "✕"),
  );
  const messages = document.getElementById("messages");
  messages.append(message);
  while (messages.children.length > MESSAGES_AT_MOST) messages.firstElementChild.remove();
  if (kind !== "trouble") setTimeout(() => message.remove(), kind === "info" ? 6_000 : 20_000);
}
