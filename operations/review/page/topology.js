// The resources by what they belong to, in the order of who refers to whom; those that change are marked.

const SVG = "http://www.w3.org/2000/svg";

function groupsOf(plan) {
  const groups = new Map();
  const groupOf = new Map();
  for (const resource of plan.resources) {
    if (!groups.has(resource.group)) groups.set(resource.group, { name: resource.group, resources: [], to: new Set() });
    groups.get(resource.group).resources.push(resource);
    groupOf.set(resource.address, resource.group);
  }
  for (const resource of plan.resources) {
    for (const target of resource.refers_to) {
      const other = groupOf.get(target);
      if (other !== undefined && other !== resource.group) groups.get(resource.group).to.add(other);
    }
  }
  return groups;
}

// How far a group is from those that refer to nothing; references in a circle count once.
function rankGroups(groups) {
  const ranks = new Map();
  const under = new Set();
  const rankOf = (name) => {
    if (ranks.has(name)) return ranks.get(name);
    if (under.has(name)) return 0;
    under.add(name);
    const below = [...groups.get(name).to].map(rankOf);
    under.delete(name);
    const found = below.length ? Math.max(...below) + 1 : 0;
    ranks.set(name, found);
    return found;
  };
  for (const name of groups.keys()) rankOf(name);
  return ranks;
}

function topologyView() {
  const view = element("div", {});
  for (const plan of report.plans) {
    if (filters.stack !== "" && filters.stack !== plan.stack) continue;
    if (report.plans.length > 1) view.append(element("h2", {}, plan.stack));
    view.append(mapOf(plan));
  }
  return view;
}

function mapOf(plan) {
  const byAddress = new Map(changes.filter((change) => change.plan === plan && !change.deposed).map((change) => [change.address, change]));
  const groups = groupsOf(plan);
  const referred = new Set([...groups.values()].flatMap((group) => [...group.to]));
  const connected = [...groups.values()].filter((group) => group.to.size > 0 || referred.has(group.name));
  const apart = [...groups.values()].filter((group) => !connected.includes(group));
  const ranks = rankGroups(groups);
  const highest = Math.max(0, ...connected.map((group) => ranks.get(group.name)));
  const nodes = new Map();
  const map = element("div", { class: "map" });
  for (let rank = highest; rank >= 0; rank -= 1) {
    const here = connected.filter((group) => ranks.get(group.name) === rank);
    if (here.length) map.append(element("div", { class: "column" }, here.map((group) => groupCard(group, byAddress, nodes, redraw))));
  }
  const lines = document.createElementNS(SVG, "svg");
  lines.setAttribute("aria-hidden", "true");
  map.append(lines);

  function redraw() {
    drawLines(map, lines, plan, nodes);
  }
  new ResizeObserver(redraw).observe(map);
  map.addEventListener("focusin", (event) => light(map, nodes, event.target.closest(".node")));
  map.addEventListener("focusout", () => light(map, nodes, null));
  map.addEventListener("pointerover", (event) => light(map, nodes, event.target.closest(".node") ?? document.activeElement.closest?.(".node")));
  map.addEventListener("pointerleave", () => light(map, nodes, document.activeElement.closest?.(".node")));
  return element(
    "div",
    {},
    element("p", { class: "legend" }, "From left to right: which resource refers to which. Choose a resource that changes to see how."),
    connected.length > 0 && map,
    apart.length > 0 && element("div", { class: "apart" }, apart.map((group) => groupCard(group, byAddress, nodes, redraw))),
  );
}

