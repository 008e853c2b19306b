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

export const STATUS_WORDS = {
  NOT_STARTED: "To do",
  IN_PROGRESS: "In progress",
  BLOCKED: "Blocked",
  DEFERRED: "Deferred",
  COMPLETED: "Done",
  CANCELLED: "Cancelled",
};
export const PRIORITY_WORDS = { URGENT: "Urgent", HIGH: "High", MEDIUM: "Medium", LOW: "Low" };
export const FIELD_WORDS = {
  title: "Title",
  description: "Description",
  status: "Status",
  priority: "Priority",
  tags: "Tags",
  assigneeId: "Assignee",
  dueDate: "Due",
  warningOffset: "Reminder",
  lock: "Lock",
};
export const isOpen = (task) => task.status !== "COMPLETED" && task.status !== "CANCELLED";
export const isOverdue = (task) => isOpen(task) && task.dueDate !== null && Date.parse(task.dueDate) < Date.now();
export const isHeld = (lock) => lock !== null && Date.parse(lock.expiresAt) > Date.now();

const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const DAY_OF_A_YEAR = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
export function dayOf(time) {
  const day = new Date(time);
  return (day.getFullYear() === new Date().getFullYear() ? DAY : DAY_OF_A_YEAR).format(day);
}
export const momentOf = (time) => MOMENT.format(new Date(time));

/** `in 3 days`, `2 h ago`. */
export function distance(time) {
  const seconds = (Date.parse(time) - Date.now()) / 1000;
  const [amount, unit] =
    Math.abs(seconds) < 3600
      ? [seconds / 60, "minute"]
      : Math.abs(seconds) < 86_400
        ? [seconds / 3600, "hour"]
        : [seconds / 86_400, "day"];
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(amount), unit);
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

/** Says something for a while. */
export function tell(text, kind = "info") {
  const message = el(
    "div",
    { class: `message ${kind}` },
    el("p", {}, text),
    el("button", { class: "icon", type: "button", "aria-label": "Dismiss", onclick: () => message.remove() }, "✕"),
  );
  document.getElementById("messages").append(message);
  if (kind !== "trouble") setTimeout(() => message.remove(), kind === "info" ? 6_000 : 20_000);
}
