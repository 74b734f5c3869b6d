"""How residents of Lampung spell and say things: Indonesian, chat spelling, Javanese, Lampung, Sundanese, some English.

Tables, to be extended by whoever reads what residents write. A row begins with a word as the rules know it; then come the ways
in which people type it. What was typed may stand in one row only. `chalicelib.domain.spelling` applies them.
"""


def _rows(text: str, between: str) -> dict[str, tuple[str, ...]]:
    """The rows of a table; an indented line belongs to the row above it."""
    rows = (row.partition(": ") for row in text.replace("\n    ", " ").strip().splitlines() if row and not row.startswith("#"))
    return {word: tuple(typed.strip() for typed in rest.split(between)) for word, _, rest in rows}


SPELLINGS = _rows(
    """
# who
saya: sy sya syaa ak aku aq akuh gw gue gua gwe gwa ane kulo kula nyak nyaku abdi kami kita kmi i my me mine we us our ku
    guweh
petugas: ptugas ptgs petugase pegawai staf staff operator cs officer agent pgawai oprator petugasny
admin: mimin adm adminnya adminny
orang: org wong orangnya wonge human manusia person uwong jelema
robot: bot bots robotnya mesin otomatis
anak: ank anaku lare bayi baby kid child adek adik adikku adekku putra putri putu cucu
kerabat: istri istriku bini wife bojo bojoku suami suamiku husband ortu ibuku bapakku mertua warga keponakan kakek nenek
    simbok ayah ayahku mama papa
dukcapil: disdukcapil capil discapil dispendukcapil ducapil dukcapi disduk kependudukan
# yes, no, when
tidak: tdk ga gak gk g gag nggak ngga nggk enggak engga kagak kaga ndak nda gaa ora ra mboten boten teu dak idak not nope
    gakk tida tdak ngak enda
belum: blm blum blom belom blun lum lom durung rung dereng drg acan blon belon yet blmm beluum bloom durong
sudah: udah udh sdh dah uda wis wes uwis uwes sampun mpun radu atos geus already tlah telah sudh udahh suda udhh sdah wus
jangan: jgn jngn jgan ojo dont ojok jangn
kapan: kpn kpan iraha idan when kpnn kapn
kalau: klo kalo klu kl nek jika bila misal misalnya misalkan if apabila yen kalu lamun
siapa: sp sapa sopo sinten who
kenapa: knp knpa napa mengapa ngopo why ngapa
kok: ko koq
langganan: subscribe berlangganan subcribe langgan
lagi: lg lgi maneh meneh again lagii deui lgii
dulu: dlu dl sek riyin
masih: msh masi still isih
baru: bru br anyar enggal new baruu
mulai: start mulaii begin mule
# questions
bagaimana: gimana gmn gmana gmna gimn gimna bgmn bgaimana bgmna bagaimna piye pie pye piyee pripun kepriye dospundi kumaha
    how gemana gmnaa gmne gimane kekmana
berapa: brp brpa brapa berpa piro pinten pira sabaraha brpaa
apa: opo apo nopo what ap apaa
mana: mn endi pundi where manaa ngendi dimana dmn dmna
sampai: sampe smpe smpai tekan nyampe nganti ampe sampek smpk nyampai smp
# what somebody wants
mau: mo mw mao mauu maw pengen pgn pngn pengin kepingin pingin ingin hendak bermaksud arep meh badhe bade hoyong haga want
    wanna akan berencana rencana rencananya berniat maumau like
perlu: butuh btuh prlu need needed dibutuhkan diperlukan membutuhkan memerlukan wajib
minta: mnta njaluk njalok nyuwun mint meminta mintak
diminta: dijaluki dimintai dimintain njaluki disuruh suruh
mohon: mhn mohn mohonn please pls plis plss monggo mhon
tolong: tlg tlong tlng tulung tolongin tolonglah tolng tolg
bantu: bantuin dibantu bntu membantu mbantu bantuinlah bantukan
bantuan: bantuanny bantuannya help bntuan
# what is done to a document
buat: bikin bkin bikim bikn bwt mbuat buatkan buatin bikinin bikinkan dibikinin dibikinkan dibuatkan dibuat membuat
    pembuatan mbikin nggawe gawe gae nggae ndamel damel ndamelaken nyani make create nyieun ngadamel bkinin buatt bikinn
    buwat didamelke ndamelke digawekke gawekke gawekno dibuatke buatke bikinno
urus: ngurus ngrus urusin ngurusin mengurus diurus pengurusan uruskan ngurusi ngurusno urusnya menguruskan
ajukan: mengajukan ngajuin ngajukan ajuin diajukan apply ngajuken mengajuin
permohonan: pengajuan request permintaan pengajuanku pengajuanny prmohonan
daftar: ndaftar mendaftar daftarin pendaftaran daftarkan register mendaftarkan dftar
cetak: ctk nyetak mencetak cetakin dicetak dicetakkan pencetakan print ngeprint cetakkan nyetakin dicetakin cetakan ctak
ganti: gnti mengganti penggantian diganti gantiin gantikan replace pergantian ngganti
ubah: rubah merubah mengubah ngubah perubahan diubah ngerubah edit koreksi change dirubah
perbaiki: lengkapi melengkapi ngelengkapi dilengkapi benerin betulin memperbaiki perbaikan dibenerin dibetulkan membetulkan
    pembetulan ralat revisi perbaikin diperbaiki bnerin pembenaran
perbarui: pembaruan memperbarui diperbarui pembaharuan
tambah: nambah nambahin tambahin tambahkan menambah menambahkan penambahan nambahkan nambh masukin masukkan memasukkan
    memasukan dimasukin dimasukkan add nmbh tmbah ditambah ditambahkan masukan nambahken
pecah: pemecahan mecah memecah mecahin pcah
pisah: misah pisahin memisahkan pemisahan dipisah
gabung: bergabung digabung penggabungan
keluarkan: mengeluarkan keluarin ngeluarin dikeluarkan dikeluarin
hapus: menghapus dihapus ngapus hapuskan delete coret dihapuskan hapusin
numpang: menumpang nebeng
perpanjang: memperpanjang perpanjangan renew diperpanjang
terbitkan: diterbitkan menerbitkan penerbitan
rekam: perekaman merekam ngerekam direkam
lapor: laporkan laporin melapor melaporkan ngelapor ngelaporin laporan
# what happened to it
hilang: ilang hlng hilng hlang ilng ical kehilangan leungit lost kecopetan kemalingan kecurian dicopet dicuri stolen lenyap
    raib ketinggalan ilangg hillang hanyut jatuh terjatuh tercecer kececer
rusak: hangus gosong kebanjiran kegigit digigit rusk risak sobek suwek robek patah lecet terbakar kebakar kobong luntur
    buram broken damaged retak basah rsak rusakk kelupas ngelupas mengelupas kegunting
salah: keliru wrong slah kliru
jadi: jd jdi dadi dados sido siyos jadii jdii
selesai: slesai slsai kelar rampung beres finished finish klar tuntas slese selese selsai kelarnya
terbit: keluar issued metu
siap: ready
proses: diproses prosesnya prosese memproses prosesny processed process prosess
verifikasi: diverifikasi verif terverifikasi periksa diperiksa memeriksa
tolak: ditolak menolak reject rejected tertolak
kurang: kekurangan krg krang kurangnya
hasil: hasilnya hasile result asil
ambil: diambil ngambil mengambil jupuk dijupuk mendhet njupuk pengambilan pickup ngambilnya ambilin mengambilnya diambilkan
terima: menerima diterima nerima received trima receive
kirim: krm ngirim kirimin dikirim mengirim mengirimkan kirimkan dikirimkan dikirimi kirimi send sending krim ngirimin sent
    dikirimin dikirimkn kirimkn dikirm upload lampirkan
kabar: kbr kabarnya kabare kabarny kbar balasan jawaban tanggapan respon
tunggu: nunggu menunggu ditunggu ngenteni wait nungguin tunggunya
# how an office works
syarat: persyaratan sarat syrat syart syrt requirement requirements prsyaratan syaratt
biaya: beaya tarif ongkos harga cost fee price biayanya dipungut biayany
bawa: bw bwa mbawa bring dibawa membawa nggowo gowo bawak
bayar: mbayar byar byr membayar dibayar pay bayarnya bayare bayarny bayarr
gratis: free gratisan prei
uang: duit duwit money duitnya uangnya
buka: bukak open bukanya dibuka
tutup: closed close tutupnya
libur: holiday liburnya
jam: pukul hours hour jm
kantor: office kntor kantore loket kantornya kntr
alamat: almt address lokasi location alamatnya lokasinya shareloc sherlok
cara: crany crnya prosedur mekanisme alur langkah tatacara caranya carane step steps crane prosedurnya gimanacara
tanya: nanya bertanya menanyakan tnya tanyak ask nanyain menanya nny nanyakan tanyakan
info: informasi infoin inpo information infonya informasinya
formulir: form blangko blanko formulirnya
paham: ngerti mengerti understand mudeng pahamm memahami
bingung: bngung confused bingungg
bisa: bs bsa isa iso saged can bisaa bise
konsultasi: konsul berkonsultasi konsultasikan
boleh: bole oleh may blh
harus: hrus hrs kudu must harusnya mesti musti
lama: lm suwe lawas lame long lamaa kesuwen lawase lm2
banget: bgt bngt nian nihan tenan sanget sekali skali bangett amat bngttt bangets pisan
nomor: no nmr nomer number nomornya nomorny norek
nama: name namanya nm nami
scan: pindai discan scanning dipindai scanan
bahasa: bhs bhasa basa language
pakai: pake pakek gunakan memakai use using
kabari: kabarin kabarkan infokan beritahu kasihtau
foto: photo fotonya fotone fotony poto pict gambar
# talking
bicara: ngomong omong berbicara ngobrol speak talk bercakap ngomng ngobrolnya bicarakan mengobrol omongan
chat: ngechat chatting japri chatnya ngechet
hubungi: menghubungi dihubungi hub contact hubung menghubung dihubungin
sambungkan: sambungin disambungkan dihubungkan hubungkan connect sambung disambungin
telepon: telpon telp tlp tlpn ditelpon ditelepon telfon nelpon call menelepon ditelp phone nelfon tilpun tlpon ditelfon
pesan: message messages msg sms wa whatsapp notif notifikasi notification notifications pemberitahuan pesannya notifnya
    texting
balas: bales dibalas dibales reply jawab dijawab respons direspon blas
# stopping
berhenti: stop brhenti brenti stopp setop hentikan dihentikan henti mandeg unsub unsubscribe berenti brhnti stopin stoppp
    matikan
batal: batalkan batalin btalin btal batalke dibatalkan dibatalke dibatalin membatalkan ngebatalin pembatalan cancel mbatalke
    urungkan dibatalkannya btl batalinnya canceled cancelled
# displeasure
aktifkan: hidupkan nyalakan aktifin aktifkn activate
kecewa: kcewa kuciwa disappointed mengecewakan kecewaa gela kciwa
keluhan: mengeluh ngeluh komplain complain complaint pengaduan mengadu aduan ngadu protes komplen komplin complen
pelayanan: pelayananny pelayanane layanan service servis pelayananya plyanan layanannya pelayannya pelayanannya layani
    dilayani melayani
lambat: lelet lemot slow lamban lambatt leletnya
buruk: jelek elek bad terrible jlek bobrok ampas
kasar: judes jutek galak sombong cuek ketus songong
# whether it is real
benar: bener betul leres beneran true betulkah bnr bner really
penipuan: penipu nipu tipu scam hoax hoaks hoak modus fake palsu ketipu tertipu bohongan penipuuan tipuan
asli: original genuine ori real
resmi: official resminya
ngaku: mengaku mengatasnamakan ngakunya
# languages
inggris: english inglish inggeris eng
indonesia: indonesian indo
# people and papers
nikah: menikah kawin married perkawinan pernikahan nikahan
sendiri: dewe dewek sndiri mandiri
status: statusnya sts statusny stat
cek: check ngecek mengecek dicek cekin checking lacak cekkan pantau lihat liat tengok
perkembangan: progres progress kelanjutan lanjutan kelanjutannya perkembangannya tindaklanjut nasib
update: updet apdet upd updates
# connecting words
yang: yg yng sing ingkang sg sai
dari: dr seko saking from
untuk: utk kanggo nggo for untk bwat buwt
di: d neng nang ning ing at nong
ke: k dateng guk marang
dan: n and lan karo sareng
atau: ato or utawa
satu: 1 one siji setunggal
ada: ono wonten available ana enek adakah
dapat: dpt dapet dpat get
punya: pnya gadah have gaduh punyanya
hari: hr day days dina
tapi: tp tpi tetapi but namun
""",
    " ",
)

