// A value is corrected in its cell. Without this script the pencil leads to the record's form.

import { enhance } from "./lookup.js";

const body = document.querySelector("table.grid tbody");
let opened = null; // the one cell that is being corrected: { cell, content, link, address }

// What is typed here belongs to no form of the page: the batch form around the rows must not send it.
function put(html) {
  opened.cell.innerHTML = html;
  opened.cell.classList.add("correcting");
  const box = opened.cell.querySelector("[data-cell-form]");
  for (const input of box.querySelectorAll("input, select, textarea")) input.setAttribute("form", "");
  for (const select of box.querySelectorAll("select[data-lookup]")) enhance(select);
  (box.querySelector("[aria-invalid]") ?? box.querySelector("input:not([type=hidden]), select:not([hidden]), textarea, a, button")).focus();
}

function restore(content = opened.content, note = "") {
  const { cell, link } = opened;
  opened = null;
  cell.classList.remove("correcting");
  cell.replaceChildren(...content);
  if (note) cell.classList.add(note);
  link.focus();
}

async function open(link) {
  if (opened) restore();
  const row = link.closest("tr");
  const cell = link.closest("td");
  const address = `cell/?id=${row.dataset.id}&name=${encodeURIComponent(link.dataset.cell)}`;
  const answer = await fetch(address);
  if (answer.redirected) return location.reload();
  const html = await answer.text();
  if (!html.includes("data-cell-form")) return location.assign(link.href); // an error's whole page
  opened = { cell, link, address, content: [...cell.childNodes] };
  put(html);
}

function collect(box) {
  const data = new FormData();
  for (const input of box.querySelectorAll("[name]")) {
    if (!["checkbox", "radio"].includes(input.type) || input.checked) data.append(input.name, input.value);
  }
  return data;
}

async function save() {
  const box = opened.cell.querySelector("[data-cell-form]");
  box.setAttribute("aria-busy", "true");
  const answer = await fetch(opened.address, { method: "POST", body: collect(box) });
  if (answer.redirected) return location.reload();
  const html = await answer.text();
  if (!answer.ok) return html.includes("data-cell-form") ? put(html) : location.assign(opened.link.href);
  const holder = document.createElement("template");
  holder.innerHTML = html;
  restore([...holder.content.childNodes, " ", opened.link], "saved");
}

function type(event) {
  if (!opened || !event.target.closest("[data-cell-form]")) return;
  event.stopPropagation();
  if (event.key === "Escape") {
    event.preventDefault();
    restore();
  } else if (event.key === "Enter" && event.target.matches("input, select")) {
    event.preventDefault();
    save();
  }
}

if (body?.querySelector("[data-cell]")) {
  body.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-cell]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(link);
    } else if (event.target.closest("[data-save]")) save();
    else if (event.target.closest("[data-cancel]")) restore();
  });
  body.addEventListener("keydown", type);
}