function groupCard(group, byAddress, nodes, redraw) {
  const changed = group.resources.filter((resource) => resource.class !== null);
  const same = group.resources.filter((resource) => resource.class === null);
  changed.sort((one, other) => rank(one) - rank(other));
  const list = element("ul", {}, changed.map((resource) => element("li", {}, node(resource, byAddress, nodes))));
  const made = element(
    "section",
    { class: "group", "aria-label": group.name },
    element("h3", {}, group.name, element("span", {}, changed.length ? `${changed.length} of ${group.resources.length}` : String(group.resources.length))),
    list,
  );
  if (same.length > 0) {
    const more = element("button", { type: "button", class: "more" }, `+ ${plural(same.length, "that stays", "that stay")}`);
    more.addEventListener("click", () => {
      list.append(...same.map((resource) => element("li", {}, node(resource, byAddress, nodes))));
      list.querySelector(".same")?.focus();
      more.remove();
      redraw();
    });
    made.append(more);
  }
  nodes.set(`group:${group.name}`, made);
  for (const resource of group.resources) if (!nodes.has(resource.address)) nodes.set(resource.address, made);
  return made;
}

function node(resource, byAddress, nodes) {
  const change = byAddress.get(resource.address);
  const kind = element("span", { class: "kind" }, breakable(resource.type), change && [" · ", element("b", {}, TITLES.get(change.class))]);
  const made = element(
    "button",
    { type: "button", class: `node ${change ? change.class : "same"}`, "data-address": resource.address, title: resource.address },
    element("span", { class: "name" }, breakable(resource.name.startsWith(`${resource.group}_`) ? resource.name.slice(resource.group.length + 1) : resource.name)),
    kind,
  );
  if (change) made.addEventListener("click", () => goTo(change));
  else made.setAttribute("aria-disabled", "true");
  nodes.set(resource.address, made);
  return made;
}

function drawLines(map, lines, plan, nodes) {
  const frame = map.getBoundingClientRect();
  const place = (made) => {
    const box = made.getBoundingClientRect();
    return { left: box.left - frame.left + map.scrollLeft, right: box.right - frame.left + map.scrollLeft, middle: (box.top + box.bottom) / 2 - frame.top };
  };
  lines.setAttribute("width", map.scrollWidth);
  lines.setAttribute("height", map.scrollHeight);
  const drawn = new Map();
  for (const resource of plan.resources) {
    for (const target of resource.refers_to) {
      const [from, to] = [nodes.get(resource.address), nodes.get(target)];
      if (!from || !to || from === to || from.contains(to) || to.contains(from) || !map.contains(from) || !map.contains(to)) continue;
      const known = drawn.get(from) ?? drawn.set(from, new Map()).get(from);
      if (!known.has(to)) known.set(to, { ends: new Set() });
      known.get(to).ends.add(resource.address).add(target);
    }
  }
  const paths = [];
  for (const [from, targets] of drawn) {
    for (const [to, { ends }] of targets) {
      const [start, end] = [place(from), place(to)];
      const forward = end.left >= start.right;
      const x1 = forward ? start.right : start.left;
      const x2 = forward ? end.left : end.right;
      const bend = Math.max(24, Math.abs(x2 - x1) / 2) * (forward ? 1 : -1);
      const sameColumn = !forward && end.right > start.left;
      const path = document.createElementNS(SVG, "path");
      path.setAttribute(
        "d",
        sameColumn
          ? `M ${start.right} ${start.middle} C ${start.right + 32} ${start.middle}, ${end.right + 32} ${end.middle}, ${end.right} ${end.middle}`
          : `M ${x1} ${start.middle} C ${x1 + bend} ${start.middle}, ${x2 - bend} ${end.middle}, ${x2} ${end.middle}`,
      );
      path.ends = ends;
      paths.push(path);
    }
  }
  lines.replaceChildren(...paths);
}

function light(map, nodes, chosen) {
  map.classList.toggle("focused", Boolean(chosen));
  for (const made of map.querySelectorAll(".near")) made.classList.remove("near");
  if (!chosen) return;
  chosen.classList.add("near");
  for (const path of map.querySelectorAll("path")) {
    if (!path.ends.has(chosen.dataset.address)) continue;
    path.classList.add("near");
    for (const address of path.ends) nodes.get(address)?.classList.add("near");
  }
}