# Several words that are one.
PHRASES = _rows(
    """
bagaimana: kaya mana, kayak mana, kek mana, kados pundi
kedatangan: pindah datang, pindah masuk
makasih: terima kasih, trimo kasih, tarimo kasih, terimo kasih, trima kasih, mtr nwn, terima ksh, trm kasih, terima kasih
    infonya, terima kasih atas infonya, terima kasih bantuannya, terima kasih atas bantuannya, makasih infonya, makasih atas
    infonya, makasih bantuannya, makasih atas bantuannya, makasih sudah dibantu, terima kasih sudah dibantu, terima kasih
    penjelasannya, makasih penjelasannya, thanks for info, sama sama
halo: sugeng enjing, sugeng siang, sugeng sonten, sugeng dalu, wilujeng enjing, wilujeng siang, kulo nuwun, nuwun sewu,
    nyuwun sewu, good morning, good afternoon, good evening, selamat tahun baru, selamat hari raya, selamat idul fitri,
    selamat natal, salam sejahtera, salam kenal, maaf ganggu, maaf mengganggu, maaf mengganggu waktunya, maaf mengganggu
    waktu, maaf ganggu waktunya, slamet enjing, slamet siang
perkembangan: follow up, follow upnya, tindak lanjut
dukcapil: catatan sipil, dinas dukcapil, kependudukan catatan sipil, dukcapil dan dukcapil
petugas: customer service, call center, pihak dukcapil, call centre
paham: mak pandai
rusak: tidak terbaca, kena air, kena hujan, kena banjir, tidak kebaca, dimakan tikus, dimakan rayap, tidak bisa dibaca
nah: yang terhormat, kalau begitu, kalau gitu
saya mau: i would like, would like
""",
    ", ",
)

