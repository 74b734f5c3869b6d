// WhatsApp's marks, and times as people in western Indonesia read them.

const ZONE = "Asia/Jakarta";
const dated = (options) => new Intl.DateTimeFormat("id-ID", { timeZone: ZONE, ...options });
const HOUR = dated({ hour: "2-digit", minute: "2-digit" });
const DAY = dated({ weekday: "long", day: "numeric", month: "long", year: "numeric" });

export const hour = (iso) => HOUR.format(new Date(iso));
export const day = (iso) => DAY.format(new Date(iso));

// Indonesian mobile numbers in groups, all others as they are.
export const phoneNumber = (address) => address.replace(/^\+62(\d{3})(\d{3,4})(\d{3,5})$/u, "+62 $1-$2-$3");

// A mark counts at the edge of a word, and not around white space: 2*3*4 stays as it is.
const marked = (mark, tag) =>
  `(?<![\\p{L}\\p{N}${mark}])${mark}(?<${tag}>[^\\s${mark}](?:[^\\n${mark}]*[^\\s${mark}])?)${mark}(?![\\p{L}\\p{N}${mark}])`;
const MARKED = new RegExp(
  ["```(?<code>[^]+?)```", marked("\\*", "strong"), marked("_", "em"), marked("~", "s")].join("|"),
  "gu",
);

// A message's words as nodes; each mark becomes an element, all else text.
export function formatted(text) {
  const made = document.createDocumentFragment();
  let end = 0;
  for (const found of text.matchAll(MARKED)) {
    const [tag, inner] = Object.entries(found.groups).find(([, words]) => words !== undefined);
    const element = document.createElement(tag);
    element.append(tag === "code" ? inner : formatted(inner));
    made.append(text.slice(end, found.index), element);
    end = found.index + found[0].length;
  }
  made.append(text.slice(end));
  return made;
}

// The same without its marks, on one line.
export function plain(text) {
  return formatted(text).textContent.replace(/\s+/gu, " ");
}
