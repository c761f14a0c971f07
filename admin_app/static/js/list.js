// A list by keyboard, its batch bar, and shorter ways through its forms. Every page works without it.

const rows = [...document.querySelectorAll("table.grid tbody tr")];
const form = document.querySelector("form[data-batch]");
let at = -1;
// So long nobody need be told that a page is on its way.
const PATIENCE_MS = 400;

function boxOf(row) {
  return row.querySelector("input[name=rowid]");
}

function go(place) {
  if (!rows.length) return;
  rows[at]?.classList.remove("at");
  at = Math.max(0, Math.min(rows.length - 1, place));
  const row = rows[at];
  row.classList.add("at");
  (row.querySelector("[data-open]") ?? boxOf(row))?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function tick() {
  const box = rows[at] && boxOf(rows[at]);
  if (box) box.click();
}

function open() {
  rows[at]?.querySelector("[data-open]")?.click();
}

const keys = {
  j: () => go(at + 1),
  k: () => go(at - 1),
  x: tick,
  o: open,
  e: () => rows[at]?.querySelector("[data-cell]")?.click(),
  p: () => document.querySelector("[data-paper]")?.click(),
  "/": () => document.querySelector("[data-search]")?.focus(),
};

function isTyping(target) {
  const typed = "input:not([type=checkbox]), select, textarea, dialog[open] *, [contenteditable]";
  return target.matches(typed);
}

document.addEventListener("keydown", (event) => {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (modified || isTyping(event.target) || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});

function followFocus() {
  document.querySelector("table.grid tbody")?.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr");
    rows[at]?.classList.remove("at");
    at = rows.indexOf(row);
    row?.classList.add("at");
  });
}

function watchTicks() {
  const bar = form.querySelector("[data-batchbar]");
  const picked = form.querySelector("[data-picked]");
  const everything = form.elements.all_matching;
  const page = form.querySelector("[data-all]");
  const boxes = rows.map(boxOf);
  let last = -1;

  const show = () => {
    const count = boxes.filter((box) => box.checked).length;
    const all = everything.checked;
    bar.toggleAttribute("data-empty", count === 0 && !all);
    picked.textContent = picked.dataset.words.replace("{}", String(count));
    picked.hidden = all;
    page.checked = count > 0 && count === boxes.length;
    page.indeterminate = count > 0 && count < boxes.length;
  };

  page.addEventListener("change", () => {
    for (const box of boxes) box.checked = page.checked;
    show();
  });
  form.addEventListener("click", (event) => {
    const place = boxes.indexOf(event.target);
    if (place < 0) return;
    if (event.shiftKey && last >= 0) {
      const [from, to] = [Math.min(last, place), Math.max(last, place)];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = place;
  });
  form.addEventListener("change", show);
  form.addEventListener("reset", () => setTimeout(() => {
    show();
    page.focus(); // the button that was pressed has gone
  }));
  addEventListener("pageshow", show);
  show();
}

// Shift-click on a heading adds its column to the order instead of replacing it.
function sortByMore() {
  document.querySelector("table.grid thead")?.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !event.shiftKey) return;
    const wanted = new URL(link.href).searchParams.get("sort");
    const address = new URL(location.href);
    const plain = (name) => name.replace(/^-/, "");
    const kept = (address.searchParams.get("sort") ?? "")
      .split(",")
      .filter((name) => name && plain(name) !== plain(wanted));
    address.searchParams.set("sort", [...kept, wanted].join(","));
    address.searchParams.delete("after");
    address.searchParams.delete("before");
    event.preventDefault();
    location.assign(address);
  });
}

function shortenBuilder() {
  const chooser = document.querySelector("form[data-choose-column]");
  chooser?.elements.add.addEventListener("change", () => chooser.requestSubmit());
  const condition = document.querySelector("form[data-condition]");
  const end = condition?.querySelector("[data-only]");
  if (!end) return;
  const operator = condition.elements.op;
  const show = () => {
    end.hidden = operator.value !== end.dataset.only;
  };
  operator.addEventListener("change", show);
  show();
}

// A button that takes something away is asked about first.
function askFirst() {
  for (const button of document.querySelectorAll("button[data-ask]")) {
    button.addEventListener("click", (event) => {
      if (!confirm(button.dataset.ask)) event.preventDefault();
    });
  }
}

// Coming back from a record, the list goes on at its row.
function comeBack() {
  const place = rows.findIndex((row) => `#${row.id}` === location.hash);
  if (place >= 0) go(place);
}

// A list that takes long says that it is being read; what is downloaded or shown elsewhere leaves the page as it is.
function tellLoading() {
  const told = document.querySelector("[data-loading]");
  const main = document.querySelector("main");
  let timer;
  const begin = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      main.setAttribute("aria-busy", "true");
      told.textContent = told.dataset.loading;
    }, PATIENCE_MS);
  };
  const end = () => {
    clearTimeout(timer);
    main.removeAttribute("aria-busy");
    told.textContent = "";
  };
  main.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (!link || event.defaultPrevented || elsewhere || link.matches("[download], [target], [href^='#']")) return;
    begin();
  });
  main.addEventListener("submit", (event) => {
    const way = event.submitter?.getAttribute("formaction") ?? event.target.getAttribute("action") ?? "";
    if (!event.defaultPrevented && !way.startsWith("export/") && event.target.method !== "dialog") begin();
  });
  addEventListener("pageshow", end);
}

followFocus();
comeBack();
tellLoading();
askFirst();
sortByMore();
shortenBuilder();
if (form) watchTicks();
