// What stands around the rules: verdict, packs, filters, views, keys.

const VIEWS = [
  ["rules", "Rules", rulesView],
  ["families", "Families of controls", familiesView],
  ["waivers", "Waivers", waiversView],
];
const KEYS = [
  ["j, ↓", "next rule"],
  ["k, ↑", "previous rule"],
  ["Enter", "open or close a rule"],
  ["e", "open or close all rules"],
  ["1 – 5", "only one outcome, or all again"],
  ["/", "search"],
  ["f", "families of controls, or rules again"],
  ["w", "waivers, or rules again"],
  ["Esc", "all rules again"],
  ["?", "these keys"],
];
let current = "rules";

function head() {
  byId("title").textContent = report.title;
  const verdict = byId("verdict");
  const several = report.systems.length > 1;
  const failed = report.systems.filter((system) => !system.verdict.passed).length;
  const ofAll = failed ? `rules are not met in ${failed} of ${report.systems.length} systems` : `no rule fails in ${report.systems.length} systems`;
  const text = several ? ofAll : report.systems[0].verdict.text;
  verdict.textContent = text[0].toUpperCase() + text.slice(1);
  verdict.classList.toggle("blocked", failed > 0);
  byId("stacks").replaceChildren(
    ...report.systems.map((system) =>
      element("div", { class: "stack" }, element("strong", {}, system.system), `from the ${system.source}`, element("span", {}, system.time.slice(0, 10)), several && element("span", {}, system.verdict.text)),
    ),
    element(
      "div",
      { class: "choices" },
      chooser("pack", "Pack", "All packs", [...new Set(rules.map((rule) => rule.pack))]),
      chooser("family", "Family", "All families", [...new Set(rules.flatMap((rule) => rule.controls.map(family)))].sort()),
      report.systems.length > 1 && chooser("system", "System", "All systems", report.systems.map((system) => system.system)),
    ),
  );
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

function present() {
  return OUTCOMES.filter(([outcome]) => rules.some((rule) => rule.outcome === outcome));
}

function summary() {
  const focused = document.activeElement?.dataset?.outcome;
  const tiles = present().map(([outcome, title], index) =>
    element(
      "button",
      {
        type: "button",
        class: `tile ${slug(outcome)}${outcome === "fail" ? " dangerous" : ""}`,
        "data-outcome": outcome,
        "aria-pressed": String(filters.outcomes.has(outcome)),
        "aria-keyshortcuts": String(index + 1),
        onclick: () => only(outcome, true),
      },
      element("span", { class: "number" }, String(rules.filter((rule) => rule.outcome === outcome).length)),
      element("span", { class: "label" }, title),
    ),
  );
  byId("summary").replaceChildren(
    ...tiles,
    element("div", { class: "packs" }, report.systems.flatMap((system) => system.packs.map((pack) => packCard(system, pack)))),
    element("p", { class: "boundary" }, report.systems[0].boundary),
  );
  byId("summary").lastChild.style.gridColumn = "1 / -1";
  if (focused) document.querySelector(`.tile[data-outcome="${focused}"]`)?.focus();
}

function packCard(system, pack) {
  const counts = {};
  for (const rule of system.rules) if (rule.pack === pack.name && rule.decided_by === "configuration") counts[rule.outcome] = (counts[rule.outcome] ?? 0) + 1;
  return element(
    "div",
    { class: "pack" },
    element("div", {}, element("span", { class: "of" }, `${pack.good} of ${pack.decided}`), ` ${pack.name}`, report.systems.length > 1 && ` of ${system.system}`),
    barOf(counts, told(counts)),
    element("p", { class: "counts" }, told(counts)),
    element("p", {}, `${pack.title}, ${pack.date}.${pack.total > pack.decided ? ` ${pack.total - pack.decided} more that a configuration cannot decide.` : ""}`),
  );
}

function only(outcome, added) {
  choose(filters.outcomes, outcome, added);
  show("rules");
}

function show(name) {
  current = name;
  const chosen = Object.fromEntries(["pack", "family", "system"].map((choice) => [`choose-${choice}`, filters[choice]]));
  drawView(name, { views: VIEWS, show, summary, text: filters.text, chosen, cards: rules, words: ["rule", "rules"] });
}

function all() {
  filters.outcomes.clear();
  filters.pack = filters.family = filters.system = filters.text = "";
  show("rules");
}

head();
byId("search").addEventListener("input", (event) => {
  filters.text = event.target.value.trim().toLowerCase();
  show("rules");
});
listen({
  views: VIEWS,
  current: () => current,
  show,
  all,
  explained: KEYS,
  keys: {
    f: () => show(current === "families" ? "rules" : "families"),
    w: () => show(current === "waivers" ? "rules" : "waivers"),
  },
  number: (number) => (number <= present().length ? () => only(present()[number - 1][0], false) : null),
});
show("rules");
