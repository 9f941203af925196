// Rows of a table in a form: added and taken away without asking the server.
function renumber(table) {
  const rows = table.querySelectorAll("[data-row]");
  rows.forEach((row, i) => { row.querySelector("legend").textContent = `Row ${i + 1}`; });
}

function empty(row) {
  for (const field of row.querySelectorAll("input, select")) field.value = "";
  for (const value of row.querySelectorAll("[data-computed]")) value.textContent = "computed when you save";
}

for (const button of document.querySelectorAll("[data-add-row], [data-remove-row]")) {
  button.type = "button";
  button.hidden = false;
}

document.addEventListener("click", (event) => {
  const table = event.target.closest("[data-rows]");
  if (!table) return;
  const last = [...table.querySelectorAll("[data-row]")].pop();
  if (event.target.closest("[data-add-row]")) {
    const row = last.cloneNode(true);
    empty(row);
    last.after(row);
    renumber(table);
    row.querySelector("input, select").focus();
  } else if (event.target.closest("[data-remove-row]")) {
    const row = event.target.closest("[data-row]");
    const next = row.nextElementSibling;
    if (table.querySelectorAll("[data-row]").length > 1) row.remove(); else empty(row);
    renumber(table);
    (next.querySelector("input, select, button") || next).focus();
  }
});
