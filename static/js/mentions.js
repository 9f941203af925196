// While "@na…" is typed in a field with data-mentions, the people of its datalist whose name fits are offered.
const open = { field: null, list: null, found: [], at: -1 };

function close() {
  if (open.list) open.list.remove();
  if (open.field) {
    open.field.removeAttribute("aria-activedescendant");
    open.field.setAttribute("aria-expanded", "false");
  }
  open.field = open.list = null;
}

function begun(field) {
  const match = field.value.slice(0, field.selectionStart).match(/(?:^|[^\w@.])@([\w.+-]*)$/);
  return match ? match[1].toLowerCase() : null;
}

function people(field) {
  return [...document.getElementById(field.dataset.mentions).options].map((o) => ({ name: o.value, label: o.text }));
}

function choose(person) {
  const { field } = open;
  const start = field.selectionStart - begun(field).length;
  field.setRangeText(`${person.name} `, start, field.selectionStart, "end");
  close();
  field.focus();
}

function mark(at) {
  open.at = (at + open.found.length) % open.found.length;
  [...open.list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === open.at)));
  open.field.setAttribute("aria-activedescendant", open.list.children[open.at].id);
}

function offer(field) {
  const start = begun(field);
  close();
  if (start === null) return;
  const found = people(field).filter((p) => p.name.toLowerCase().startsWith(start) || p.label.toLowerCase().startsWith(start));
  if (!found.length) return;
  const list = document.createElement("ul");
  list.className = "mention-list";
  list.id = `${field.id}-people`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "People");
  for (const [i, person] of found.slice(0, 8).entries()) {
    const row = document.createElement("li");
    row.id = `${list.id}-${i}`;
    row.setAttribute("role", "option");
    row.textContent = `${person.label} @${person.name}`;
    row.addEventListener("mousedown", (event) => { event.preventDefault(); choose(person); });
    list.append(row);
  }
  field.after(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "true");
  Object.assign(open, { field, list, found: found.slice(0, 8) });
  mark(0);
}

document.addEventListener("input", (event) => { if (event.target.matches("[data-mentions]")) offer(event.target); });
document.addEventListener("focusout", (event) => { if (event.target === open.field) close(); });
document.addEventListener("keydown", (event) => {
  if (!open.list || event.target !== open.field) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(open.at + step);
  else if (event.key === "Enter" || event.key === "Tab") choose(open.found[open.at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
});
