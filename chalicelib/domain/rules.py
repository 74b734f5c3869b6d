"""What a resident can mean, and the ordered rules that tell, as data. No model, nothing learnt: read it and change it.

The first rule that fits counts. A rule fits when one of its phrases stands in the message and none of its exceptions does;
`phrases` says how to read them, and `spelling` which words they are made of. Where a mistake would be dear (opening a
request, opting out) the phrases are narrow, and a question opens nothing: its answer has the button that does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from chalicelib.domain import phrases
from chalicelib.domain.phrases import PAUSE, SERVICE, Phrase


class Wish(StrEnum):
    """What a message asks for."""

    OPEN = "open"
    ANOTHER = "another"
    STATUS = "status"
    HELP = "help"
    HUMAN = "human"
    COMPLAINT = "complaint"
    REAL = "real"
    CANCEL = "cancel"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    ENGLISH = "english"
    INDONESIAN = "indonesian"
    OTHER_LANGUAGE = "other_language"
    YES = "yes"
    NO = "no"
    THANKS = "thanks"
    GREETING = "greeting"
    ELSE = "else"


GROUPS = {
    "polite": "tolong mohon minta bantu sudah saya mau makasih halo",
    "want": "mau perlu minta mohon tolong bantu",
    "do": "buat urus ajukan daftar cetak ganti ubah perbaiki perbarui tambah pecah pisah gabung perpanjang terbitkan rekam "
    "numpang hapus keluarkan",
    "make": "buat urus ajukan daftar cetak ganti ubah perbaiki perbarui tambah pecah pisah gabung perpanjang terbitkan rekam "
    "numpang hapus keluarkan permohonan proses",
    "made": "buat urus ajukan daftar cetak ganti ubah perbaiki",
    "start": "tolong mohon minta bantu bantuan mau perlu saya halo kerabat anak petugas dukcapil sekalian sekarang",
    "ask": "tolong mohon minta bantu bantuan mau perlu halo petugas dukcapil sekalian sekarang",
    "owner": "saya anak kerabat untuk yang lama baru satu ikut sudah ini keluarga sama punya surat dapat pertama",
    "lost": "hilang rusak salah kadaluarsa",
    "done": "jadi selesai terbit siap cetak proses acc lengkap ambil sampai terima masuk cek verifikasi hasil",
    "mine": "permohonan berkas data dokumen proses surat kartu punya yang antrian antrean urusan kelengkapan foto",
    "person": "petugas admin orang",
    "talk": "bicara chat hubungi sambungkan telepon ketemu bertemu tanya konsultasi bantu bantuan",
    "place": "dulu di ke dari sini nomor hp saya ini lagi terus mulu",
    "language": "pakai in ke bahasa ganti mohon tolong mau bisa dalam bicara saya only version versi ?",
    "yes": "iya ya yakin benar setuju yes yess y iyaa lanjut",
    "fine": "ok oke okay okeh okey sip siap baik baiklah mantap mantab 86 noted mantul good great nice"
    " sipp okelah jos joss hebat",
    "papers": "dokumen berkas syarat surat",
    "bad": "kecewa keluhan pungli calo payah parah kasar mempersulit dipersulit dipingpong php becus ombudsman bangsat "
    "percuma keterlaluan kapok ngapain goblok tolol bego oknum emosi jengkel kesal marah bentak dibentak malas "
    "dilempar capek cape nyebelin",
}


@dataclass(frozen=True)
class Rule:
    """One rule: its name, what it finds, and the phrases that it goes by, one a line.

    whole: a phrase must be all of the message, whatever its pauses. named: the message must name a service.
    """

    name: str
    wish: Wish
    says: str
    unless: str = ""
    whole: bool = False
    named: bool = False
    phrases: tuple[Phrase, ...] = field(init=False, repr=False)
    exceptions: tuple[Phrase, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        says = phrases.read(self.says, GROUPS)
        whole = tuple(replace(phrase, starts=True, ends=True) for phrase in says)
        object.__setattr__(self, "phrases", whole if self.whole else says)
        object.__setattr__(self, "exceptions", phrases.read(self.unless, GROUPS))

    def find(self, words: list[str]) -> tuple[int, int] | None:
        """Where the rule's phrase stands, None when the rule does not fit."""
        if (self.named and not services(words)) or any(one.find(words) for one in self.exceptions):
            return None
        if self.whole:
            words = [word for word in words if word != PAUSE]
        return next((found for one in self.phrases if (found := one.find(words))), None)