# Several words that people type as one.
JOINED = _rows(
    """
tidak jadi: gajadi gakjadi gkjadi nggakjadi
tidak usah: gausah gakusah
tidak bisa: gabisa
tidak ada: gaada gakada
sudah jadi: udahjadi sudahjadi
belum jadi: blmjadi blomjadi belumjadi
kapan jadi: kapanjadi
bagaimana: gmnya gimanaya
kartu keluarga: kartukeluarga
surat pindah: suratpindah
ktp saya: ktpsaya
kk saya: kksaya
apa saja: apasaja
berapa lama: brplama
nomor antrian: nomorantrian
perkembangan: followup
makasih: matursuwunn
""",
    " ",
)

GREETINGS = """
halo hallo haloo hai hi hii hello helo hey hei hay hy oi oy woi woy heh ping p pp ppp tes test spada salam slm shalom
syalom pagi pgi siang siank sore malam mlm malem slmt selamat met slamet excuse assalamualaikum assalamu assalam aslmkm
asslmkm aslamualaikum asalamualaikum assalamualaikm assalamualikum alaikum mualaikum waalaikumsalam waalaikumussalam ass
asw askum samlekum samlikum mikum wr wb warahmatullahi wabarakatuh warohmatullahi wabarokatuh permisi punten misi
kulonuwun sampurasun tabik tabikpun yth swastiastu alo assalamualaiku السلام عليكم assalammualaikum asslamualaikum
assalamualaykum
"""

