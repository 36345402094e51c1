// Cards that are walked and opened, and keys for all of it.

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

function explained() {
  const [one, many] = page.words;
  const titles = new Map(page.views);
  return [
    ["j, ↓", `next ${one}`],
    ["k, ↑", `previous ${one}`],
    ["Enter", `open or close a ${one}`],
    ["e", `open or close all ${many}`],
    [`1 – ${page.kinds.length}`, `only one ${page.kind}, or all again`],
    ["/", "search"],
    ...Object.entries(page.keys).map(([key, view]) => [key, `${titles.get(view).toLowerCase()}, or ${many} again`]),
    ["Esc", `all ${many} again`],
    ["?", "these keys"],
  ];
}

function listen() {
  byId("keys").append(...explained().flatMap(([key, what]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, what)]));
  byId("expand").addEventListener("click", toggleAll);
  byId("help-button").addEventListener("click", () => byId("help").showModal());
  byId("view").addEventListener("toggle", expandLabel, true);
  document.addEventListener("keydown", onKey);
}

function onKey(event) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  if (typing) {
    if (event.key === "Escape") {
      all();
      event.target.blur();
    }
    return;
  }
  if (event.target.getAttribute?.("role") === "tab" && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    const here = page.views.findIndex(([name]) => name === current);
    show(page.views[(here + (event.key === "ArrowRight" ? 1 : page.views.length - 1)) % page.views.length][0]);
    byId(`tab-${current}`).focus();
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
    Escape: all,
  };
  const numbered = /^[1-9]$/.test(event.key) && present()[Number(event.key) - 1];
  const view = page.keys[event.key];
  const act = numbered ? () => only(numbered[0], false) : view ? () => turn(view) : keys[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
}
