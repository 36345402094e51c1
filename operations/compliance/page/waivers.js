// Waivers: what is accepted, what limits it, who answers for it, and for how long.

const SOON = 30;

function waiverCard(waiver) {
  const days = waiver.days_left;
  return element(
    "div",
    { class: "note waiver" },
    element(
      "div",
      { class: "row" },
      element("strong", {}, waiver.rules.join(", ")),
      element("span", { class: `days${days <= SOON ? " soon" : ""}` }, days === 0 ? "last day" : `${plural(days, "day", "days")} left`),
    ),
    element(
      "dl",
      {},
      [
        ["For", element("code", {}, breakable(waiver.address))],
        ...(waiver.environment ? [["In", waiver.environment]] : []),
        ["Why", waiver.reason],
        ["Instead", waiver.compensating_control],
        ["Owner", waiver.owner],
        ["Until", waiver.expires],
      ].map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
    ),
  );
}

function waiversView() {
  const found = report.systems.filter((system) => !filters.system || system.system === filters.system);
  if (found.every((system) => system.waivers.length === 0)) return element("p", { class: "nothing" }, "Nothing is waived.");
  return element(
    "div",
    {},
    found
      .filter((system) => system.waivers.length)
      .map((system) => [
        element("h2", {}, system.system, element("span", { class: "count" }, plural(system.waivers.length, "waiver", "waivers"))),
        element("ul", { class: "list" }, system.waivers.map((waiver) => element("li", {}, waiverCard(waiver)))),
      ]),
  );
}
