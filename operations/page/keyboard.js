// Views as tabs, cards that are walked and opened, and keys for all of it.

function drawTabs(views, current, show) {
  byId("tabs").replaceChildren(
    ...views.map(([name, title]) =>
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

// Chosen alone, or with those chosen before; chosen again, it is not chosen any more.
function choose(chosen, one, added) {
  const was = chosen.has(one);
  if (!added) chosen.clear();
  if (was) chosen.delete(one);
  else chosen.add(one);
}

// Draws a view; the first one is the list of cards, and how many of them are shown is said beside it.
function drawView(name, page) {
  const onTab = document.activeElement?.getAttribute("role") === "tab";
  drawTabs(page.views, name, page.show);
  page.summary();
  if (byId("search").value.trim().toLowerCase() !== page.text) byId("search").value = page.text;
  for (const [id, value] of Object.entries(page.chosen)) if (byId(id)) byId(id).value = value;
  const view = byId("view");
  view.setAttribute("role", "tabpanel");
  view.setAttribute("aria-labelledby", `tab-${name}`);
  view.replaceChildren(page.views.find(([other]) => other === name)[2]());
  const listed = name === page.views[0][0];
  byId("expand").disabled = !listed;
  const shown = page.cards.filter(isShown).length;
  const all = plural(page.cards.length, ...page.words);
  byId("shown").textContent = !listed || !page.cards.length ? "" : shown === page.cards.length ? all : `${shown} of ${all}`;
  expandLabel();
  if (onTab) byId(`tab-${name}`).focus();
}

function shownCards() {
  return [...document.querySelectorAll("#view .change")];
}

function step(by) {
  const found = shownCards();
  if (found.length === 0) return;
  const here = found.indexOf(document.activeElement?.closest?.(".change"));
  const next = here === -1 ? (by > 0 ? 0 : found.length - 1) : Math.min(found.length - 1, Math.max(0, here + by));
  const target = found[next].querySelector("summary");
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

function allOpen() {
  const found = shownCards();
  return found.length > 0 && found.every((made) => made.open);
}

function expandLabel() {
  byId("expand").textContent = allOpen() ? "Close all" : "Open all";
}

function toggleAll() {
  const open = !allOpen();
  for (const made of shownCards()) made.open = open;
  expandLabel();
}

// What a page has: its views, which one is shown, how to show one, how to show everything, the keys that it explains,
// keys of its own, and what a number does.
function listen(page) {
  byId("keys").append(...page.explained.flatMap(([key, what]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, what)]));
  byId("expand").addEventListener("click", toggleAll);
  byId("help-button").addEventListener("click", () => byId("help").showModal());
  byId("view").addEventListener("toggle", expandLabel, true);
  document.addEventListener("keydown", (event) => onKey(event, page));
}

function onKey(event, page) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  if (typing) {
    if (event.key === "Escape") {
      page.all();
      event.target.blur();
    }
    return;
  }
  if (event.target.getAttribute?.("role") === "tab" && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    const here = page.views.findIndex(([name]) => name === page.current());
    page.show(page.views[(here + (event.key === "ArrowRight" ? 1 : page.views.length - 1)) % page.views.length][0]);
    byId(`tab-${page.current()}`).focus();
    return;
  }
  const inCard = Boolean(event.target.closest?.(".change > summary"));
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: inCard && (() => step(1)),
    ArrowUp: inCard && (() => step(-1)),
    e: toggleAll,
    "/": () => byId("search").focus(),
    "?": () => byId("help").showModal(),
    Escape: page.all,
    ...page.keys,
  };
  const number = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
  const act = (number && page.number(number)) || keys[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
}
