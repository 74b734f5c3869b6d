// Making and finding elements. Words become text nodes: nothing here parses markup.

export const byId = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function icon(name, className = "icon") {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

// Shows words in an element, or hides it when there are none.
export function tell(element, words) {
  if (element.textContent !== words) element.textContent = words;
  element.hidden = !words;
}

let ending;

// Says something for some seconds.
export function toast(words) {
  clearTimeout(ending);
  tell(byId("toast"), words);
  ending = setTimeout(() => tell(byId("toast"), ""), 6000);
}
