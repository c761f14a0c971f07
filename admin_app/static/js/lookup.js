// A select over many records becomes a search box (combobox with a list). The select stays the form's field.

const WAIT_MS = 180;
let serial = 0;

function option(choice, id) {
  const item = document.createElement("li");
  item.id = id;
  item.role = "option";
  item.dataset.value = choice.id;
  item.dataset.name = choice.text;
  item.dataset.path = choice.path ?? "";
  item.textContent = choice.text;
  if (choice.path) {
    const path = document.createElement("small");
    path.textContent = choice.path;
    item.append(" ", path);
  }
  if (choice.deep) {
    const deeper = document.createElement("span");
    deeper.className = "deeper";
    deeper.textContent = "›";
    deeper.setAttribute("aria-hidden", "true");
    item.dataset.deep = "";
    item.append(deeper);
  }
  return item;
}

// Leads back up from below a record of a tree.
function upward(name, id) {
  const item = document.createElement("li");
  Object.assign(item, { id, role: "option", className: "upward", textContent: `‹ ${name}` });
  item.dataset.up = "";
  return item;
}

class Lookup {
  constructor(select) {
    this.select = select;
    this.name = `lookup-${(serial += 1)}`;
    this.build();
    this.listen();
  }

  get chosen() {
    const picked = this.select.selectedOptions[0];
    return picked && picked.value ? picked.textContent : "";
  }

  build() {
    this.box = document.createElement("div");
    this.box.className = "combo";
    this.input = document.createElement("input");
    Object.assign(this.input, { type: "text", className: this.select.className, autocomplete: "off", role: "combobox" });
    this.input.value = this.chosen;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      const value = this.select.getAttribute(name);
      if (value) this.input.setAttribute(name, value);
    }
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.setAttribute("aria-expanded", "false");
    this.input.setAttribute("aria-controls", this.name);
    if (this.select.hasAttribute("aria-label")) this.input.setAttribute("aria-label", this.select.getAttribute("aria-label"));
    this.branch = []; // the records of a tree into which one has gone down
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: this.name, className: "combo-list", role: "listbox", hidden: true });
    const label = document.querySelector(`label[for="${CSS.escape(this.select.id)}"]`);
    this.input.id = this.select.id;
    this.select.id = `${this.name}-select`;
    this.list.setAttribute("aria-label", label ? label.textContent.trim() : this.input.getAttribute("aria-label"));
    this.select.hidden = true;
    this.select.before(this.box);
    this.box.append(this.input, this.list);
    this.where = document.createElement("small"); // what the chosen record hangs below
    this.where.className = "combo-path";
    this.box.after(this.where);
    this.tellPath(this.select.dataset.path ?? "");
    document.querySelector(`[data-key-of="${CSS.escape(this.input.id)}"]`)?.remove();
  }

  listen() {
    this.input.addEventListener("input", () => {
      this.branch = [];
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.search(), WAIT_MS);
    });
    this.input.addEventListener("click", () => this.search());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.settle());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item && event.target.matches(".deeper")) this.down(item);
      else this.take(item);
    });
  }

  async search() {
    const typed = this.input.value === this.chosen ? "" : this.input.value;
    const address = new URL(this.select.dataset.lookup, location.href);
    // What a key may hold can depend on what else is chosen: the sites of a plan, the subjects of a type.
    for (const other of this.select.form?.querySelectorAll("select[name]") ?? []) {
      if (other !== this.select && other.value) address.searchParams.set(other.name, other.value);
    }
    address.searchParams.set("q", this.branch.length ? "" : typed);
    if (this.branch.length) address.searchParams.set("under", this.branch.at(-1).id);
    const asked = (this.asked = (this.asked || 0) + 1);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok || asked !== this.asked) return;
      this.show((await answer.json()).results);
    } catch {
      this.close();
    }
  }

  show(choices) {
    const found = choices.map((choice, index) => option(choice, `${this.name}-${index}`));
    const above = this.branch.map((each) => each.name).join(" / ");
    if (above) found.unshift(upward(above, `${this.name}-up`));
    this.list.replaceChildren(...found);
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.mark(above && choices.length ? 1 : found.length ? 0 : -1);
  }

  mark(index) {
    const items = [...this.list.children];
    this.at = items.length ? (index + items.length) % items.length : -1;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === this.at)));
    if (this.at >= 0) {
      this.input.setAttribute("aria-activedescendant", items[this.at].id);
      items[this.at].scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const open = !this.list.hidden;
    const item = open ? this.list.children[this.at] : null;
    if (item?.dataset.deep !== undefined && event.key === "ArrowRight" && this.atEnd) {
      event.preventDefault();
      this.down(item);
    } else if (open && this.branch.length && event.key === "ArrowLeft") {
      event.preventDefault();
      this.up();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.mark(this.at + (event.key === "ArrowDown" ? 1 : -1));
      else this.search();
    } else if (open && event.key === "Enter") {
      event.preventDefault();
      this.take(this.list.children[this.at]);
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }

  get atEnd() {
    return this.input.selectionStart === this.input.value.length;
  }

  // Show what hangs below a record: the cities of a province, the sites of an authority.
  down(item) {
    this.branch.push({ id: item.dataset.value, name: item.dataset.name });
    this.search();
  }

  up() {
    this.branch.pop();
    this.search();
  }

  take(item) {
    if (item?.dataset.up !== undefined) this.up();
    else this.pick(item);
  }

  tellPath(path) {
    this.where.textContent = path;
    this.where.hidden = !path;
  }

  pick(item) {
    if (!item) return;
    this.branch = [];
    let found = [...this.select.options].find((each) => each.value === item.dataset.value);
    if (!found) {
      found = new Option(item.dataset.name, item.dataset.value);
      this.select.add(found);
    }
    found.selected = true;
    this.input.value = this.chosen;
    this.tellPath(item.dataset.path);
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.close();
  }

  settle() {
    this.branch = [];
    if (!this.input.value.trim()) {
      this.select.value = "";
      this.tellPath("");
    }
    this.input.value = this.chosen;
    this.close();
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

export function enhance(select) {
  return new Lookup(select);
}

for (const select of document.querySelectorAll("select[data-lookup]")) enhance(select);
