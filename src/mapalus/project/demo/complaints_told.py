"""What happened to each of the forty complaints: their titles, and the steps until the day of the tour.

Days are working days from the tour, clocks those of the province. Texts of the reporters stand in the story's table.
"""

from __future__ import annotations

from collections.abc import Mapping

from mapalus.project.demo.teller import Step

__all__ = ["CATEGORIES", "CLASSES", "FEEDBACK", "INCIDENT", "LAPOR", "SITE", "STEPS", "TITLES"]

INCIDENT, FEEDBACK = "S19", "C39 umpan balik"

CLASSES = {
    "pengaduan tidak berkadar pengawasan": "pengaduan",
    "pengaduan berkadar pengawasan": "pengawasan",
    "permintaan informasi": "informasi",
    "aspirasi": "aspirasi",
}
# what the reporter chose, by the category of the story's table
CATEGORIES = {
    "jalan": "jalan", "irigasi": "lainnya", "layanan kesehatan": "kesehatan", "jaminan kesehatan": "kesehatan",
    "pendidikan": "pendidikan", "pungutan di sekolah": "pendidikan", "bantuan sosial": "bansos",
    "layanan sosial": "bansos", "perikanan": "perikanan", "pelabuhan perikanan": "perikanan",
    "perizinan kapal": "perikanan", "pariwisata": "pariwisata", "dokumen kependudukan": "kependudukan",
    "bencana": "bencana", "internet desa": "internet", "situs pemerintah": "internet", "data": "internet",
    "penyalahgunaan wewenang": "aparatur", "kekerasan di lingkungan sekolah": "pendidikan",
    "aksesibilitas layanan": "layanan", "layanan kepegawaian": "layanan",
}  # fmt: skip
TITLES = {
    "C01": "Jalan provinsi arah Wori berlubang dalam di dua titik",
    "C02": "Jalan mo ka Wori so ancor, lobang basar dekat jembatan",
    "C03": "lubang di jln provinsi arah wori blm ditambal",
    "C04": "Drainase depan pasar Wori tersumbat, jalan tergenang",
    "C05": "Sampah di lorong blakang pasar so satu minggu nyanda angka",
    "C06": "Uang komite wajib Rp750.000 sebelum ujian, tanpa kuitansi",
    "C07": "Daftar hadir pelatihan ditandatangani untuk yang tidak hadir",
    "C08": "Pasien rujukan menunggu di IGD lebih dari enam jam",
    "C09": "Es di pelabuhan Tumumpa so dua hari kosong",
    "C10": "Titik internet kantor kampung mati tiga minggu",
    "C11": "internet kantor kampung Tatoareng mati 3 mggu",
    "C12": "Situs wisata pemerintah diduga disusupi iklan judi",
    "C13": "Nama saya tidak keluar lagi pada penyaluran bantuan",
    "C14": "Mo tanya urus KTP yang ilang, musti bayar?",
    "C15": "Memohon salinan Renja dan DPA Dinas PUPR dua tahun terakhir",
    "C16": "Air sungai so meluap, oma-oma belum bisa kaluar rumah",
    "C17": "Aer so maso rumah, ada orang tua nyanda bisa bajalang",
    "C18": "Gedung layanan tidak dapat dimasuki kursi roda",
    "C19": "Papan petunjuk desa wisata dua bahasa",
    "C20": "honor guru smk 3 bln blm dibayar",
    "C21": "Plafon dua ruang kelas SD jebol",
    "C22": "Pohong miring di tanjakan Pineleng tindis kabel",
    "C23": "Kartu pelaku usaha kelautan bagi 24 anggota belum terbit",
    "C24": "Perlakuan tidak pantas di lingkungan sekolah",
    "C25": "Di mana mengurus izin kapal 20 GT",
    "C26": "Usul angka mundur di lampu merah simpang tiga",
    "C27": "Jalan provinsi Ulu-Ondong tertutup longsor",
    "C28": "Jalan Ulu mo pi Ondong ta tutu longsor",
    "C29": "Kartu BPJS tidak aktif padahal iuran dipotong",
    "C30": "Berkas pensiun dua bulan tidak ada kabar",
    "C31": "lampu jalan depan lapangan mati smua",
    "C32": "promo pinjaman cepat cair tanpa jaminan",
    "C33": "tolong yg kemarin itu ditindaklanjuti",
    "C34": "Digugurkan dalam tender, minta evaluasi diulang",
    "C35": "Tanah dalam perkara mulai dipagari",
    "C36": "Kursi roda dua warga panti rusak",
    "C37": "Asked to pay twice at the Bunaken pier",
    "C38": "Saluran aer di kobong bocor, sayor kring samua",
    "C39": "Dua angka penduduk Kota Bitung di portal",
    "C40": "Dokter kandungan so dua bulan nyanda ada",
}
LAPOR = {"C06": "9000006", "C18": "9000018", "C29": "9000029", "C34": "9000034"}  # invented numbers


