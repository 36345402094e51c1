// Families of controls: how their rules fare.

const FAMILIES = new Map([
  ["AC", "Access control"],
  ["AT", "Awareness and training"],
  ["AU", "Audit and accountability"],
  ["CA", "Assessment, authorization and monitoring"],
  ["CM", "Configuration management"],
  ["CP", "Contingency planning"],
  ["IA", "Identification and authentication"],
  ["IR", "Incident response"],
  ["MA", "Maintenance"],
  ["MP", "Media protection"],
  ["PM", "Program management"],
  ["SA", "System and services acquisition"],
  ["SC", "System and communications protection"],
  ["SI", "System and information integrity"],
]);

function barOf(counts, label) {
  const sum = Object.values(counts).reduce((total, count) => total + count, 0);
  return element(
    "div",
    { class: "bar-of", role: "img", "aria-label": label },
    OUTCOMES.filter(([outcome]) => counts[outcome]).map(([outcome]) => {
      const part = element("span", { class: slug(outcome), title: `${counts[outcome]} ${TITLES.get(outcome).toLowerCase()}` });
      part.style.flexGrow = String(counts[outcome] / sum);
      return part;
    }),
  );
}

function told(counts) {
  return OUTCOMES.filter(([outcome]) => counts[outcome])
    .map(([outcome, title]) => `${counts[outcome]} ${title.toLowerCase()}`)
    .join(", ");
}

function familiesView() {
  const chosen = report.systems.filter((system) => !filters.system || system.system === filters.system);
  const sums = new Map();
  for (const { family: name, counts } of chosen.flatMap((system) => system.families)) {
    const sum = sums.get(name) ?? {};
    for (const [outcome, count] of Object.entries(counts)) sum[outcome] = (sum[outcome] ?? 0) + count;
    sums.set(name, sum);
  }
  return element(
    "table",
    { class: "families" },
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("th", { scope: "col" }, "Family of NIST SP 800-53 r5"),
        element("th", { scope: "col" }, "Rules"),
        OUTCOMES.map(([, title]) => element("th", { scope: "col", class: "number" }, title)),
      ),
    ),
    element(
      "tbody",
      {},
      [...sums].sort().map(([name, counts]) =>
        element(
          "tr",
          {},
          element(
            "th",
            { scope: "row", class: "name" },
            element("button", { type: "button", onclick: () => ((filters.family = name), show("rules")) }, name),
            ` ${FAMILIES.get(name) ?? ""}`,
          ),
          element("td", {}, barOf(counts, `${name}: ${told(counts)}`)),
          OUTCOMES.map(([outcome]) => element("td", { class: `number${counts[outcome] ? "" : " none"}` }, String(counts[outcome] ?? 0))),
        ),
      ),
    ),
  );
}
