// Keys for hands that stay on the keyboard. Everything works without them.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, select, textarea");
  if (field && !field.matches("[type=checkbox]")) {
    if (event.key === "Escape") field.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.body.dataset.keys === "off" && event.key.length === 1) return;
  const key = CSS.escape(event.key.toLowerCase());
  const goal = document.querySelector(`[data-key="${key}"]`);
  if (!goal) return;
  event.preventDefault();
  goal.focus();
  if (goal.matches("input:not([type=checkbox])")) goal.select();
  else goal.click();
});

// What is chosen in a list stands in the address, and goes along to the next row.
document.addEventListener("change", (event) => {
  if (!event.target.matches('.queue [name="task"]')) return;
  const chosen = [...document.querySelectorAll('.queue [name="task"]:checked')].map((it) => it.value);
  const keep = (address) => {
    const url = new URL(address, location.href);
    url.searchParams.set("chosen", chosen.join("."));
    return url.pathname + url.search;
  };
  history.replaceState(null, "", keep(location.href));
  for (const link of document.querySelectorAll("a[data-keep]")) link.href = keep(link.href);
});

// The list of keys names those of this page.
for (const row of document.querySelectorAll(".keys [data-for]")) {
  const keys = row.dataset.for.split(" ").map((it) => `[data-key="${CSS.escape(it)}"]`);
  row.hidden = !document.querySelector(keys.join());
}

// What was typed into a form that can be looked at is looked at by the server at once, and what it says
// of it stands where it stood before. Nothing is worked out here.
const looked = document.querySelector("form[data-look]");
let asking;
looked?.addEventListener("change", async () => {
  asking?.abort();
  asking = new AbortController();
  const body = new URLSearchParams(new FormData(looked));
  try {
    const answer = await fetch(looked.action, { method: "POST", body, signal: asking.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const said of page.querySelectorAll("[data-said]")) {
      const here = document.getElementById(said.id);
      if (here && here.innerHTML !== said.innerHTML) here.replaceChildren(...said.childNodes);
    }
  } catch (why) {
    if (why.name !== "AbortError") throw why;
  }
});