def _show(day: int, clock: str, unit: str, kind: str = "pengaduan") -> Step:
    return Step(day, clock, "verifikasi_tayang", "admin", {"klasifikasi": kind, "unit_tujuan": unit})


def _accept(day: int, clock: str) -> Step:
    return Step(day, clock, "terima")


def _answer(day: int, clock: str, text: str, outcome: str = "dijelaskan") -> Step:
    return Step(day, clock, "jawab", values={"jawaban": text, "hasil": outcome})


def _settled(day: int, clock: str, mark: int) -> Step:
    return Step(day, clock, "puas", "applicant", {"nilai": mark})


def _pass_on(day: int, clock: str, to: str, why: str, kind: str = "pengaduan") -> tuple[Step, ...]:
    later = f"{int(clock[:2]):02d}:{int(clock[3:]) + 1:02d}"
    return (
        Step(day, clock, "alihkan", "admin", {"klasifikasi": kind, "instansi_luar": to}, why),
        Step(day, later, "tayangkan", "admin", {"tayang": True}),
    )


def _same(day: int, clock: str, as_: str) -> Step:
    return Step(day, clock, "gabungkan", "admin", other=as_)


def _inspect(day: int, clock: str) -> Step:
    return Step(day, clock, "ke_inspektorat", "admin", {"klasifikasi": "pengawasan"})


