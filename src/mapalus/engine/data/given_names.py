"""Given names that many people of this country bear: where they stand in many cells, a column holds names of persons.

None of them is a name of one person; the list tells columns apart, and no cell is kept or told for it.
"""

from __future__ import annotations

__all__ = ["GIVEN_NAMES"]

_NAMES = """
abdul abdullah abraham achmad adam adi adinda aditya adrian agnes agung agus agustina agustinus ahmad aisyah
ajeng albert albertus aldi alex alfian alfred ali alif amalia amanda amelia amin amir amran ana anak andi andika
andre andreas andri anggi anggraini ani anisa anita anjar anna annisa anton antonius anwar apriani aprilia ari
arief arif arifin aris arman arya asep asih astuti ayu aziz bagas bagus bahar bambang basri bayu benny bernadus
bernard betty budi budiman cahya cahyani cahyo candra chandra christian christina citra cucu cut dadan dadang
damar dani daniel darma darmawan dayu debora dede dedi deni denny desak desi deswita dewa dewi dian diana didik
dika dimas dina dinda dini doni dwi dyah edi edward edy efendi eka eko elisabet elisabeth ella elly elvira emi
endah endang eni erik ernawati erni ester eti euis eva evi fadli fahmi fahri faisal fajar farid farida fatimah
fauzan fauzi febri febriani felix fera ferdi ferdinand ferry fikri firman fitri fitria fitriani frans fransisca
fransiskus fredrik galih gede gerson gilang gina gita grace gregorius gunawan gusti habib hadi haji hamid hamzah
hana handoko hani hanna hari hariyanto harry hartati hartono haryanto hasan hasanah hendra hendri hendrik heni
henny herlina herman hermawan heru hesti husain husna husni ibrahim ida idris iin ika ilham imam imelda indah
indra indriani intan irawan irawati irfan irma irwan isabella iskandar ismail iwan jamal jamaluddin januar jefri
jenny jhon johan johanes johannes joko jonathan joni josef joseph juli julia juliana jumadi junaidi kadek karel
kartika kartini katarina ketut khadijah khairul komang krisna kristina kurnia laila laksmi laras leni lestari
lia lidya lilis lina linda lisa luh lukas lukman lusi made mahmud maimunah malik maman mansur marcel margaretha
maria mariam mariana markus marlina marta martha martin martinus marwan maryam mathius matius maya mega melati
meri mery mira moh mohamad mohammad muh muhamad muhammad mulyadi mulyani mulyono munir murni musa mustafa mutia
nadia nana nanang nani nasir natalia ni nia nina ningsih nita noni nora novi novita nur nurdin nurhayati
nurjanah nurlaila nurul nyoman oki oktavia oscar otniel pandu paulus petrus pipit pita prasetyo priyanto priyono
puji purnama purwanto puspita putra putri putu rachmat rahayu rahma rahman rahmat rahmawati raihan raka ramadhan
rani ratih ratna ratnasari reni retno reza rian ridwan rifki rika rina rini rio ririn riska riski rita rizal
rizki rizky robert roberto rohani rohmah roni rosa rosalina rosmini rudi ruslan rusli ruth sabri sahrul said
salim salma samsul samuel sandi santi santoso sarah sari setiawan sigit silvia simon siska siti slamet sofia
sofyan soleh sri stefanus subagyo sudirman sugeng sugiarto suharti suharto sukarni sulaiman sulastri sumarni
sumarno sumiati sunarto supardi suparman supriyadi surya suryani susanti susanto susi susilo sutrisno suwarni
suyanto syahrul syaiful syamsul syarif syarifah tarmizi taufik teguh teuku theresia thomas tini titik titin toni
tono tri triyono tuti udin ujang umar umi usman utami vera veronika victor vina vivi wahyu wahyudi wahyuni wati
wawan wayan wely widodo widya wiwik wulan wulandari yakob yani yanti yanto yayan yeni yohana yohanes yolanda
yosef yosefina yosep yuda yudha yudi yuli yuliana yulianti yulius yuni yunita yunus yusri yusuf zahra zainal
zainuddin zaki zulkifli
"""
GIVEN_NAMES = frozenset(_NAMES.split())
