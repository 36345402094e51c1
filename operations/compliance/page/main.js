// What stands around the rules, and is theirs alone.

const page = {
  views: [
    ["rules", "Rules", rulesView],
    ["families", "Families of controls", familiesView],
    ["waivers", "Waivers", waiversView],
  ],
  cards: rules,
  words: ["rule", "rules"],
  kind: "outcome",
  kinds: OUTCOMES,
  dangerous: new Set(["fail"]),
  choices: ["pack", "family", "system"],
  beside: () => [
    element("div", { class: "packs" }, report.systems.flatMap((system) => system.packs.map((pack) => packCard(system, pack)))),
    element("p", { class: "boundary" }, report.systems[0].boundary),
  ],
  keys: { f: "families", w: "waivers" },
};

function head() {
  const several = report.systems.length > 1;
  const failed = report.systems.filter((system) => !system.verdict.passed).length;
  const ofAll = failed ? `rules are not met in ${failed} of ${report.systems.length} systems` : `no rule fails in ${report.systems.length} systems`;
  drawVerdict(several ? ofAll : report.systems[0].verdict.text, failed === 0);
  byId("stacks").replaceChildren(
    ...report.systems.map((system) =>
      element("div", { class: "stack" }, element("strong", {}, system.system), `from the ${system.source}`, element("span", {}, system.time.slice(0, 10)), several && element("span", {}, system.verdict.text)),
    ),
    element(
      "div",
      { class: "choices" },
      chooser("pack", "Pack", "All packs", [...new Set(rules.map((rule) => rule.pack))]),
      chooser("family", "Family", "All families", [...new Set(rules.flatMap((rule) => rule.controls.map(family)))].sort()),
      several && chooser("system", "System", "All systems", report.systems.map((system) => system.system)),
    ),
  );
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

head();
begin();
