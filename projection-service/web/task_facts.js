// What is true of a task by now. The clock decides, so it is asked again whenever the board is painted.

export const isOpen = (task) => task.status !== "COMPLETED" && task.status !== "CANCELLED";
export const isOverdue = (task) => isOpen(task) && task.dueDate !== null && Date.parse(task.dueDate) < Date.now();
export const isHeld = (lock) => lock !== null && Date.parse(lock.expiresAt) > Date.now();