# Greetings that people spell in more ways than a table can hold: "assalamu'alaikum".
GREETING_SHAPE = (
    r"as{1,2}[a-z]{0,2}lm|w[ao]r[ao]h?matul[a-z]*|wabar[ao]k[a-z]*|w?a+s+[a-z]{0,3}l[a-z]{0,4}(l[a-z]{0,2}[kh]u*m|kum|lkm|km)"
)

THANKS = """
makasih alhamdulillah alhamdulilah makasi mkasih mksh mksih mks makasihh terimakasih terimaksh terimakasi trimakasih
trimakasi trimaksih trims trimss tks tq tengkyu tengkiu thx thanks thank thankyou tysm ty suwun swun matursuwun
maturnuwun nuwun nuhun haturnuhun tarimokasih tarimakasih jazakallah jazakumullah syukron suksma nerimakasih tengs thnks
thanx mauliate terimakasiih
"""

# Whoever is addressed, and what a sentence can do without. These are left out before any rule looks.
FILLERS = """
pak bapak bpk bp pa bu ibu ibuk bunda mas mbak mba mbk kak kakak kaka ka bang abang bro sis gan bos boss om tante nak le
nduk min ya yaa yah yo iyo dong donk dongg dung sih nih deh loh lho lo geh gin nah lah nya ny ne to tho ta itu tu tuh
pun juga jg aja saja wae ae doang maaf maap sorry izin ijin mengganggu waktunya menjelang sekalian semua kadis kabid
kira kiranya sekadar sekedar hehe hehehe wkwk wkwkwk haha hormat dengan dgn yak puari njih nggih iya iyaa nggeh inggih
the a an is are do does did you your it its of will be am so much very kan men tuan nyonya dik panjenengan mantri lur
cuk jal mah matur hatur banyak byk bnyk bnyak atuh teh euy oh eh kakk agak sampean
"""

# What asks without a question mark.
ASKING = """
tah kah tidakkah any apakh
"""

# Fillers that say yes when they are all there is.
AGREEING = """
ya yaa yah yo iya nggih nggeh njih inggih iyaa iyo
"""

EMOJI_THANKS = "🙏👍👌❤🥰😊🤝💯🤗😍"
