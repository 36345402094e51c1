// What stands around the cards: verdict, tiles, choices, search and views. `page` says what is a page's own:
//   views             name, title, and what draws it; the first one has the cards
//   cards, words      what is listed, and what one and many of it are called
//   kind, kinds       the property of a card that tiles count; its values, with their titles
//   dangerous         the kinds that are bad
//   choices           the filters that are chosen from lists
//   beside            what stands beside the tiles
//   keys              by key, a view that it shows
// `filters` has the kinds that are chosen, the choices and the text; `isShown` says which cards they leave.

let current = "";

const first = () => page.views[0][0];
const slug = (kind) => kind.replaceAll(" ", "-");

function begin() {
  byId("title").textContent = report.title;
  byId("search").addEventListener("input", (event) => {
    filters.text = event.target.value.trim().toLowerCase();
    show(first());
  });
  listen();
  show(first());
}

function drawVerdict(text, passed) {
  byId("verdict").textContent = text[0].toUpperCase() + text.slice(1);
  byId("verdict").classList.toggle("blocked", !passed);
}

function chooser(name, label, everything, values) {
  return element(
    "label",
    {},
    element("span", { class: "hidden" }, label),
    element(
      "select",
      { id: `choose-${name}`, onchange: (event) => ((filters[name] = event.target.value), show(current)) },
      element("option", { value: "" }, everything),
      values.map((value) => element("option", { value }, value)),
    ),
  );
}

// The kinds of which there are cards.
function present() {
  return page.kinds.filter(([kind]) => page.cards.some((card) => card[page.kind] === kind));
}

// Chosen alone, or with those chosen before; chosen again, it is not chosen any more.
function only(kind, added) {
  const was = filters.kinds.has(kind);
  if (!added) filters.kinds.clear();
  if (was) filters.kinds.delete(kind);
  else filters.kinds.add(kind);
  show(first());
}

function all() {
  filters.kinds.clear();
  for (const name of page.choices) filters[name] = "";
  filters.text = "";
  show(first());
}

// Another view, or the cards again.
function turn(name) {
  show(current === name ? first() : name);
}

function counted(count, title) {
  return [element("span", { class: "number" }, count.toLocaleString("en")), element("span", { class: "label" }, title)];
}

function tile([kind, title], index) {
  return element(
    "button",
    {
      type: "button",
      class: `tile ${slug(kind)}${page.dangerous.has(kind) ? " dangerous" : ""}`,
      "data-kind": kind,
      "aria-pressed": String(filters.kinds.has(kind)),
      "aria-keyshortcuts": String(index + 1),
      onclick: () => only(kind, true),
    },
    counted(page.cards.filter((card) => card[page.kind] === kind).length, title),
  );
}

function drawSummary() {
  const focused = document.activeElement?.dataset?.kind;
  byId("summary").replaceChildren(...present().map(tile), ...page.beside());
  if (focused) document.querySelector(`.tile[data-kind="${focused}"]`)?.focus();
}

function drawTabs() {
  byId("tabs").replaceChildren(
    ...page.views.map(([name, title]) =>
      element(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "aria-selected": String(name === current),
          "aria-controls": "view",
          tabIndex: name === current ? 0 : -1,
          onclick: () => show(name),
        },
        title,
      ),
    ),
  );
}

function show(name) {
  current = name;
  const onTab = document.activeElement?.getAttribute("role") === "tab";
  drawTabs();
  drawSummary();
  if (byId("search").value.trim().toLowerCase() !== filters.text) byId("search").value = filters.text;
  for (const choice of page.choices) if (byId(`choose-${choice}`)) byId(`choose-${choice}`).value = filters[choice];
  const view = byId("view");
  view.setAttribute("role", "tabpanel");
  view.setAttribute("aria-labelledby", `tab-${name}`);
  view.replaceChildren(page.views.find(([other]) => other === name)[2]());
  const listed = name === first();
  byId("expand").disabled = !listed;
  const shown = page.cards.filter(isShown).length;
  const every = plural(page.cards.length, ...page.words);
  byId("shown").textContent = !listed || !page.cards.length ? "" : shown === page.cards.length ? every : `${shown} of ${every}`;
  expandLabel();
  if (onTab) byId(`tab-${name}`).focus();
}
