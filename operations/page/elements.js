// Elements are made from text alone: nothing of a report is ever taken for markup.

const report = JSON.parse(document.getElementById("report").textContent);

function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.includes("-") && name !== "list") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

function copyButton(text, label) {
  const button = element("button", { type: "button", class: "small" }, label ?? "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = element("textarea", { value: text, class: "hidden" });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label ?? "Copy"), 1500);
  });
  return button;
}

// Long names may be broken after the characters that join their words.
function breakable(text) {
  return text.split(/(?<=[_.-])/).flatMap((part) => [part, element("wbr")]);
}

function plural(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

const byId = (id) => document.getElementById(id);
