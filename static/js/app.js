// Theme, menu on small screens, and what screen readers are told after a part of the page was exchanged.
const root = document.documentElement;
const kept = localStorage.getItem("theme");
if (kept) root.dataset.theme = kept;

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-toggle-theme]");
  if (theme) {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  }
  const menu = event.target.closest("[data-toggle-menu]");
  if (menu) {
    const bar = document.querySelector(".bar");
    const open = bar.toggleAttribute("data-open");
    menu.setAttribute("aria-expanded", String(open));
  }
  const all = event.target.closest("[data-check-all]");
  if (all) {
    const boxes = document.querySelectorAll(`input[name="${all.dataset.checkAll}"]`);
    for (const box of boxes) box.checked = all.checked;
  }
});

// A link to a row that can open, opens it.
function openTarget() {
  const row = location.hash && document.getElementById(location.hash.slice(1));
  if (row && row.tagName === "DETAILS") row.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();

// A row in which something was done is open again when the page comes back, at its old place.
document.addEventListener("submit", (event) => {
  const row = event.target.closest("details[id]");
  if (row) sessionStorage.setItem("row", location.pathname + "#" + row.id);
});
const [path, id] = (sessionStorage.getItem("row") || "").split("#");
sessionStorage.removeItem("row");
const row = path === location.pathname && document.getElementById(id);
if (row) {
  row.open = true;
  row.scrollIntoView({ block: "center" });
}

// What is put into the drawer opens it; a click beside it closes it.
const drawer = document.getElementById("drawer");
if (drawer) drawer.addEventListener("click", (event) => { if (event.target === drawer) drawer.close(); });

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "drawer-body" && !drawer.open) drawer.showModal();
  const message = event.detail.target.querySelector("[data-announce]");
  if (message) document.getElementById("live").textContent = message.dataset.announce;
});

// A wide graph shows the node it is about.
for (const node of document.querySelectorAll(".graph .centre")) {
  const box = node.closest(".table-scroll");
  if (box) box.scrollLeft = node.x.baseVal.value - box.clientWidth / 2;
}
