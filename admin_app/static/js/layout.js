// The form that lays out a list: columns are moved by buttons instead of numbers, and found by name.

const box = document.querySelector("[data-columns]");
const list = box?.querySelector("ol");

function number() {
  let place = 0;
  for (const row of list.children) {
    const shown = row.querySelector("input[name=cols]").checked;
    row.querySelector(".place").value = shown ? String((place += 1)) : "";
    row.querySelector(".moves").hidden = !shown;
  }
}

function tell(row) {
  const told = box.querySelector("[data-told]");
  told.textContent = told.dataset.words
    .replace("{name}", row.querySelector("label").textContent)
    .replace("{place}", row.querySelector(".place").value);
}

// A column changes places with the next one that is shown; those that are not shown do not count.
function move(row, step) {
  const shown = [...list.children].filter((each) => each.querySelector("input[name=cols]").checked);
  const other = shown[shown.indexOf(row) + step];
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  number();
  tell(row);
}

// A column that is ticked goes behind those that are shown already; one that is taken out, behind them too.
function settle(row) {
  const others = [...list.children].filter((each) => each !== row && each.querySelector("input[name=cols]").checked);
  const last = others.at(-1);
  if (last) last.after(row);
  number();
}

function narrow(typed) {
  const asked = typed.trim().toLowerCase();
  for (const row of list.children) {
    row.hidden = !row.querySelector("label").textContent.toLowerCase().includes(asked);
  }
}

function begin() {
  const search = box.querySelector("[data-narrow]");
  search.hidden = list.children.length < 12;
  search.addEventListener("input", () => narrow(search.value));
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  for (const place of box.querySelectorAll(".place")) place.type = "hidden";
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    move(button.closest("li"), Number(button.dataset.move));
    button.focus();
  });
  list.addEventListener("change", (event) => event.target.name === "cols" && settle(event.target.closest("li")));
  number();
}

if (box) begin();
