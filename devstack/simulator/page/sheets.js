// What slides up over a chat: a list's rows, and the photos that are about to be sent.

import { Refused } from "./api.js";
import { byId, el, icon, tell } from "./dom.js";

const IMAGES = ["image/jpeg", "image/png"];

// Makes the buttons that close a dialog, and a press beside it, close it.
export function prepareDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.querySelector("[data-closes]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
}

// Opens a list; choose(row) is called at most once.
export function openMenu(menu, choose) {
  byId("menu-title").textContent = menu.button;
  byId("menu-sections").replaceChildren(
    ...menu.sections.map((section) =>
      el(
        "section",
        {},
        section.title ? el("h3", {}, section.title) : null,
        el("ul", { class: "rows" }, ...section.rows.map((row) => el("li", {}, rowButton(row, choose)))),
      ),
    ),
  );
  byId("menu").showModal();
}

function rowButton(row, choose) {
  const button = el(
    "button",
    { type: "button", class: "choice" },
    el("strong", {}, row.title),
    row.description ? el("small", {}, row.description) : null,
  );
  button.addEventListener("click", () => {
    byId("menu").close();
    choose(row);
  });
  return button;
}

// What a file is sent as.
export const kindOf = (file) => (IMAGES.includes(file.type) ? "image" : "document");

let chosen = [];

// Shows files before they are sent. largest: bytes by kind.
export function openPhotos(files, largest) {
  chosen = [...files];
  const tooLarge = chosen.find((file) => file.size > largest[kindOf(file)]);
  byId("previews").replaceChildren(...chosen.map((file) => el("li", {}, preview(file), el("span", {}, file.name))));
  byId("photo-title").textContent =
    chosen.length > 1
      ? `Kirim ${chosen.length} berkas`
      : kindOf(chosen[0]) === "image"
        ? "Kirim foto"
        : "Kirim dokumen";
  byId("caption").value = "";
  tell(
    byId("photo-error"),
    tooLarge
      ? `${tooLarge.name} terlalu besar: paling besar ${Math.floor(largest[kindOf(tooLarge)] / 1048576)} MB.`
      : "",
  );
  byId("photo-send").disabled = Boolean(tooLarge);
  byId("photo").showModal();
  if (!tooLarge) byId("caption").focus();
}

function preview(file) {
  if (kindOf(file) !== "image") return icon("file");
  const image = el("img", { src: URL.createObjectURL(file), alt: "" });
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  return image;
}

// send(files, caption) is called when the person says so; the sheet stays open until it is done.
export function preparePhotos(send) {
  byId("photo-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    byId("photo-send").disabled = true;
    try {
      await send(chosen, byId("caption").value.trim());
      byId("photo").close();
    } catch (error) {
      tell(byId("photo-error"), error instanceof Refused ? error.message : "Tidak terkirim: simulator tidak menjawab.");
    } finally {
      byId("photo-send").disabled = false;
    }
  });
}
