// The builder of nested conditions. Without this script one condition at a time is added by a plain form.

import { enhance } from "./lookup.js";

const menu = document.querySelector("details[data-builder]");
const body = menu?.querySelector(".menu-body");

async function load(address) {
  const answer = await fetch(address);
  if (answer.redirected) location.reload(); // signed out meanwhile
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer.text();
}

function fragment(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

const control = (rule, name) => rule.querySelector(`[data-${name}]`);

// What an operator needs: nothing, one value, or two.
function fit(rule) {
  const op = control(rule, "op")?.value;
  if (!op) return;
  const word = control(rule, "word-value");
  const relative = word && word.value !== "";
  const without = op === "empty" || op === "filled";
  control(rule, "values").hidden = without;
  if (word) word.hidden = op === "between" || op === "prefix";
  const fixed = control(rule, "fixed-value");
  if (fixed) fixed.hidden = relative && !word.hidden;
  const end = control(rule, "value-to");
  if (end) end.hidden = op !== "between";
}

function pick(select) {
  const picked = select.closest(".picked");
  const chosen = select.selectedOptions[0];
  if (!chosen?.value) return;
  const list = picked.querySelector("[data-picked]");
  if (![...list.querySelectorAll("input[data-value]")].some((box) => box.value === chosen.value)) {
    const chip = picked.querySelector("template").content.cloneNode(true).firstElementChild;
    const name = chosen.textContent;
    chip.querySelector("input[data-value]").value = chosen.value;
    chip.querySelector("span").textContent = name;
    const button = chip.querySelector("button");
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace("{}", name));
    list.append(chip);
  }
  select.value = "";
  picked.querySelector("[role=combobox]").value = "";
  picked.querySelector(".combo-path").hidden = true; // the chip stands for it now
}

function prepare(rule) {
  for (const select of rule.querySelectorAll("select[data-lookup]")) {
    enhance(select);
    select.addEventListener("change", () => pick(select));
  }
  fit(rule);
}

async function fresh(column) {
  const rule = fragment(await load(`builder/rule/${encodeURIComponent(column)}/`)).firstElementChild;
  prepare(rule);
  return rule;
}

function leaf(rule) {
  if (rule.dataset.text !== undefined) return { text: rule.dataset.text };
  const word = control(rule, "word-value");
  const boxes = [...rule.querySelectorAll("input[data-value]")];
  return {
    column: control(rule, "column").value,
    op: control(rule, "op").value,
    word: word && !word.hidden ? word.value : "",
    value: boxes.filter((box) => box.type !== "checkbox" || box.checked).map((box) => box.value),
    value_to: control(rule, "value-to")?.value ?? "",
  };
}

function nest(branch) {
  const items = [...branch.querySelector(":scope > ul").children].map((item) =>
    item.dataset.rule === undefined ? nest(item.querySelector("[data-branch]")) : leaf(item),
  );
  return { [branch.querySelector("[data-word]").value]: items };
}

function remove(button) {
  const item = button.closest("[data-item]");
  const next = item.nextElementSibling ?? item.previousElementSibling;
  const branch = item.parentElement.closest("[data-branch]");
  item.remove();
  (next?.querySelector("select, button") ?? branch.querySelector("[data-add-rule]")).focus();
}

async function press(form, button) {
  const list = button.closest("[data-branch]")?.querySelector(":scope > ul");
  if (button.matches("[data-remove]")) remove(button);
  else if (button.matches("[data-unpick]")) {
    const picked = button.closest(".picked");
    button.closest("li").remove();
    picked.querySelector("[role=combobox]").focus();
  } else if (button.matches("[data-add-branch]")) {
    const item = document.createElement("li");
    item.dataset.item = "";
    item.append(form.querySelector("[data-empty-branch]").content.cloneNode(true));
    list.append(item);
    item.querySelector("[data-add-rule]").focus();
  } else if (button.matches("[data-add-rule]")) {
    const rule = await fresh(form.dataset.first);
    list.append(rule);
    control(rule, "column").focus();
  } else if (button.matches("[data-clear]")) {
    form.querySelector("[data-branch] > ul").replaceChildren();
    form.requestSubmit();
  }
}

async function change(target) {
  const rule = target.closest("[data-rule]");
  if (!rule) return;
  if (!target.matches("[data-column]")) {
    fit(rule);
    return;
  }
  const other = await fresh(target.value);
  rule.replaceWith(other);
  control(other, "op").focus();
}

// A condition without a value would find nothing: it is marked, and nothing is sent.
function lacks(rule) {
  if (rule.dataset.text !== undefined) return false;
  const { op, word, value, value_to } = leaf(rule);
  if (op === "empty" || op === "filled" || word) return false;
  return !value.some((each) => each !== "") || (op === "between" && value_to === "");
}

function mark(form) {
  const rules = [...form.querySelectorAll("[data-rule]")];
  for (const rule of rules) rule.classList.toggle("lacking", lacks(rule));
  const first = rules.find((rule) => rule.classList.contains("lacking"));
  form.querySelector("[data-lacking]").hidden = !first;
  first?.querySelector("[data-values] :is(input:not([hidden]), select)")?.focus();
  return Boolean(first);
}

function listen(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[type=button]");
    if (button) press(form, button);
  });
  form.addEventListener("change", (event) => change(event.target));
  form.addEventListener("submit", (event) => {
    if (mark(form)) {
      event.preventDefault();
      return;
    }
    form.elements.query.value = body.dataset.query;
    form.elements.nest.value = JSON.stringify(nest(form.querySelector("[data-branch]")));
  });
}

// The plain form stays where the builder cannot be loaded.
async function begin() {
  const plain = body.querySelector("[name=add]");
  const loaded = fragment(await load(`builder/?${body.dataset.query}`));
  const form = loaded.querySelector("form");
  form.dataset.first = plain.value;
  body.replaceChildren(loaded);
  for (const rule of form.querySelectorAll("[data-rule]")) prepare(rule);
  listen(form);
  if (!form.querySelector("[data-rule]")) form.querySelector("[data-add-rule]").click();
  else form.querySelector("[data-word]").focus();
}

if (menu && !menu.open) menu.addEventListener("toggle", () => begin().catch(() => {}), { once: true });