_NATIONAL = "Ruas ini jalan nasional; pemeliharaannya pada Balai Pelaksanaan Jalan Nasional."
STEPS: Mapping[str, tuple[Step, ...]] = {
    "C01": (_show(-9, "10:05", "pupr"), _accept(-8, "09:20")),
    "C02": (_same(-7, "08:40", "C01"),),
    "C03": (_same(-7, "08:43", "C01"),),
    "C04": _pass_on(-11, "09:15", "BPJN (Kementerian PU)", _NATIONAL),
    "C05": _pass_on(-2, "08:50", "Kota Manado", "Pengangkutan sampah diurus Dinas Lingkungan Hidup Kota Manado."),
    "C06": (_inspect(-14, "08:30"),),
    "C07": (_inspect(-13, "08:20"),),
    "C08": _pass_on(-5, "10:10", "Kabupaten Minahasa", "Rumah sakit ini milik Pemerintah Kabupaten Minahasa."),
    "C09": (_show(-2, "08:35", "dkp"), _accept(-1, "10:00")),
    "C10": (_show(-3, "09:00", "diskominfo"), _accept(-3, "13:30")),
    "C11": (_same(-3, "09:05", "C10"),),
    "C12": (
        Step(-1, "22:58", "link", "admin", other=INCIDENT),
        _show(0, "08:10", "diskominfo"), _accept(0, "08:25"),
    ),
    "C13": (
        _show(-5, "10:40", "dinsos"),
        Step(-4, "11:15", "kembalikan",
             reason="Pemutakhiran DTSEN lewat desa dan Dinas Sosial kabupaten, bukan Dinas Sosial provinsi."),
        *_pass_on(-4, "13:40", "Kabupaten Bolaang Mongondow", "Pemutakhiran data diurus Dinas Sosial kabupaten."),
    ),
    "C14": (
        _show(-6, "09:30", "disdukcapilkb", "informasi"), _accept(-6, "10:15"),
        _answer(-5, "09:05", "Mengurus KTP yang hilang tidak dipungut biaya. Bawa surat kehilangan dari kepolisian dan"
                " salinan kartu keluarga ke Disdukcapil Kota Manado."),
    ),
    "C15": (Step(-10, "14:10", "jadikan_permohonan", "admin"),),
    "C16": (Step(-1, "06:48", "lempar_darurat", "admin"), Step(-1, "06:49", "tayangkan", "admin", {"tayang": True})),
    "C17": (
        Step(-1, "06:57", "lempar_darurat", "admin"),
        Step(-1, "06:58", "link", "admin", other="C16"),
    ),
    "C18": (_show(-29, "09:00", "setda"), _accept(-28, "10:00")),
    "C19": (
        _show(-17, "09:45", "dispar", "aspirasi"), _accept(-16, "09:00"),
        _answer(-10, "14:20", "Terima kasih. Usul papan dua bahasa kami bahas bersama pengelola desa wisata pada rapat"
                " triwulan; nomor darurat ditambahkan pada papan yang dicetak berikutnya."),
        _settled(-9, "19:30", 4),
    ),
    "C20": (
        _show(-10, "09:20", "disdik"), _accept(-10, "11:00"),
        _answer(-6, "15:10", "Pembayaran honor sedang diproses pada bagian keuangan."),
        _settled(-5, "18:40", 2),
        Step(-3, "07:45", "buka_kembali", "applicant",
             reason="jwbnya sama sj: sementara proses. kapan tgl pastinya?"),
        _accept(-2, "09:10"),
    ),
    "C21": _pass_on(-10, "09:40", "Kabupaten Minahasa Tenggara", "Sekolah dasar menjadi wewenang kabupaten."),
    "C22": (
        _show(-4, "08:55", "pupr"),
        Step(-3, "14:05", "kembalikan", reason="Ruas Pineleng-Tomohon jalan nasional; kabel milik PLN."),
        *_pass_on(-2, "09:30", "BPJN (Kementerian PU)", f"{_NATIONAL} Kabelnya dilaporkan kepada PLN."),
    ),
    "C23": (
        _show(-19, "09:00", "dkp"), _accept(-19, "13:00"),
        _answer(-12, "11:30", "Sebanyak 24 kartu sudah terbit dan dapat diambil di kantor cabang dinas.", "terbukti"),
        _settled(-11, "10:00", 5),
    ),
    "C24": (_inspect(-5, "08:15"),),
    "C25": (
        _show(-2, "10:20", "dkp", "informasi"), _accept(-2, "11:00"),
        _answer(-1, "09:40", "Kapal 20 GT yang menangkap ikan sampai 12 mil diurus di provinsi; persetujuan berlayar"
                " diterbitkan syahbandar. Di atas 12 mil izinnya dari kementerian."),
    ),
    "C26": _pass_on(-8, "09:05", "Kota Kotamobagu", "Lampu lalu lintas di jalan kota diurus kota.", "aspirasi"),
    "C27": (_show(-3, "08:05", "pupr"), _accept(-3, "10:30")),
    "C28": (_same(-3, "08:12", "C27"),),
    "C29": _pass_on(-12, "10:25", "BPJS Kesehatan", "Kepesertaan JKN diurus BPJS Kesehatan."),
    "C30": (
        _show(-21, "09:10", "setda"), _accept(-21, "11:20"),
        _answer(-14, "10:00", "Berkas Anda sudah diteruskan ke BKN pada awal bulan. Nomor yang dapat dihubungi tertera"
                " pada tanda terima."),
    ),
    "C31": _pass_on(-3, "08:30", "Kabupaten Minahasa Utara", "Lampu jalan ini diurus Dinas Perhubungan kabupaten."),
    "C32": (Step(0, "08:05", "arsipkan", "admin", reason="Iklan pinjaman, bukan laporan."),),
    "C33": (
        Step(-1, "08:40", "minta_lengkap", "admin", reason="Apa yang terjadi, dan di mana?"),
    ),
    "C34": (
        _show(-15, "10:00", "setda"), _accept(-14, "09:30"),
        _answer(-8, "15:00", "Keberatan atas hasil tender disampaikan lewat sanggah di LPSE dalam batas waktunya,"
                " supaya tidak diperiksa di dua jalur."),
    ),
    "C35": (
        Step(-24, "09:20", "arsipkan", "admin", reason="Perkara sedang diperiksa pengadilan; silakan sampaikan kepada"
             " majelis lewat kuasa Anda."),
    ),
    "C36": (_show(-7, "08:10", "dinsos"), _accept(-6, "09:00")),
    "C37": (_show(-1, "08:55", "dispar"), _accept(-1, "13:10")),
    "C38": (_show(-9, "08:50", "pupr"), _accept(-8, "10:40")),
    "C39": (
        _show(-6, "10:30", "diskominfo"), _accept(-6, "11:00"),
        Step(-6, "11:05", "tanya_pemegang_data"),
        _answer(-4, "09:50", "Keduanya benar: satu menurut administrasi kependudukan, satu proyeksi BPS. Halaman data"
                " menyebut mana yang dikutip untuk apa."),
        _settled(-3, "20:15", 5),
    ),
    "C40": (),
    # what came of others: the hijacked site (S19), and the question about two figures as the keeper of the data has it
    INCIDENT: (
        Step(-1, "21:40", "mulai_tangani", "diskominfo.kabid-persandian", {"berat": "tinggi"}),
        Step(0, "08:20", "lapor_bssn", "diskominfo.kabid-persandian", {"nomor_bssn": "CONTOH/BSSN/19"}),
    ),
    FEEDBACK: (
        Step(-6, "13:20", "teruskan", "diskominfo.kabid-statistik", {"pemegang": "disdukcapilkb"}),
        Step(-4, "09:15", "jawab", values={
            "jawaban": "Keduanya benar. Jumlah Penduduk menurut Data Konsolidasi Bersih dikutip untuk pelayanan dan"
                       " anggaran; Proyeksi Penduduk untuk statistik per penduduk. Kedua halamannya menyebutnya.",
        }),
    ),
}  # fmt: skip
SITE = {
    "judul": "Situs wisata di luar domain disisipi iklan judi",
    "sasaran": "pesonanusautara-contoh.com.test (S19)",
    "jenis": "sisipan",
    "pemegang": "dispar",
    "bukti": "Pembacaan kedua berturut-turut: iklan judi hanya tampil bagi perayap mesin pencari dan lewat tautan"
             " pencarian, tidak bila dibuka langsung. Data contoh.",
    "data_pribadi": False,
}  # fmt: skip