RULES = (
    Rule(
        "wants no more messages",
        Wish.OPT_OUT,
        """
        tolong|mohon|minta|halo* [saya] [mau] berhenti
        <polite>* berhenti|jangan [dulu] <polite>* kirim|terima|dapat <place>* pesan <place>*
        <polite>* berhenti|jangan <polite>* pesan <place>*
        <polite>* jangan kirim <place>* lagi <place>*
        <polite>* tidak mau|perlu|usah [di] [terima|kirim|dapat] pesan <place>*
        <polite>* berhenti [dari] langganan
        <polite>* hapus saya|nomor [saya] [dari] daftar|sini|kontak
        <polite>* jangan kirim apa [apa] <place>*
        <polite>* tidak mau|perlu|usah [di] hubungi|ganggu <place>*
        <polite>* jangan hubungi|ganggu|telepon|chat <place>*
        """,
        whole=True,
    ),
    Rule(
        "wants messages again",
        Wish.OPT_IN,
        """
        <polite>* mulai [lagi]
        <polite>* mulai [kirim] pesan [lagi|kembali]
        <polite>* aktifkan|lanjutkan kembali|lagi|pesan|kirim*
        <polite>* terima|dapat pesan kembali|lagi
        <polite>* kirim <place>* pesan lagi|kembali
        <polite>* kirim lagi pesan
        <polite>* terima|dapat info|kabar lagi|kembali
        <polite>* langganan [kembali|lagi]
        """,
        whole=True,
    ),
    Rule(
        "wants English",
        Wish.ENGLISH,
        """
        <language>* inggris <language>*
        """,
        whole=True,
    ),
    Rule(
        "wants Indonesian",
        Wish.INDONESIAN,
        """
        <language>* indonesia <language>*
        """,
        whole=True,
    ),
    Rule(
        "asks for English",
        Wish.ENGLISH,
        """
        inggris mohon|tolong
        bicara inggris
        tidak paham indonesia
        """,
    ),
    Rule(
        "wants another language",
        Wish.OTHER_LANGUAGE,
        """
        <polite>* ganti bahasa
        bahasa|lang
        ubah bahasa
        """,
        whole=True,
    ),
    Rule(
        "asks whether it is real",
        Wish.REAL,
        """
        penipuan
        ngaku
        otp
        katanya [dari] dukcapil|petugas
        minta .. pin|kode|transfer|rekening ... ?
        link|tautan ... aman|benar|resmi|asli
        minta|diminta pin|otp|kode
        klik link|tautan
        dari dukcapil ?
        benar .. dari dinas
        asli|resmi|benar .. pesan|nomor|akun|dukcapil
        pesan|nomor|akun|ini|tautan|link .. asli|resmi
        ini .. benar .. dukcapil
        pesan|telepon .. benar ?
        dukcapil .. , apa|itu* benar
        ^ [ini] asli|resmi|benar ? $
        ^ [ini] asli|resmi|benar tidak|bukan [?] $
        dukcapil .. asli|resmi|bukan
        """,
        unless="""
        <service>|dokumen|foto|fotokopi|kartu asli
        asli <service>|dokumen|foto|fotokopi
        """,
    ),
    Rule(
        "is not content",
        Wish.COMPLAINT,
        """
        <bad>
        lambat
        pelayanan .. buruk|lama|perbaiki|bagaimana
        buruk|lama|begini|perhatikan|diperhatikan .. pelayanan
        kerja|kerjanya|kinerja .. buruk
        tidak|kurang ramah|becus|profesional|pelayanan|puas|ditanggapi|digubris|balas
        susah|sulit|repot|ribet banget
        kerja apa
        tidak memuaskan
        tidak ada .. balas|pelayanan
        diminta pulang
        main hp
        berkali kali .. datang|lapor|telepon
        saya rugi
        sistem|aplikasi|web .. buruk|error|rusak
        buruk banget
        kerja|kerjanya .. tidak benar
        tidak terima .. diperlakukan|begini
        pelayanan .. ditingkatkan|tingkatkan
        petugas tidak ada
        bagaimana dukcapil
        petugas .. marah|marah2|ramah
        makan gaji
        minta|diminta uang
        diminta bayar
        janji ..
        lapor .. bupati|ombudsman|polda|inspektorat|gubernur|presiden
        ^ [mau] lapor $
        bolak balik
        """,
        unless="""
        biaya|gratis ?
        ribet ... cara|bagaimana
        """,
    ),
    Rule(
        "wants a person",
        Wish.HUMAN,
        """
        <talk> .. <person>
        <person> .. <talk>
        nomor .. <person>
        ada|mana <person> .. ?
        ada <person> .. ?
        mana <person>
        <person> mana
        ^ <polite>* petugas [?] $
        ^ <polite>* admin [?] $
        robot
        bicara
        curhat
        nomor .. hubungi|telepon
        kontak .. <person>
        hubungi saya
        balas petugas
        <talk> langsung
        langsung .. <talk>|<person>
        balas .. <person>
        bisa .. telepon
        telepon saya|balik|kembali
        ^ <polite>* telepon [?] $
        nomor telepon
        sambungkan
        """,
    ),
    Rule(
        "wants it cancelled",
        Wish.CANCEL,
        """
        batal
        ^ <polite>* tidak jadi
        tidak jadi <make>
        cabut|tarik|hapus [kembali] permohonan|berkas
        permohonan|berkas .. cabut|tarik|hapus
        ^ <polite>* berhenti proses
        tidak usah|perlu jadi|lanjut|dilanjutkan|diteruskan|terus
        jangan|tidak [usah|perlu|mau] proses $
        jangan|tidak [usah|perlu|mau] proses lagi
        """,
        unless="""
        jangan .. batal
        tidak mau batal
        kenapa|kok|kalau|apa|bagaimana|bisa|sudah .. batal
        batal ?
        jadi jadi
        tidak jadi ?
        """,
    ),
    Rule(
        "asks for help",
        Wish.HELP,
        """
        <polite>* bantuan|bantu [saya]
        tolong|mohon [saya]
        <want>* bantuan [saya]
        """,
        whole=True,
    ),
    Rule(
        "asks for another one",
        Wish.ANOTHER,
        """
        ^ <polite>* baru $
        ^ <polite>* permohonan baru|lain $
        <make> permohonan baru|lagi|lain
        <make> [yang] baru|lain lagi
        tambah permohonan
        permohonan kedua|ke|lagi|2
        satu .. lagi
        ada lagi .. mau <make>
        ada .. lagi mau <make>
        <make> lagi .. untuk|buat
        ^ <polite>* <make> lagi $
        ^ <polite>* baru lagi $
        <make> .. lain
        """,
        unless="""
        <lost>
        """,
    ),
    Rule(
        "wants a document",
        Wish.OPEN,
        """
        mau .. <do> ... <service>
        mau <service>
        mau update <service>
        mau|minta|mohon|tolong <do> [surat] [yang] [lagi|baru|ulang|sendiri] $
        mau <do> [di] alamat|nama|data|status|foto|pekerjaan|tanggal $
        mau <owner>* <service>
        """,
        unless="""
        ?
        bagaimana|apa|berapa|syarat|cara|kapan|tanya|info|boleh|kalau|tapi|kenapa|kok|konsultasi|bingung|siapa|mana
        <service> kerja|tugas|sekolah|duduk|kamar|kelas
        sudah .. belum
        belum <done>|paham|tahu|bisa|dapat
        tidak .. mau|jadi|paham|tahu
        mau .. cek|ambil|kirim|tahu|lapor|antar|terima
        foto|berkas|dokumen|syarat untuk
        pakai|sesuai|nik|bawa|scan|fotokopi <service>
        """,
        named=True,
    ),
    Rule(
        "asks what is missing",
        Wish.STATUS,
        """
        kurang <papers> apa
        <papers> apa .. kurang|belum lengkap
        apa .. masih perlu
        apa .. missing
        """,
    ),
    Rule(
        "asks how it stands",
        Wish.STATUS,
        """
        ^ status
        cek
        sudah|apa|apakah .. <done> .. belum|?
        <done> .. sudah|belum ?
        sudah ... belum
        bisa [saya] ambil
        <mine> .. <done> ?
        ^ [<service>] [saya] sudah .. seminggu|sebulan|minggu|bulan|hari [ini] $
        masih antri|antrian
        sudah sampai
        tunggu apa
        tunggu berapa .. lagi
        kabar <service>|<mine>
        kurang apa
        <mine> .. kurang
        ada .. kurang
        tolak
        katanya .. <done>|jam|hari
        posisi
        <mine> [saya] [di] mana
        <service> .. sudah jadi|selesai|terbit
        ^ [saya] sudah [jadi|selesai] [?] $
        ^ jadi|selesai|terbit|belum ? $
        ^ [saya] [<service>] sudah [belum] $
        belum .. jadi|selesai|terbit|proses|balas|siap
        ada kabar
        belum .. kabar
        belum ada .. kabar|info|update|hasil
        tidak ada .. kabar|info|balas
        kenapa|kok .. belum|lama|tidak
        tidak jadi jadi
        kapan .. jadi|selesai|terbit|siap|ambil|dapat|terima|cetak|kirim|proses
        <done> kapan
        kapan [?] $
        jadi|selesai|terbit|siap|verifikasi|proses|lengkap ?
        berapa persen
        selanjutnya
        tanya permohonan|berkas|proses
        mulai kapan
        sampai mana
        sampai di mana
        sampai .. tahap
        tahap mana|apa
        bagaimana .. <service>|<mine>|perkembangan|kabar|status
        <service>|<mine> ... bagaimana
        ^ [<polite>] bagaimana [?] $
        kemarin bagaimana
        status .. <service>|<mine>|bagaimana|saya
        status apa
        apa sudah <done>|jadi|bisa|ada
        tanya|tahu|info|mohon|minta .. status|perkembangan|kabar
        ada .. kabar|update|perkembangan|hasil ?
        ^ [ada] kabar|update|perkembangan|status [?] $
        perkembangan
        update
        mana <service>|hasil|bukti
        <service> [saya] mana
        berapa .. lagi
        lama lagi
        masih proses
        masih lama ?|tidak|banget
        masih lama $
        lama banget
        banget lama
        tidak|masih|belum|sedang proses ?
        proses ?
        saya .. tunggu belum
        masih|sudah|saya .. tunggu kabar
        tunggu tidak|dari
        nomor .. hilang|lupa
        lupa nomor
        kenapa .. batal|tolak
        batal ?
        berhenti di mana
        """,
        unless="""
        kalau .. <lost>|<do>
        bagaimana|syarat|cara|biaya|bayar .. <do>
        <lost> ... bagaimana|syarat
        <lost> .. , .. bagaimana
        bisa|info|dokumen|mana|apa .. <do>
        dokumen apa
        ^ [saya] [mau] <do> <service> .. bagaimana
        kalau ... bagaimana
        kalau belum|tidak
        umur|usia .. sudah
        ambil [di] orang|kerabat|wakil
        kalau mau
        cara
        <fine> [,] [saya] tunggu kabar
        status nikah|kerja|pekerjaan
        ubah|ganti|perbarui .. status
        update data|alamat|<service>|anggota|nama
        kapan .. buka|tutup
        berapa lama .. <do>
        <do> .. berapa lama
        berapa lama ?
        makasih [,] .. sudah jadi|selesai|terbit|ambil|terima|sampai $
        sudah jadi|selesai|terbit|ambil|terima|sampai [saya] [,] makasih
        """,
    ),
    Rule(
        "asks how it is done",
        Wish.HELP,
        """
        syarat
        cara
        biaya
        bayar
        gratis
        formulir
        ^ <polite>* alamat [?] $
        alamat .. kantor|dukcapil|mana
        mana .. alamat
        ke mana
        jam berapa|buka|tutup|kerja|operasional|pelayanan|kantor|istirahat
        buka .. jam
        ^ [<polite>] jam [buka] [?] $
        kantor jam
        kantor .. mana|buka
        kantor .. tutup ?|jam
        di .. apa di
        mana .. kantor
        buka ?
        tutup ?
        buka|tutup sampai|jam|tidak|hari
        kapan buka|tutup|libur
        hari .. buka
        libur
        berapa
        bagaimana
        tanya
        info
        <do>|<lost>|<service> ... ?
        tolong|mohon|minta .. jelaskan|dijelaskan|penjelasan
        kalau .. <lost>|<do>|<service>|mau
        link|contoh
        apa|bisa|boleh|harus|perlu|bawa ... ?
        konsultasi
        kirim|bawa|siapkan|isi|perlu|harus apa
        <service> apa [?] $
        ini nomor|siapa
        nomor ini
        berlaku
        bisa ... belum
        apa .. bisa|boleh|perlu|harus|bawa|beda|bedanya|siapkan|disiapkan|kirim|isi|dilampirkan
        bisa|boleh .. tidak
        bisa .. wakil|diwakilkan|diwakilin|diwakilke|online|langsung
        diwakilkan|diwakilin|diwakilke
        harus .. dulu|lapor|bawa|datang|pakai .. ?|atau
        perlu|harus .. apa
        siapa
        beda|bedanya
        dokumen apa
        surat apa
        online
        bingung
        tidak|kurang|belum paham|tahu
        petunjuk|panduan|menu
        pelayanan apa
        di mana
        mana ?
        """,
        unless="""
        bisa [minta] tolong|bantu .. <make>
        """,
    ),
    Rule(
        "asks for a document",
        Wish.OPEN,
        """
        ^ <ask>* <make> ... <service>
        ^ <start>* <want> .. <make> ... <service>
        ^ saya|kerabat* ajukan ... <service>
        ^ <start>* <service> .. <lost>
        ^ <start>* <lost> .. <service>
        ^ <start>* <service> <owner>* [mau] <owner>* <do>
        ^ <start>* bantu|bantuan untuk <make> ... <service>
        ^ <want> <want>* <owner>* <service>
        ^ <start>* <service> [yang] baru
        ^ <start>* lapor .. <service>
        ^ <service> mau ke
        ^ tolong|mohon|minta* <service> ke
        nama|alamat|tanggal|tgl|data|huruf|kelamin|status .. <service> .. salah
        update data|alamat|anggota|nama|status .. <service>
        bisa|boleh [minta] tolong|bantu .. <make> ... <service>
        """,
        unless="""
        kalau|tapi|siapa|kata|diminta|ketemu|kenapa|kok|kapan
        <service> ... sudah .. jadi|sampai|terima|ambil|selesai|terbit|kirim
        <service> baru [saya] terima|ambil|sampai
        tidak|pernah|belum|bukan <lost>
        antri|antrian|antrean
        foto|berkas|dokumen|syarat|surat|buku|ini|data .. untuk <make>
        ini|foto <service>
        sudah|kemarin|tadi|waktu|pas|saat|setelah|habis|sedang|pernah|belum|gagal|yang [saya] <made>
        ^ [saya] sudah rekam <service> $
        saya lagi <do>
        jangan <make>
        tidak .. <make>
        pakai|sesuai|nik|bawa|scan|fotokopi <service>
        makasih <service>
        """,
    ),
    Rule(
        "names a document",
        Wish.OPEN,
        """
        <start>* <service> [hilang|rusak|baru]
        <start>* <do> [baru]
        mau <make> <lost>
        """,
        unless="""
        halo|makasih <service>
        """,
        whole=True,
    ),
    Rule(
        "asks something about their case",
        Wish.STATUS,
        """
        sudah|belum|lama|kapan .. ?
        """,
    ),
    Rule(
        "asks something",
        Wish.HELP,
        """
        ?
        atau
        """,
        unless="""
        ^ ? $
        """,
    ),
    Rule(
        "says no",
        Wish.NO,
        """
        ^ <polite>* tidak|jangan jadi|usah|mau|batal|perlu* $
        """,
    ),
    Rule(
        "says yes",
        Wish.YES,
        """
        ^ <yes> <yes>|saya|batal* $
        """,
    ),
    Rule(
        "asks how we are",
        Wish.GREETING,
        """
        ^ apa kabar [?] $
        """,
    ),
    Rule(
        "says thanks",
        Wish.THANKS,
        """
        makasih
        ^ <fine> <fine>|saya|paham|tunggu|siap|kabar* $
        """,
    ),
)


def services(words: Iterable[str]) -> tuple[str, ...]:
    """The services named, in order, each once."""
    return tuple(dict.fromkeys(word[len(SERVICE) :] for word in words if word.startswith(SERVICE)))
