"""`ops catalogue check`: the files that ship pass, and whatever is wrong is named by file and key."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ops import catalogue
from ops.__main__ import ops
from ops.project import OFFICES, ROOT

TOML = (OFFICES / "1801.toml").read_text(encoding="utf-8")
FILES = sorted(OFFICES.glob("*.toml"))


def problems_of(text: str, folder: Path, name: str = "1801.toml") -> list[str]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return list(catalogue.problems(path))


def changed(old: str, new: str) -> str:
    assert old in TOML
    return TOML.replace(old, new, 1)


def with_texts(text: str, name: str = "completed", language: str = "id", other: str | None = None) -> str:
    """The file with one text of its own, in both languages unless `other` is empty."""
    second = {"id": "en", "en": "id"}[language]
    said = f'\n[texts.{language}]\n{name} = "{text}"\n'
    return TOML + said + (f'\n[texts.{second}]\n{name} = "{text if other is None else other}"\n' if other != "" else "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_that_ship_are_as_they_should_be(path: Path) -> None:
    assert list(catalogue.problems(path)) == []


def test_the_check_starts_where_a_file_is_so_wrong_that_no_function_would(tmp_path: Path) -> None:
    for name in ("chalicelib", "ops"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / ".chalice", tmp_path / ".chalice", ignore=shutil.ignore_patterns("deploy*"))
    broken = tmp_path / "chalicelib" / "offices" / "1801.toml"
    broken.write_text(TOML.replace("[sms]", "[letters]"), encoding="utf-8")
    command = [sys.executable, "-m", "ops", "catalogue", "check"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert "1801.toml: letters: " in done.stdout
    assert "Traceback" not in done.stderr


GOOD = "Permohonan {service} dengan nomor {id} sudah selesai. Terima kasih banyak dari kami semua."
WRONG: list[tuple[str, str]] = [
    (f"{TOML}[coexistence]\nquiet_minutes = -1\n", "coexistence.quiet_minutes: "),
    (f'{TOML}[coexistence.words]\nsiap = "ready"\n', "coexistence.words.siap: "),
    (f'{TOML}[coexistence.words]\n"/siap" = "finished"\n', "coexistence.words./siap: "),
    (f'{TOML}[coexistence.words]\n"/siap" = "ready"\n"/Siap" = "completed"\n', "coexistence: "),
    ("name = ", "this is no TOML"),
    (changed('zone = "WIB"', 'zone = "CET"'), "zone: "),
    (changed('zone = "WIB"', ""), "zone: "),
    (changed('zone = "WIB"', 'zone = "WIB"\ncolour = "blue"'), "colour: "),
    (changed('"08:00-15:00"', '"15:00-08:00"'), "calendar.monday: "),
    (changed('"08:00-15:00"', '"8-15"'), "calendar.monday: "),
    (changed('last = "2027-03-09"', 'last = "2027-02-07"'), "calendar.seasons.0: "),
    (changed('"2026-12-25"', '"25-12-2026"'), "calendar.closed.0: "),
    (changed("[calendar.extra]", '[calendar.extra]\n"sabtu" = "08:00-12:00"'), "calendar.extra.sabtu: "),
    (changed('"hold"]', '"holding"]'), "notify.5"),
    (changed('output = "pdf"', 'output = "fax"'), "services.KK.output: "),
    (changed("done_hours = 24", "done_hours = 0"), "services.KK.done_hours: "),
    (changed(', en = "Family card (KK)"', ""), "services.KK.name.en: "),
    (changed('number = "0811-0000-0001"', 'number = "ask us"'), "services.KK.number: "),
    (changed("[services.KK]", "[services.kk]"), "services.kk"),
    (changed('id = "Kartu Keluarga"', 'id = "Kartu Keluarga Warga Negara"'), "services.KK.name.id: a row"),
    (changed('"kk", ', '"kk", "ktp", '), "services.KTP.words: 'ktp'"),
    (changed('"kk", ', '"kk", "baru", '), "services.KK.words: 'baru'"),
    (changed('"kk", ', '"kk", "pak", '), "services.KK.words: 'pak'"),
    (changed('{ code = "kk", ', '{ code = "KK", '), "services.KTP.needs.0.code: "),
    (changed('{ code = "kk", ', "{ "), "services.KTP.needs.0.code: "),
    (changed('{ code = "police-letter", ', '{ code = "kk", '), "services.KTP.needs: Value error, 'kk' is the code of two"),
    (changed('"F-1.02", en = "form F-1.02"', '"F-1.02"'), "services.KK.needs.0.en: "),
    (changed('"form F-1.02" }', '"form of forms.example.com" }'), "services.KK: forms.example.com"),
    (changed("media_days = 30", "media_days = 7"), "media_days: "),
    (changed("media_days = 30", "media_days = 365"), "media_days: "),
    (changed('sender = "DUKCAPIL"', 'sender = "DUKCAPIL LAMSEL"'), "sms.sender: "),
    (changed('monday = "08:00-15:00"', 'monday = "08:15-15:45"\nsaturday = "09:15-11:45"'), "services.KTP: the SMS for ready"),
    (changed('links = ["lapor.go.id"]', "links = []"), "texts.id.rejected: lapor.go.id"),
    (changed('links = ["lapor.go.id"]', 'links = ["https://lapor.go.id"]'), "links.0: "),
    (changed(", Kalianda", ", Kalianda, lihat peta.example.com"), "place: peta.example.com"),
    (with_texts("Selesai. Lihat bit.ly/kabar, nomor {id} Anda."), "texts.id.completed: bit.ly"),
    (with_texts(GOOD, "finished"), "texts.id.finished: there is no such text"),
    (with_texts(GOOD, other=""), "texts.id.completed: say it in both languages"),
    (with_texts(GOOD.replace("{id}", "{reason}")), "texts.id.completed: {reason}"),
    (with_texts(GOOD.replace("{id}", "{nomor}")), "texts.id.completed: {nomor}"),
    (with_texts(GOOD.replace("{id}", "{id")), "texts.id.completed: "),
    (with_texts("{id} selesai. Terima kasih banyak dari kami."), "texts.id.completed: a template neither begins"),
    (with_texts("Terima kasih banyak dari kami semua: {id}."), "texts.id.completed: a template neither begins"),
    (with_texts("Terima kasih banyak dari kami semua {service} {id} ya."), "texts.id.completed: a template has words between"),
    (with_texts("Selesai {service} dan {id} ya."), "texts.id.completed: a template has more words"),
    (with_texts("Terima kasih banyak.\\nNomor {id} selesai."), "texts.id.completed: a template has no line breaks"),
    (with_texts("Nomor {id} selesai. " + "panjang " * 125), "texts.id.completed: with the longest values"),
    (with_texts("Ada apa? {list} " + "Panjang sekali. " * 60, "confirm"), "texts.id.confirm: it has"),
    (with_texts("Hubungi +62 812-0000-0001, nomor {id} selesai."), "texts.id.completed: a phone number"),
]


@pytest.mark.parametrize(("text", "named"), WRONG, ids=[named for _, named in WRONG])
def test_what_is_wrong_is_named_by_file_and_key(text: str, named: str, tmp_path: Path) -> None:
    found = problems_of(text, tmp_path)

    assert any(f"1801.toml: {named}" in one for one in found), found


def test_lists_by_language_are_the_form_of_before(tmp_path: Path) -> None:
    start, _, rest = TOML.partition("[services.KTP]")
    before, _, after = rest.partition("needs = [")
    old = (
        f'{start}[services.KTP]{before}needs = {{ id = ["Kartu Keluarga"], en = ["family card"] }}\n'
        + after.partition("]\n")[2]
    )

    assert any(
        one.startswith("1801.toml: services.KTP.needs: Input should be a valid list") for one in problems_of(old, tmp_path)
    )


def test_own_texts_that_keep_the_rules_pass(tmp_path: Path) -> None:
    assert problems_of(with_texts(GOOD), tmp_path) == []


def test_file_is_called_by_its_region_code(tmp_path: Path) -> None:
    assert problems_of(TOML, tmp_path, "lamsel.toml") == [
        "lamsel.toml: an office's file is called by its region code, such as 1801.toml"
    ]


def test_ten_services_are_one_too_many_for_a_list(tmp_path: Path) -> None:
    start, _, services = TOML.partition("[services.KK]")
    kk = "[services.KK]" + services.partition("[services.KTP]")[0]
    words = 'words = ["kk", "kartu keluarga", "kartu kk", "kepala keluarga", "anggota keluarga", "family card"]'
    assert words in kk
    many = [
        kk.replace("[services.KK]", f"[services.A{letter}]").replace(words, f'words = ["a{letter}a"]')
        for letter in "ABCDEFGHIJ"
    ]

    found = problems_of(start + "".join(many), tmp_path)

    assert [one for one in found if "services: a list has room for 9" in one]


def test_the_command_passes_and_fails(tmp_path: Path) -> None:
    wrong = tmp_path / "1801.toml"
    wrong.write_text(changed('zone = "WIB"', 'zone = "CET"'), encoding="utf-8")

    passed, failed = (CliRunner().invoke(ops, ["catalogue", "check", *files]) for files in ([], [str(wrong)]))

    assert (passed.exit_code, failed.exit_code) == (0, 1)
    assert "3 files are as they should be" in passed.output
    assert "1801.toml: zone: Input should be 'WIB', 'WITA' or 'WIT'" in failed.output
    assert "1 problems in 1 files" in failed.output
