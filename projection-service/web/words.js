// What the board calls things: statuses, priorities, fields, days, ages, and the values of a field.

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

export function ageInWords(seconds) {
  return seconds < 90
    ? `${Math.round(seconds)} s`
    : seconds < 5_400
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3_600)} h`;
}

export function initialsOf(name) {
  return name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();
}

/** The value of a field of a task; null where there is none. */
export function valueInWords(name, value, nameOf) {
  if (value === null || value === undefined || value === "" || value.length === 0) return null;
  if (name === "status") return STATUS_WORDS[value];
  if (name === "priority") return PRIORITY_WORDS[value];
  if (name === "assigneeId") return nameOf(value);
  if (name === "dueDate") return momentOf(value);
  if (name === "warningOffset") return `${value} minutes before`;
  return Array.isArray(value) ? value.join(", ") : String(value);
}
