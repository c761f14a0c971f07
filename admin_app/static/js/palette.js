// The palette: Ctrl+K, then type. Pages, actions and records come from the server by POST, so that no number
// stands in an address; what was chosen lately is remembered by this tab alone.

const WAIT_MS = 140;
const KEPT = 6;
const box = document.querySelector("[data-jump-dialog]");
const opener = document.querySelector("[data-jump]");

class Palette {
  constructor() {
    this.input = box.querySelector("input");
    this.list = box.querySelector("[role=listbox]");
    this.said = box.querySelector("[role=status]");
    this.key = `palette-${document.querySelector("[data-who]").dataset.who}`;
    this.asked = 0;
    this.entries = [];
    this.at = -1;
    this.listen();
  }

  listen() {
    opener.hidden = false;
    opener.addEventListener("click", () => this.open());
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      if (!box.open) this.open();
    });
    box.addEventListener("click", (event) => event.target === box && box.close());
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), WAIT_MS);
    });
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.go(this.entries[Number(row.dataset.place)]);
    });
  }

  open() {
    this.input.value = "";
    this.show([]);
    box.showModal();
    this.input.focus();
    this.ask();
  }

  async ask() {
    clearTimeout(this.timer);
    const asked = (this.asked += 1);
    const typed = this.input.value.trim();
    const groups = await this.fetch(typed).catch(() => null);
    if (asked !== this.asked) return;
    this.shownFor = typed;
    if (!groups) {
      this.show([], box.dataset.failed);
      return;
    }
    const recent = typed ? [] : this.recent();
    if (recent.length) groups.unshift({ label: box.dataset.recent, entries: recent });
    this.show(groups, box.dataset.none);
  }

  async fetch(typed) {
    const answer = await fetch(box.dataset.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify({ text: typed }),
    });
    const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
    return answer.ok && isJson ? (await answer.json()).groups : null;
  }

  get token() {
    return document.querySelector("[name=csrf_token]").value;
  }

  show(groups, empty = "") {
    this.entries = groups.flatMap((group) => group.entries);
    let place = 0;
    this.list.replaceChildren(
      ...groups.map((group, number) => {
        const part = element("div", "", { role: "group", "aria-labelledby": `jump-group-${number}` });
        part.append(element("div", group.label, { id: `jump-group-${number}`, class: "jump-label" }));
        for (const entry of group.entries) part.append(this.row(entry, place++));
        return part;
      }),
    );
    this.list.hidden = !this.entries.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.said.textContent = this.entries.length ? box.dataset.count.replace("{}", this.entries.length) : empty;
    this.said.classList.toggle("visually-hidden", Boolean(this.entries.length) || !empty);
    this.mark(this.entries.length ? 0 : -1);
  }

  row(entry, place) {
    const row = element("div", "", { role: "option", id: `jump-${place}`, "data-place": place });
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    icon.setAttribute("class", "icon");
    icon.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${box.dataset.sprite}#${entry.icon}`);
    icon.append(use);
    row.append(icon, element("span", entry.text, { class: "jump-text" }));
    if (entry.note) row.append(element("span", entry.note, { class: "jump-note" }));
    return row;
  }

  mark(place) {
    const rows = [...this.list.querySelectorAll("[role=option]")];
    this.at = rows.length ? (place + rows.length) % rows.length : -1;
    rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === this.at)));
    if (this.at < 0) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    this.input.setAttribute("aria-activedescendant", rows[this.at].id);
    rows[this.at].scrollIntoView({ block: "nearest" });
  }

  async press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.entries.length) {
      event.preventDefault();
      this.mark(this.at + step);
    }
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    // Enter right after the last letter means what was typed, not what stood there before.
    if (this.input.value.trim() !== this.shownFor) await this.ask();
    if (this.entries[this.at]) this.go(this.entries[this.at]);
  }

  go(entry) {
    if (!entry.send) {
      this.remember(entry);
      location.assign(entry.url);
      return;
    }
    const form = element("form", "", { method: "post", action: entry.url, hidden: "" });
    const fields = { csrf_token: this.token, ...(entry.q ? { q: entry.q } : {}) };
    for (const [name, value] of Object.entries(fields)) form.append(element("input", "", { type: "hidden", name, value }));
    document.body.append(form);
    form.submit();
  }

  recent() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
    } catch {
      return [];
    }
  }

  remember(entry) {
    const others = this.recent().filter((each) => each.url !== entry.url);
    try {
      sessionStorage.setItem(this.key, JSON.stringify([entry, ...others].slice(0, KEPT)));
    } catch {
      // Not remembered: the palette works without it.
    }
  }
}

function element(name, text, attributes) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

if (box && opener) new Palette();
