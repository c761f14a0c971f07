// The frame's small comforts: theme, menu, waiting counts. Every page works without it.

const root = document.documentElement;

function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage may be forbidden: the choice then lasts for this page.
  }
}

function recall(store, key) {
  try {
    return store.getItem(key);
  } catch {
    return null;
  }
}

// The theme changes at once, without leaving the page; the server keeps it for every device.
function offerThemes() {
  const form = document.querySelector("[data-theme-choice]");
  if (!form) return;
  const mark = () => {
    const chosen = root.dataset.theme || recall(localStorage, "theme") || "auto";
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === chosen));
    }
  };
  // The pages before sign-in know only what this device remembers.
  if (root.dataset.theme) keep("theme", root.dataset.theme);
  mark();
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    event.preventDefault();
    root.dataset.theme = chosen.value;
    keep("theme", chosen.value);
    dispatchEvent(new Event("themechoice"));
    mark();
    const body = new FormData(form, chosen);
    body.set("quiet", "1");
    fetch(form.action, { method: "POST", body, keepalive: true, headers: { Accept: "application/json" } }).catch(() => {});
  });
}

function collapseMenu() {
  document.querySelector("[data-collapse]")?.addEventListener("click", () => {
    if (root.dataset.sidebar === "icons") delete root.dataset.sidebar;
    else root.dataset.sidebar = "icons";
    keep("sidebar", root.dataset.sidebar || "wide");
  });
}

function rememberGroups() {
  for (const group of document.querySelectorAll("[data-group]")) {
    const key = `menu-${group.dataset.group}`;
    const kept = recall(localStorage, key);
    if (kept && !group.querySelector("[aria-current]")) group.open = kept === "open";
    group.addEventListener("toggle", () => keep(key, group.open ? "open" : "closed"));
  }
}

function closeMenus() {
  const open = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    if (location.hash === "#menu") location.hash = "main";
  });
  // Whoever tabs on leaves the menu: open, it would lie over what has the focus.
  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest("details.menu[open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}

// "?" shows the keys; a dialog that closes leaves the focus where it was, never nowhere.
function showKeys() {
  const dialog = document.querySelector("[data-keys]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
    event.preventDefault();
    dialog?.showModal();
  });
  for (const each of document.querySelectorAll("dialog")) {
    each.addEventListener("close", () => {
      const at = document.activeElement; // inside, until the page is drawn anew, where nothing had it before
      if (at === document.body || each.contains(at)) document.getElementById("main").focus({ preventScroll: true });
    });
  }
}

// Counts of waiting work: shown at once from this tab's memory, asked anew after a minute.
async function showWaiting() {
  const places = document.querySelectorAll("[data-waiting]");
  if (!places.length) return;
  const key = `waiting-${document.querySelector("[data-who]").dataset.who}`;
  const write = (counts) => {
    for (const place of places) place.textContent = counts[place.dataset.waiting] || "";
  };
  const kept = JSON.parse(recall(sessionStorage, key) || "null");
  if (kept) write(kept.counts);
  const isFresh = kept && Date.now() - kept.at < 60000 && !document.querySelector("[data-moved]");
  if (isFresh) return;
  const answer = await fetch("/admin/waiting/", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const counts = await answer.json();
  write(counts);
  try {
    sessionStorage.setItem(key, JSON.stringify({ at: Date.now(), counts }));
  } catch {
    // Not remembered: asked again on the next page.
  }
}

// "g" and then "q" begins the queue of the list that is shown.
function beginQueue() {
  const form = document.querySelector("form[data-queue-start]");
  let before = "";
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox]), select, textarea, dialog");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (before === "g" && event.key === "q") form?.requestSubmit();
    before = event.key;
  });
}

// What this tab remembers names records: it goes with whoever signs out.
function forget() {
  if (document.querySelector("[data-who]")) return;
  try {
    sessionStorage.clear();
  } catch {
    // Nothing was remembered either.
  }
}

offerThemes();
collapseMenu();
rememberGroups();
closeMenus();
showKeys();
beginQueue();
forget();
showWaiting();
