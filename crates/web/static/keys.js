// Keys for hands that stay on the keyboard. Everything works without them.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, select, textarea");
  if (field) {
    if (event.key === "Escape") field.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = CSS.escape(event.key.toLowerCase());
  const goal = document.querySelector(`[data-key="${key}"]`);
  if (!goal) return;
  event.preventDefault();
  goal.focus();
  if (goal.matches("input")) goal.select();
  else goal.click();
});
