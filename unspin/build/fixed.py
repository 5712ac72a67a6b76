"""Mines fixed expressions: names (White House), idioms and collocations (swan song).

    python -m unspin.build.fixed --corpora DIR --lexicons DIR

writes ``names.tsv`` and ``idioms.tsv``, lexicons of the kind *fixed*. Rows that already stand
in the two files are kept with their class, and their counts are refreshed: hand-written rows
are edited there. A row that the corpora hold fewer than three times is dropped.

The corpora are read once, into a temporary file of form numbers; candidates are then grouped
by 64-bit key in partitions on disk, so that memory is bound by the largest partition.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..hashing import U64, mix, span_keys
from ..lexicon import FORMAT, Lexicon, LexiconError, load, prose_rules
from ..text import Document, ProseRules, Sep, fold, token_hashes, tokens
from .corpora import CorpusError, corpus_files, read_corpus, source_name

Progress = Callable[[str, int, int], None]
Phrase = tuple[str, str, int]

CHUNK = 400_000  # characters tokenised at a time
WINDOW = 2_000_000  # tokens searched at a time
PARTITIONS = 16
MAX_NAME = 6
MAX_IDIOM = 4
MIN_COUNT = 3
MIN_DOCUMENTS = 2
NAME_LIMIT = 25_000
IDIOM_LIMIT = 18_000  # rows that stand in the lexicon count as well
IDIOM_DOCUMENTS = 8  # documents a mined collocation stands in: below, jargon of one author
IDIOM_SOURCES = 4
MIN_WORD = 20  # how often a word of a mined collocation is seen
# Normalised pointwise mutual information of a mined collocation by length, read off samples:
# below, free combinations (other people, new state) set in.
MIN_NPMI = {2: 0.34, 3: 0.30, 4: 0.32}
MIN_OFFERED = 0.2  # the same for what editors list as swapped whole
MIN_LOWER = 0.08  # share of lower-case uses from which a word is a common word
WHOLE_SHARE = 0.15  # share of its uses in which a name is no piece of a longer one
KEEP_SHARE = 0.8  # a phrase that stands in one longer phrase that often is a piece of it

# Bits of the sequence: the form number below, what stands around the token above.
FORM = (1 << 23) - 1
LINKED, INITIAL, JOINT = 23, 24, 25  # joint takes three bits
PROSE, FIGURE = 28, 29
SPACE, HYPHEN, POINT_SPACE, POINT, AND_SPACED, AND, GLUED, APOSTROPHE = range(8)
_JOINTS = (" ", "-", ". ", ".", " & ", "&", "", "' ")

LOWER, CAPITAL, UPPER = range(3)


def _listed(words: str) -> frozenset[str]:
    """The words of a closed list."""
    return frozenset(words.split())


_CONNECTORS = ("of", "the", "and", "for", "on", "in")
_MONTHS = _listed("january february march april june july august september october november december")
_DAYS = _listed("monday tuesday wednesday thursday friday saturday sunday")

# Head words of names by class. A name takes the class of the first row that matches: its last
# word (or the word before "of"/"for") is in `heads`, or its first word in `openers`. Rows are
# in order of precedence; shapes that no table catches are named in `_classify`.
_CLASSES: tuple[tuple[str, str, str], ...] = (
    (
        "holiday",
        "day eve christmas easter thanksgiving ramadan halloween hanukkah kwanzaa passover lent sabbath",
        "",
    ),
    (
        "law",
        (
            "act acts amendment amendments treaty treaties law laws code constitution bill accord accords"
            " convention conventions protocol protocols charter agreement pact declaration statute clause"
            " resolution doctrine rights decree ordinance rule regulation regulations compact armistice edict"
            " covenant directive articles compromise"
        ),
        "",
    ),
    (
        "office",
        (
            "secretary minister president chairman chairwoman director governor mayor senator congressman"
            " congresswoman ambassador attorney justice judge commissioner general speaker"
            " leader officer king"
            " queen prince princess duke earl lord chancellor premier pope bishop archbishop representative"
            " representatives chief whip commander sheriff marshal admiral colonel captain"
            " lieutenant sergeant"
            " major inspector administrator advisor adviser counsel professor dean envoy superintendent"
            " treasurer viceroy emperor empress sultan laureate clerk solicitor advocate principal rector"
            " provost manager editor producer coordinator trustee fellow chair vicar knight baron viscount"
            " consul delegate delegates secretaries ministers presidents governors mayors generals senators"
            " surgeon pastor cardinal sir lady dame private corporal brigadier councillor warden"
        ),
        "",
    ),
    (
        "event",
        (
            "war wars revolution battle crisis conference summit olympics games championship championships"
            " cup tournament massacre uprising rebellion election elections primary primaries caucus award"
            " awards prize festival depression recession exhibition exposition expo referendum riots riot"
            " strike attack attacks bombing disaster earthquake hurricane flood fire famine plague scandal"
            " trial trials hearing debate debates campaign expedition congresses siege invasion offensive"
            " operation mission tour open masters series final finals bowl marathon derby prix race races"
            " renaissance reformation enlightenment era age period dynasty movement crusade crusades purge"
            " holocaust inquisition genocide oscars grammys emmys grammy emmy oscar convention ball parade"
            " week month celebration ceremony anniversary fair forum symposium workshop spring winter regatta"
            " raid landing landings mutiny coup rush migration spill accident explosion tragedy incident"
            " controversy superbowl slam stakes meet weekend show playoffs playoff semifinals cold"
            " medal cross"
        ),
        "",
    ),
    (
        "media",
        (
            "times post journal news magazine herald tribune gazette chronicle telegraph guardian observer"
            " broadcasting radio television tv channel press review weekly daily globe examiner mail express"
            " independent newspaper reporter courier sentinel bulletin digest records record mirror monitor"
            " inquirer dispatch standard today fm network networks podcast blog films pictures studios studio"
            " entertainment publishing publishers publications books music productions animation wire ledger"
            " proceedings letters transactions annals"
        ),
        "",
    ),
    (
        "team",
        (
            "united fc rovers wanderers rangers athletic albion hotspur villa eagles tigers lions"
            " bears cubs giants jets cowboys patriots packers dolphins bulls celtics lakers warriors kings"
            " knicks nets hawks heat magic pistons rockets spurs suns blazers raptors"
            " thunder jazz yankees mets"
            " dodgers angels cardinals pirates braves sox reds royals twins indians rockies orioles phillies"
            " athletics mariners nationals marlins brewers padres astros steelers browns bengals ravens colts"
            " titans jaguars texans chargers raiders chiefs broncos seahawks rams saints falcons panthers"
            " buccaneers vikings redskins bruins sabres senators flames oilers canucks"
            " sharks ducks stars blues"
            " wild devils flyers penguins capitals hurricanes lightning islanders leafs canadiens bulldogs"
            " wolverines buckeyes trojans huskies badgers hoosiers hornets wolves crusaders chiefs brumbies"
            " magpies demons swans crows bombers roosters rabbitohs eels team teams dodgers canaries"
        ),
        "",
    ),
    (
        "place",
        (
            "street avenue road square park bridge river lake mountain mountains hill hills island islands"
            " bay sea ocean gulf coast beach valley county city town village district province state states"
            " region peninsula cape strait canal desert forest rock rocks creek falls harbor harbour port"
            " airport station building tower towers house palace castle cathedral church chapel abbey temple"
            " mosque theatre theater hall stadium arena field fields gardens garden centre plaza mall"
            " cemetery monument memorial museum gallery highway freeway route railway line trail east"
            " west north south republic kingdom empire federation union bank-side capitol gate pole plains"
            " plateau basin delta range ridge peak mount point springs heights grove woods wood green common"
            " place lane drive boulevard parkway manor hotel inn lodge farm ranch reserve refuge"
            " sanctuary reservation territory territories colony colonies earth hemisphere world america"
            " england wales scotland ireland britain africa asia europe korea zealand guinea"
            " caledonia york orleans mexico jersey"
            " hampshire australia atlantic pacific mediterranean caribbean brunswick delhi london"
            " rica lanka leone arabia"
            " settlements frontier track area areas"
            " carolina dakota virginia indies kong isles isle reef lagoon sound shore shores bank-head belt"
            " side quarter ghetto border wall tunnel pass parish borough metro zone crossing junction"
            " interchange terminal dam reservoir wetlands swamp prairie glacier volcano cave caves canyon"
            " gorge cliffs site prison jail camp fort base barracks headquarters lighthouse observatory zoo"
            " aquarium theatres residence mansion villa estate houses room office-building way galaxy nebula"
            " cloud moon planet constellation continent archipelago atoll dynasty-tomb tomb pyramid ruins"
            " fortress citadel keep pier wharf dock docks quay marina resort casino dome speedway raceway"
            " racecourse course oval ground pitch kingdom-hall metropolis suburb township hamlet"
            " municipality prefecture oblast mills dale glen moor heath marsh fen head mouth bend ferry"
            " landing mound rim triangle bloc middle midwest suburbs outback highlands lowlands uplands"
        ),
        "lake mount cape fort port gulf isle bay strait",
    ),
    (
        "institution",
        (
            "department ministry agency agencies bureau office administration commission committee"
            " subcommittee council board authority congress parliament senate assembly legislature court"
            " courts supreme university college school schools academy library affairs club mps"
            " institute institution institutions"
            " laboratory lab laboratories center society association federation foundation fund trust union"
            " alliance league coalition organization organisation organizations party army navy force forces"
            " corps guard command fleet regiment brigade division battalion police service services bank"
            " hospital hospitals clinic church diocese order orchestra philharmonic symphony choir ballet"
            " opera mission missions government treasury reserve exchange cabinet tribunal directorate"
            " division branch program programme programs project initiative partnership consortium system"
            " systems-command chamber conference caucus delegation embassy consulate secretariat corps troop"
            " squadron wing unit section post-office patrol scouts guides brotherhood"
            " sisterhood brothers-order"
            " lodge guild charity charities appeal cooperative workers teachers nations group-of task legion"
            " seminary conservatory conservatoire gymnasium faculty libraries museums archives registry watch"
            " security defense defence prisons customs taskforce directory front militia faction majority"
            " minority democrats republicans greens socialists conservatives liberals"
            " labour tories collective"
            " network house commons lords representatives veterans commandos marines infantry cavalry seals"
        ),
        "",
    ),
    (
        "company",
        (
            "company companies corporation corp inc ltd limited group holdings industries enterprises"
            " partners associates airlines airways motors motor steel oil petroleum gas electric energy power"
            " foods brothers sons stores store systems technologies technology software solutions"
            " pharmaceuticals pharmaceutical chemical insurance financial capital investments securities"
            " telecom communications mobile wireless aerospace aviation shipping railroad railways lines"
            " brewing brewery breweries winery distillery restaurants restaurant coffee cola airbus mart"
            " outfitters depot express mutual equity ventures consulting logistics semiconductor"
            " semiconductors electronics instruments machines computers computer labs"
            " interactive games-company"
            " works shipyard trading mining minerals metals rubber tire tobacco cosmetics toys apparel"
        ),
        "",
    ),
    (
        "product",
        (
            "windows phone watch ipad iphone ipod mac macbook linux explorer player console box station xp"
            " vista android engine app apps store browser drive docs maps analytics cloud server studio-code"
            " word excel powerpoint outlook office-suite suite framework library-software database toolkit"
            " language script api sdk editor-software foundation-software creative code edition card pay"
            " assistant missile aircraft fighter bomber helicopter tank rifle submarine telescope shuttle"
            " satellite rocket spacecraft probe rover collider car truck beer wine whisky cheese"
        ),
        "apple google microsoft amazon windows sony nintendo samsung adobe oracle",
    ),
    (
        "work",
        (
            "testament bible gospel genesis song songs symphony-no sonata concerto suite-no album movie film"
            " novel chronicles story stories tale tales adventures book books trilogy saga ballad hymn anthem"
            " blues-song dictionary encyclopedia encyclopaedia britannica guide handbook psalms proverbs"
            " commandments creed prayer poems sonnets papers manifesto theory theorem equation equations"
            " principle model method effect paradox conjecture hypothesis algorithm test"
            " scale index trek wars"
            " rings banner live show-tv idol simpsons report"
        ),
        "",
    ),
)
# Whole phrases (folded) whose class no head word tells; as an ending they decide too.
_ENDINGS: dict[str, str] = {
    ending: name
    for name, endings in (
        (
            "institution",
            (
                "red cross|u.s. house|federal reserve|supreme court|high court|white house"
                "|house of representatives|house of commons"
                "|house of lords|wells fargo|european union|soviet union|african union"
                "|world health organization"
                "|social security|homeland security|national security|medical center"
                "|research center|data center"
                "|house of burgesses|house of delegates|house of keys|court of appeals"
                "|court of appeal|common pleas"
                "|king's bench|queen's bench|health center|science center|center for disease control"
                "|flight center|space center|church of england|house democrats"
                "|house republicans|scotland yard"
            ),
        ),
        (
            "place",
            (
                "west bank|left bank|south bank|outer banks|new york city|oklahoma city|kansas city"
                "|salt lake city|mexico city"
                "|white house lawn|united states"
                "|united kingdom|nature reserve|game reserve|wildlife reserve|republic of china"
                "|republic of ireland"
                "|republic of congo|great britain|hong kong|opera house|court house"
                "|convention center|world trade center"
                "|shopping center|visitor center|community center|rockefeller center"
                "|lincoln center|tennis club"
                "|hampton court|country club|northern territory|new world|old world|third world"
                "|far east|middle east"
                "|near east|bay area|straits settlements|united arab emirates|saudi arabia"
                "|sierra leone|milky way"
            ),
        ),
        (
            "work",
            (
                "law & order|law order|star wars|star trek|harry potter|the simpsons"
                "|the wizard of oz|lord of the rings|game of thrones"
                "|new testament|old testament|hebrew bible|doctor who|sesame street|blade runner|toy story"
                "|snow white|sleeping beauty|guinness world records|divine comedy|bugs bunny"
                "|mickey mouse|saturday night live|national treasure|jane eyre|great gatsby"
            ),
        ),
        (
            "event",
            (
                "state of the union|state of the union address|world war|cold war"
                "|hall of fame induction|tour de france|black death|big bang"
                "|prague spring"
            ),
        ),
        (
            "holiday",
            (
                "good friday|black friday|cyber monday|new year|new year's|ash wednesday"
                "|palm sunday|easter sunday"
                "|easter monday|bloody sunday|yom kippur|rosh hashanah|super tuesday|mardi gras"
                "|black history month"
            ),
        ),
        (
            "office",
            (
                "chief executive|prime minister|attorney general|secretary-general|chief of staff|lord mayor"
                "|vice president|first lady|poet laureate|foreign secretary|head of state|commander in chief"
                "|joint chiefs of staff|joint chiefs|member of parliament|governor general|solicitor general"
                "|first lord|queen mother|privy council"
            ),
        ),
        (
            "company",
            (
                "warner bros|morgan stanley|goldman sachs|general electric|general motors|bank of america"
                "|rolls-royce|standard oil|royal bank|american express|federal express|burger king|best buy"
                "|home depot|whole foods|british petroleum|red bull|time warner|lehman brothers|deutsche bank"
                "|johnson & johnson|procter & gamble|fannie mae|freddie mac|wells fargo bank|dow jones"
            ),
        ),
        (
            "product",
            (
                "internet explorer|visual studio|open office|adobe photoshop"
                "|world wide web|red hat|apple watch"
                "|business central|stack overflow|raspberry pi|coca-cola|google play|kindle fire"
                "|internet of things"
            ),
        ),
        (
            "law",
            (
                "human rights|civil rights|equal protection|bill of rights|due process|magna carta|jim crow"
                "|fourth amendment|new deal|roe v wade|affordable care act|medicare for all|sharia law"
            ),
        ),
        (
            "person",
            "uncle sam|john doe|jane doe|jesus christ|holy spirit|virgin mary|santa claus|father christmas",
        ),
    )
    for ending in endings.split("|")
}
# Places are clubs where the club bears the name of its town.
_CITY_TEAMS = _listed(
    "manchester leicester norwich hull stoke bristol cardiff swansea birmingham coventry bradford exeter"
    " lincoln york chester salford orlando elgin brechin gloucester"
)
# Head words that are family names as well: Clint Hill, George Bush, Stephen King.
_SURNAMES = _listed(
    "hill hills woods wood rivers brooks forest fields banks bush wells lane ford church bridges marsh west"
    " north rock green field knight king duke price major earl baron bishop pope dean page marshal power"
    " day may young brown white black gray grey rich wise bell cook baker fisher hunter carter mason taylor"
    " smith miller cooper gardner potter turner walker wright clark porter butler shepherd chase hope love"
    " ball cross waters stone mills poole camp waters ward gates jobs cash street starr law wolf fox bird"
    " drake martin swift best good long short little small strong wild winter summer frost snow rice lamb"
    " buck bond burns case chambers cole cotton cross day dale ferry fleet flood fry glass gold grant"
    " hand hart head holder holmes house hood key lord love mann moody moon moor neal noble park parks"
    " parish peak pitt poe pound queen reed reeves rose sharp singer spring steel steward tower trout"
    " underwood vance waite wall weir welch wilder witherspoon worth burr shaw booth chamberlain brook"
    " bailey barber bacon barrow birch bloom boon bowman branch broad bull burr cannon case castle"
)
_DIRECTIONS = _listed(
    "north south east west northern southern eastern western central new upper lower northeast northwest"
    " southeast southwest"
)
_HEADS: dict[str, str] = {}
_OPENERS: dict[str, str] = {}
for _name, _heads, _openers in _CLASSES:
    for _word in _heads.split():
        _HEADS.setdefault(_word, _name)
    for _word in _openers.split():
        _OPENERS.setdefault(_word, _name)
_ENDING_FORMS = {" ".join(tokens(key)).replace(" 's", "'s"): name for key, name in _ENDINGS.items()}
_TITLES = _listed(
    "president senator secretary judge justice general captain colonel major admiral sir lord lady king"
    " queen prince princess pope saint st governor mayor congressman congresswoman representative"
    " chairman director ambassador minister chancellor emperor professor doctor dr mr mrs ms miss uncle"
    " aunt father brother sister mother bishop archbishop cardinal rabbi reverend sergeant lieutenant"
    " commander duke earl count baron dame sheikh sultan coach leader speaker administrator attorney"
    " inspector officer master madame chief"
)
_FIRST_NAMES = _listed(
    "james john robert michael william david richard charles joseph thomas christopher daniel paul mark"
    " donald george kenneth steven edward brian ronald anthony kevin jason matthew gary timothy jose larry"
    " jeffrey frank scott eric stephen andrew raymond gregory joshua jerry dennis walter patrick peter"
    " harold douglas henry carl arthur ryan roger joe juan jack albert jonathan justin terry gerald keith"
    " samuel willie ralph lawrence nicholas roy benjamin bruce brandon adam harry fred wayne billy steve"
    " louis jeremy aaron randy howard eugene carlos russell bobby victor martin ernest phillip todd jesse"
    " craig alan shawn clarence sean philip chris johnny earl jimmy antonio danny bryan tony luis mike"
    " stanley leonard nathan dale manuel rodney curtis norman allen marvin vincent glenn jeffery travis"
    " jeff chad jacob lee melvin alfred kyle francis bradley jesus herbert frederick ray joel edwin don"
    " eddie ricky troy randall barry alexander bernard mario leroy francisco marcus micheal theodore"
    " clifford miguel oscar jay jim tom calvin alex jon ronnie bill lloyd tommy leon derek warren darrell"
    " jerome floyd leo alvin tim wesley gordon dean greg jorge dustin pedro derrick dan lewis zachary corey"
    " herman maurice vernon roberto clyde glen hector shane ricardo sam rick lester brent ramon charlie"
    " tyler gilbert gene marc reginald ruben brett angel nathaniel rafael leslie edgar milton raul ben"
    " chester cecil duane franklin andre elmer brad gabriel ron mitchell roland arnold harvey jared adrian"
    " karl cory claude erik darryl jamie neil jessie christian javier fernando clinton ted mathew tyrone"
    " darren lonnie lance cody julio kelly kurt allan nelson guy clayton hugh max dwayne dwight armando"
    " felix jimmie everett jordan ian wallace ken bob jaime casey alfredo alberto dave ivan johnnie sidney"
    " byron julian isaac morris clifton willard daryl ross virgil andy marshall salvador perry kirk sergio"
    " tracy seth kent terrance rene eduardo terrence enrique freddie wade stuart hillary barack oliver"
    " mary patricia linda barbara elizabeth jennifer maria susan margaret dorothy lisa nancy karen betty"
    " helen sandra donna carol ruth sharon michelle laura sarah kimberly deborah jessica shirley cynthia"
    " angela melissa brenda amy anna rebecca virginia kathleen pamela martha debra amanda stephanie"
    " carolyn christine marie janet catherine frances ann joyce diane alice julie heather teresa doris"
    " gloria evelyn jean cheryl mildred katherine joan ashley judith rose janice kelly nicole judy"
    " christina kathy theresa beverly denise tammy irene jane lori rachel marilyn andrea kathryn louise"
    " sara anne jacqueline wanda bonnie julia ruby lois tina phyllis norma paula diana annie lillian emily"
    " robin peggy crystal gladys rita dawn connie florence tracy edna tiffany carmen rosa cindy grace"
    " wendy victoria edith kim sherry sylvia josephine thelma shannon sheila ethel ellen elaine marjorie"
    " carrie charlotte monica esther pauline emma juanita anita rhonda hazel amber eva debbie april leslie"
    " clara lucille jamie joanne eleanor valerie danielle megan alicia suzanne michele gail bertha darlene"
    " veronica jill erin geraldine lauren cathy joann lorraine lynn sally regina erica beatrice dolores"
    " bernice audrey yvonne annette marion dana stacy ana renee ida vivian roberta holly brittany melanie"
    " loretta yolanda jeanette laurie katie kristen vanessa alma sue elsie beth jeanne vicki carla tara"
    " rosemary eileen nick geoffrey nigel simon kate lucy will colin trevor malcolm abraham ronald rand"
    " newt mitt chuck harry bernie jeb marco lindsey orrin kay elijah noah ethan liam gavin rory ringo"
    " johann ludwig friedrich wilhelm heinrich karl hans otto pierre jacques francois giovanni giuseppe"
    " vladimir mikhail nikolai boris dmitri sergei li wang zhang chen mohammed muhammad ali ahmed abdul"
    " hassan ibrahim omar osama saddam benjamin moses solomon"
)
# Words that make furniture, headings and captions of what would be a name.
_JUNK = _listed(
    "figure figures table tables subsection chapter chapters read click learning objectives appendix"
    " exercise exercises summary introduction section sections equation footnote page pages contents mr mrs"
    " isbn doi et al copyright please note see learn more additional solution example examples"
    " references dear hi hello thanks thank yes et vol pp download tutorial step steps image photo"
)
# Commands of a shell (Get-Help) and senators' letters (R-Maine).
_FURNITURE = re.compile(
    r"[A-Z]-|(Get|Set|Remove|Invoke|Find|Start|Stop|Add|Import|Export|Write|Out|Test|Update|Install|Select"
    r"|Format|Enter|Register|Where|ForEach|Clear|Save|Convert\w*|Measure|Sort|Read|Compare|Enable|Disable)-[A-Z]"
)
# Openers that are sentence beginnings or forms of address rather than part of a name.
_BAD_OPENERS = _listed(
    "today yesterday tomorrow former current however while although according during despite"
    " following later earlier recently meanwhile finally first second third fourth fifth early late mid"
    " since after before when where why how what who also besides moreover furthermore perhaps indeed"
    " let are is was were has have had do does did be not if then there here this that these those"
    " dear republican democratic democrat both several many most some all every each no nor"
)
# Common words of names that no swap list holds (lower case).
_NAME_WORDS = _listed(
    "house street world bank security council news times apple journal post office white wall road court"
    " union state states home land city park river bridge station island north south east west great new"
    " old high royal national international general public united army navy force air sea club company"
    " school college university church hall society league party act day war prize award star"
)


class Sequence(NamedTuple):
    """The corpora as form numbers with flags, and what the numbers mean."""

    codes: np.ndarray  # uint32 per token, memory-mapped
    documents: np.ndarray  # first token of every document
    sources: np.ndarray  # first token of every source
    surface: list[str]  # per form
    base: np.ndarray  # per form: number of its lower-case word
    shape: np.ndarray  # per form: LOWER, CAPITAL or UPPER
    words: list[str]  # per word: folded
    keys: np.ndarray  # per word: look-up key


class _Reader:
    """Numbers forms (word and capitals) while the corpora stream by."""

    def __init__(self, rules: ProseRules) -> None:
        self.rules = rules
        self.forms: dict[int, int] = {}
        self.bases: dict[int, int] = {}
        self.surface: list[str] = []
        self.base: list[int] = []
        self.shape: list[int] = []
        self.votes: list[int] = []
        self.words: list[str] = []
        self.keys: list[int] = []

    def encode(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Codes of the joined texts, and the token at which each text begins."""
        document = Document("\n\n".join(texts), self.rules)
        shape = document.capital.astype(U64) + document.upper.astype(U64)
        marked = document.hash * U64(3) + shape
        unique, index, inverse = np.unique(marked, return_index=True, return_inverse=True)
        numbers = np.empty(len(unique), np.uint32)
        known = self.forms
        for place, (key, at) in enumerate(zip(unique.tolist(), index.tolist(), strict=True)):
            found = known.get(key)
            if found is None:
                found = known[key] = self._add(document, at, int(shape[at]))
            elif self.shape[found]:
                self._vote(found, document.word(at))
            numbers[place] = found
        if len(self.surface) > FORM:
            raise ValueError(f"more than {FORM} word forms in the corpora")
        codes = numbers[inverse]
        codes |= self._flags(document)
        lengths = np.array([0] + [len(text) + 2 for text in texts[:-1]])
        return codes, np.searchsorted(document.start, np.cumsum(lengths))

    def _add(self, document: Document, at: int, shape: int) -> int:
        key, word = int(document.hash[at]), document.word(at)
        base = self.bases.get(key)
        if base is None:
            base = self.bases[key] = len(self.words)
            self.words.append(fold(word))
            self.keys.append(key)
        self.surface.append(word.replace("\u2019", "'") if shape else self.words[base])
        self.base.append(base)
        self.shape.append(shape)
        self.votes.append(1)
        return len(self.surface) - 1

    def _vote(self, form: int, word: str) -> None:
        """Majority of the chunks (Boyer and Moore 1991) on accents and inner capitals."""
        if word.replace("\u2019", "'") == self.surface[form]:
            self.votes[form] += 1
        elif self.votes[form] > 1:
            self.votes[form] -= 1
        else:
            self.surface[form], self.votes[form] = word.replace("\u2019", "'"), 1

    @staticmethod
    def _flags(document: Document) -> np.ndarray:
        count = len(document)
        if not count:
            return np.zeros(0, np.uint32)
        points = np.frombuffer(document.text.encode("utf-32-le", "surrogatepass"), "<u4")
        before = points[np.maximum(document.start - 1, 0)]
        previous = np.concatenate(([0], document.end[:-1]))
        after = points[np.minimum(previous, len(points) - 1)]
        gap = document.start - previous
        quote = np.isin(before, [ord(c) for c in "\"\u201c\u201d\u201e'\u2018\u2019:([/|*"])
        colon = (after == ord(":")) | np.isin(after, [ord(c) for c in "|\u2022*=>/"])
        joint = np.full(count, SPACE, np.uint32)
        joint[(gap == 1) & np.isin(before, (0x2D, 0x2010, 0x2011))] = HYPHEN
        joint[(gap == 2) & (after == ord("."))] = POINT_SPACE
        joint[(gap == 1) & (after == ord("."))] = POINT
        joint[(gap == 3) & (points[np.maximum(document.start - 2, 0)] == ord("&"))] = AND_SPACED
        joint[(gap == 1) & (after == ord("&"))] = AND
        joint[gap == 0] = GLUED
        joint[(gap == 2) & np.isin(after, (0x27, 0x2019))] = APOSTROPHE
        flags = joint << np.uint32(JOINT)
        flags |= (document.sep == Sep.NONE).astype(np.uint32) << np.uint32(LINKED)
        flags |= ((document.sep >= Sep.SENTENCE) | quote | colon).astype(np.uint32) << np.uint32(INITIAL)
        flags |= document.scored.astype(np.uint32) << np.uint32(PROSE)
        flags |= document.number.astype(np.uint32) << np.uint32(FIGURE)
        return flags


def read_sequence(paths: Iterable[Path], rules: ProseRules, out: Path, progress: Progress) -> Sequence:
    """Tokenise every document that is not reserved into the file ``out``."""
    reader = _Reader(rules)
    documents: list[np.ndarray] = []
    sources: list[int] = []
    total = 0
    files = corpus_files(paths)
    with out.open("wb") as sink:

        def flush(texts: list[str]) -> None:
            nonlocal total
            codes, starts = reader.encode(texts)
            codes.tofile(sink)
            documents.append(starts + total)
            total += len(codes)

        for done, path in enumerate(files):
            progress(f"reading {source_name(path)}", done, len(files))
            sources.append(total)
            pending: list[str] = []
            size = 0
            for document in read_corpus(path):
                if document.reserved:
                    continue
                pending.append(document.text)
                size += len(document.text)
                if size >= CHUNK:
                    flush(pending)
                    pending, size = [], 0
            if pending:
                flush(pending)
    progress("reading", len(files), len(files))
    if not total:
        raise ValueError("the corpora hold no text that is not reserved")
    return Sequence(
        np.memmap(out, np.uint32, mode="r"),
        np.concatenate(documents),
        np.array(sources),
        reader.surface,
        np.array(reader.base, np.int64),
        np.array(reader.shape, np.int8),
        reader.words,
        np.array(reader.keys, U64),
    )


# -- what spinners swap ------------------------------------------------------------------


@lru_cache(maxsize=1 << 16)
def _lemmas(word: str) -> frozenset[str]:
    from lemminflect import getAllLemmas

    return frozenset(lemma for lemmas in getAllLemmas(word).values() for lemma in lemmas) | {word}


@lru_cache(maxsize=1 << 16)
def _parts_of_speech(word: str) -> frozenset[str]:
    from lemminflect import getAllLemmas

    return frozenset(getAllLemmas(word))


class Swappable:
    """Whether spinners swap a word: it or its lemma is an original of the swap lexicons."""

    def __init__(self, lexicon: Lexicon, rules: ProseRules) -> None:
        self._function = set(rules.function_words.tolist())
        self._known: dict[str, bool] = {}
        self._lemmas: set[str] = set(_NAME_WORDS)
        for row in [*lexicon.swaps, *lexicon.observed]:
            parts = tokens(row["original"])
            if len(parts) == 1 and len(parts[0]) > 2 and parts[0].isalpha():
                self._lemmas |= _lemmas(parts[0])

    def function(self, word: str) -> bool:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = word[0] == "'" or int(token_hashes(word)[0]) in self._function
        return known

    def __call__(self, word: str) -> bool:
        return len(word) > 2 and not self.function(word) and not _lemmas(word).isdisjoint(self._lemmas)


# -- counting ----------------------------------------------------------------------------

_RECORD = np.dtype([("key", "<u8"), ("at", "<i8")])


class Group(NamedTuple):
    """All places of one phrase."""

    length: int
    places: np.ndarray  # sorted


class _Window(NamedTuple):
    """A stretch of the sequence with the flags that the rules ask for."""

    offset: int
    size: int  # starts beyond it belong to the next window
    base: np.ndarray
    shape: np.ndarray
    linked: np.ndarray
    initial: np.ndarray
    usable: np.ndarray  # prose, and no figure


def _windows(sequence: Sequence) -> Iterator[_Window]:
    total, margin = len(sequence.codes), MAX_NAME + 4
    for offset in range(0, total, WINDOW):
        codes = np.asarray(sequence.codes[offset : offset + WINDOW + margin])
        forms = codes & np.uint32(FORM)
        yield _Window(
            offset,
            min(WINDOW, total - offset),
            sequence.base[forms],
            sequence.shape[forms],
            (codes >> np.uint32(LINKED)) & np.uint32(1) == 1,
            (codes >> np.uint32(INITIAL)) & np.uint32(1) == 1,
            (codes >> np.uint32(PROSE)) & np.uint32(3) == 1,  # prose, and not a figure
        )


def _runs(inner: np.ndarray, linked: np.ndarray, length: int) -> np.ndarray:
    """Starts of ``length`` tokens that are all ``inner``, with no separator between."""
    count = len(inner) - length + 1
    if count <= 0:
        return np.zeros(0, bool)
    good = inner[:count].copy()
    for place in range(1, length):
        good &= inner[place : place + count] & linked[place : place + count]
    return good


def _grouped(
    sequence: Sequence,
    lengths: Iterable[int],
    choose: Callable[[_Window, int], np.ndarray],
    least: int,
    scratch: Path,
    progress: Progress,
    stage: str,
) -> Iterator[Group]:
    """Places of the chosen spans, grouped by phrase, where there are at least ``least``."""
    word_key = sequence.keys
    for length in lengths:
        progress(f"{stage} of {length} words", 0, 1)
        paths = [scratch / f"{length}-{part}" for part in range(PARTITIONS)]
        sinks = [path.open("wb") for path in paths]
        for window in _windows(sequence):
            chosen = choose(window, length)
            at = np.flatnonzero(chosen[: window.size])
            records = np.empty(len(at), _RECORD)
            records["key"] = mix(span_keys(word_key[window.base], length))[at]
            records["at"] = at + window.offset
            part = (records["key"] >> U64(60)).astype(np.int64)
            order = np.argsort(part, kind="stable")
            edges = np.searchsorted(part[order], np.arange(PARTITIONS + 1))
            for number, sink in enumerate(sinks):
                records[order[edges[number] : edges[number + 1]]].tofile(sink)
        for sink in sinks:
            sink.close()
        for path in paths:
            records = np.fromfile(path, _RECORD)
            path.unlink()
            records = records[np.argsort(records["key"], kind="stable")]
            heads = np.flatnonzero(np.concatenate(([True], records["key"][1:] != records["key"][:-1])))
            heads = heads if len(records) else heads[:0]
            ends = np.concatenate((heads[1:], [len(records)]))[: len(heads)]
            for head, end in zip(
                heads[ends - heads >= least].tolist(), ends[ends - heads >= least].tolist(), strict=True
            ):
                yield Group(length, records["at"][head:end])


def _distinct(bounds: np.ndarray, places: np.ndarray) -> int:
    """How many documents (or sources) the places lie in."""
    return len(np.unique(np.searchsorted(bounds, places, "right")))


def _written(sequence: Sequence, group: Group) -> str:
    """The phrase as it is written most often."""
    places = group.places[:: max(1, len(group.places) // 40)]
    forms: Counter[str] = Counter()
    for place in places.tolist():
        codes = sequence.codes[place : place + group.length].tolist()
        parts = [sequence.surface[codes[0] & FORM]]
        for code in codes[1:]:
            parts.append(_JOINTS[(code >> JOINT) & 7])
            parts.append(sequence.surface[code & FORM])
        written = "".join(parts)
        if re.search(r"\b[A-Z]\.[A-Z]$", written):
            written += "."
        forms[written] += 1
    return max(forms, key=lambda form: (forms[form], form))


def _words(sequence: Sequence, group: Group) -> list[str]:
    codes = sequence.codes[int(group.places[0]) : int(group.places[0]) + group.length].tolist()
    return [sequence.words[sequence.base[code & FORM]] for code in codes]


class _Vocabulary:
    """Facts about the words of a sequence, as arrays over word numbers."""

    def __init__(self, sequence: Sequence, swappable: Swappable, rules: ProseRules) -> None:
        size = len(sequence.surface)
        forms = np.zeros(size, np.int64)
        for low in range(0, len(sequence.codes), WINDOW):
            codes = np.asarray(sequence.codes[low : low + WINDOW])
            forms += np.bincount(codes & np.uint32(FORM), minlength=size)
        words = len(sequence.words)
        self.count = np.bincount(sequence.base, forms, words).astype(np.int64)
        lower = np.bincount(sequence.base, forms * (sequence.shape == LOWER), words)
        self.lower = lower / np.maximum(self.count, 1)
        self.total = int(forms.sum())
        common = np.array([word.isalpha() and word.isascii() for word in sequence.words])
        self.swapped = np.zeros(words, bool)
        clitic = np.array([word[0] == "'" for word in sequence.words])
        self.function = clitic | np.isin(sequence.keys, rules.function_words)
        common &= (self.count >= MIN_COUNT) & (self.lower >= MIN_LOWER) & ~self.function
        for index in np.flatnonzero(common).tolist():
            self.swapped[index] = swappable(sequence.words[index])
        self.number = {word: index for index, word in enumerate(sequence.words)}

    def npmi(self, words: Iterable[str], seen: int) -> float:
        """Normalised pointwise mutual information of a phrase that was seen so often."""
        parts = [int(self.count[self.number[word]]) for word in words]
        joint = math.log(seen / self.total)
        apart = sum(math.log(count / self.total) for count in parts)
        return (joint - apart) / (-joint * (len(parts) - 1))

    def mask(self, words: Iterable[str]) -> np.ndarray:
        """Word numbers of a closed list, as a boolean array."""
        out = np.zeros(len(self.count), bool)
        for word in words:
            if word in self.number:
                out[self.number[word]] = True
        return out


# -- names -------------------------------------------------------------------------------


class _Found(NamedTuple):
    phrase: str
    words: tuple[str, ...]
    seen: int
    score: float
    sources: int


def mine_names(
    sequence: Sequence, vocabulary: _Vocabulary, scratch: Path, progress: Progress
) -> list[_Found]:
    """Runs of capitalised words that stand in the corpora as one thing."""
    connector = vocabulary.mask(_CONNECTORS)
    outer = vocabulary.mask(("of", "and", "for", "on"))
    clitic, the = vocabulary.mask(("'s",)), vocabulary.mask(("the",))
    function = vocabulary.function
    barred = vocabulary.mask(_JUNK)

    def parts(window: _Window) -> tuple[np.ndarray, np.ndarray]:
        capital = (window.shape != LOWER) & window.usable & ~barred[window.base]
        inner = capital | ((connector | clitic)[window.base] & (window.shape == LOWER) & window.usable)
        return capital, inner

    def choose(window: _Window, length: int) -> np.ndarray:
        capital, inner = parts(window)
        end = capital & (~function[window.base] | (window.shape == UPPER)) & ~connector[window.base]
        count = len(inner) - length + 1
        return np.asarray(_runs(inner, window.linked, length) & end[:count] & end[length - 1 :])

    groups: dict[tuple[str, ...], tuple[Group, int, int]] = {}
    codes = sequence.codes
    for group in _grouped(sequence, range(2, MAX_NAME + 1), choose, MIN_COUNT, scratch, progress, "names"):
        if _distinct(sequence.documents, group.places) < MIN_DOCUMENTS:
            continue
        words = tuple(_words(sequence, group))
        if not any(vocabulary.swapped[vocabulary.number[word]] for word in words):
            continue
        middle = int(np.sum((codes[group.places] >> np.uint32(INITIAL)) & np.uint32(1) == 0))
        if not middle or middle < 0.1 * len(group.places):
            continue
        # places where no further capitalised word is attached: the whole name
        before = _attached(sequence, group.places - 1, 0, outer, the)
        after = _attached(sequence, group.places + group.length - 1, 1, outer, the)
        whole = int(np.sum(~before & ~after))
        groups[words] = group, middle, whole
    found = []
    for words, (group, middle, whole) in groups.items():
        count = len(group.places)
        if whole < max(2, WHOLE_SHARE * count):
            continue
        if not _is_name(words, vocabulary, groups, count):
            continue
        phrase = _written(sequence, group)
        if _keeps_shape(phrase):
            sources = _distinct(sequence.sources, group.places)
            found.append(_Found(phrase, words, count, float(middle), sources))
    return found


def _attached(
    sequence: Sequence, places: np.ndarray, step: int, outer: np.ndarray, the: np.ndarray
) -> np.ndarray:
    """Whether a capitalised word is joined on: before the place, or (step 1) after it."""
    codes, last = sequence.codes, len(sequence.codes) - 1

    def token(at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        there = codes[np.clip(at, 0, last)]
        forms = there & np.uint32(FORM)
        linked = (there >> np.uint32(LINKED)) & np.uint32(1) == 1
        return sequence.shape[forms] != LOWER, sequence.base[forms], linked

    if step:
        capital, base, linked = token(places + 1)
        capital2, base2, linked2 = token(places + 2)
        capital3, _, linked3 = token(places + 3)
        chain = capital2 | (the[base2] & linked3 & capital3)
        return np.asarray(linked & (capital | (outer[base] & linked2 & chain)))
    _, _, linked = token(places + 1)
    capital, base, linked1 = token(places)
    capital2, base2, linked2 = token(places - 1)
    capital3, _, _ = token(places - 2)
    chain = the[base] & linked1 & outer[base2] & linked2 & capital3
    return np.asarray(linked & (capital | chain | (outer[base] & linked1 & capital2)))


def _keeps_shape(phrase: str) -> bool:
    """Not a heading all in capitals, and really capitalised in its usual form."""
    letters = [word for word in re.split(r"[^\w]+", phrase) if word]
    if _FURNITURE.match(phrase):
        return False
    full = [word for word in letters if word.lower() not in _CONNECTORS and word != "s"]
    if all(word.isupper() for word in full):
        return False
    long_upper = [word for word in full if word.isupper() and len(word) > 6]
    return not long_upper and full[0][:1].isupper() and full[-1][:1].isupper()


def _is_name(
    words: tuple[str, ...],
    vocabulary: _Vocabulary,
    groups: Mapping[tuple[str, ...], tuple[Group, int, int]],
    count: int,
) -> bool:
    first, last = words[0], words[-1]
    if first in _BAD_OPENERS or (last in _BAD_OPENERS and last != "first"):
        return False
    calendar = _MONTHS | _DAYS
    if last in calendar and not (len(words) == 2 and last in _DAYS):
        return False
    if first in calendar and _HEADS.get(last) not in ("holiday", "event", "media", "team"):
        return False
    if any(len(word) > 25 for word in words):
        return False
    # "France and Germany", "Congress in Washington": two names, unless they belong together
    for place, word in enumerate(words):
        if word in ("and", "in", "on", "for"):
            left, right = words[:place], words[place + 1 :]
            while right and right[0] in _CONNECTORS:
                right = right[1:]
            need = 0.08 if word in ("and", "for") else 0.2
            for side in (left, right):
                if len(side) == 1:
                    seen = float(vocabulary.count[vocabulary.number[side[0]]])
                    seen *= 1.0 - float(vocabulary.lower[vocabulary.number[side[0]]])
                else:
                    seen = float(len(groups[side][0].places)) if side in groups else float(count)
                if count < need * seen:
                    return False
    return True


def _forename_only(words: tuple[str, ...]) -> bool:
    """Sir Thomas, Miss Mary: a title and a first name, which kings and saints alone may do."""
    royal = ("king", "queen", "prince", "princess", "pope", "saint", "st", "emperor", "duke")
    return len(words) == 2 and words[0] in _TITLES and words[1] in _FIRST_NAMES and words[0] not in royal


def classify_name(phrase: str, common: Callable[[str], bool] = lambda word: False) -> str:
    """The class of a name by its head word and shape; ``common`` tells common words."""
    words = tokens(phrase)
    plain = [word for word in words if word != "'s"]
    folded = " ".join(words).replace(" 's", "'s")
    if folded in _ENDING_FORMS:
        return _ENDING_FORMS[folded]
    if folded.endswith("of the year"):
        return "event"
    for low in range(1, len(plain) - 1):
        ending = " ".join(plain[low:])
        if ending in _ENDING_FORMS and plain[low - 1] not in _CONNECTORS:
            return _ENDING_FORMS[ending]
    first, last = plain[0], plain[-1]
    clitic = len(plain) < len(words)
    if last in ("day", "eve") and not (first in _FIRST_NAMES and len(plain) == 2 and first != "valentine"):
        return "holiday"
    if last == "city" and len(plain) == 2 and first in _CITY_TEAMS:
        return "team"
    person = last in _SURNAMES or (last not in _HEADS and not common(last))
    if person and not clitic and "of" not in plain and "and" not in plain:
        if first in _TITLES and len(plain) <= 3:
            return "person"
        if first in _FIRST_NAMES and len(plain) == 2:
            return "person"
        if first in _FIRST_NAMES and len(plain) == 3 and (len(plain[1]) == 1 or plain[1] in _FIRST_NAMES):
            return "person"
        if len(plain) >= 3 and plain[-2] in _FIRST_NAMES and first in _TITLES:
            return "person"
    for place in range(1, len(plain) - 1):
        titled = plain[place - 1] in _TITLES or _HEADS.get(plain[place - 1]) == "office"
        if titled and plain[place] in _FIRST_NAMES and (last in _SURNAMES or last not in _HEADS):
            return "person"
    for stops in (("of", "for"), ("on", "in", "and")):
        for stop in stops:
            if stop in plain[1:-1] and (stops[0] == "of" or last not in _HEADS):
                head = plain[plain.index(stop, 1) - 1]
                if head in _HEADS:
                    return "institution" if head == "house" and stop == "of" else _HEADS[head]
    if last in _HEADS:
        return _HEADS[last]
    if last.endswith("s") and last != "bills" and last[:-1] in _HEADS:
        return _HEADS[last[:-1]]
    if first in _OPENERS:
        return _OPENERS[first]
    if re.fullmatch(r"i|ii|iii|iv|v|vi|vii|viii|ix|x", last) and len(plain) > 1 and plain[-2] in _HEADS:
        return _HEADS[plain[-2]]
    adjective = re.search("(an|ish|ese|er)$", last) is not None
    if first in _DIRECTIONS and len(plain) == 2 and not common(last) and not adjective:
        return "place"
    return "other"


# -- idioms ------------------------------------------------------------------------------


def mine_idioms(
    sequence: Sequence, vocabulary: _Vocabulary, scratch: Path, progress: Progress
) -> list[_Found]:
    """Lower-case word sequences that stand together far more often than chance has it."""
    plain = np.array([word.isalpha() and word.isascii() for word in sequence.words])
    lengths = np.array([len(word) for word in sequence.words])
    frequent = plain & (vocabulary.count >= MIN_WORD) & (vocabulary.lower >= 0.5)
    content = frequent & ~vocabulary.function & (lengths >= 3)
    single = vocabulary.mask(("a", "i"))
    middle = (frequent & ((lengths >= 2) | single)) | vocabulary.mask(("'s",))
    middle &= ~vocabulary.mask(_listed("he she they we it you his their was were is are"))

    def choose(window: _Window, length: int) -> np.ndarray:
        lower = (window.shape == LOWER) & window.usable
        head = (lower | (window.initial & (window.shape == CAPITAL) & window.usable)) & content[window.base]
        inner, tail = lower & middle[window.base], lower & content[window.base]
        swapped = vocabulary.swapped[window.base]
        count = len(inner) - length + 1
        good = head[:count] & tail[length - 1 :] & window.linked[length - 1 :]
        some = swapped[:count] | swapped[length - 1 :]
        for place in range(1, length - 1):
            good &= inner[place : place + count] & window.linked[place : place + count]
            some |= swapped[place : place + count]
        return np.asarray(good & some)

    groups: dict[tuple[str, ...], tuple[Group, float]] = {}
    for group in _grouped(
        sequence, range(2, MAX_IDIOM + 1), choose, IDIOM_DOCUMENTS, scratch, progress, "collocations"
    ):
        count = len(group.places)
        codes = sequence.codes[int(group.places[0]) : int(group.places[0]) + group.length]
        base = sequence.base[codes & np.uint32(FORM)]
        npmi = vocabulary.npmi((sequence.words[b] for b in base.tolist()), count)
        if npmi < MIN_NPMI[group.length]:
            continue
        documents = _distinct(sequence.documents, group.places)
        if documents < IDIOM_DOCUMENTS or _distinct(sequence.sources, group.places) < IDIOM_SOURCES:
            continue
        words = tuple(sequence.words[b] for b in base.tolist())
        # many documents weigh more than many mentions in one
        groups[words] = group, npmi * math.log(documents)
    inside: dict[tuple[str, ...], int] = {}
    for words, (group, _) in groups.items():
        for low in range(len(words)):
            for high in range(low + 2, len(words) + 1):
                if high - low < len(words):
                    piece = words[low:high]
                    inside[piece] = max(inside.get(piece, 0), len(group.places))
    found = []
    for words, (group, score) in groups.items():
        if inside.get(words, 0) > KEEP_SHARE * len(group.places) or not _is_set(words):
            continue
        phrase = _written(sequence, group).lower()
        found.append(_Found(phrase, words, len(group.places), score, IDIOM_SOURCES))
    return found


_NOT_SET = _listed(
    "two three four five six seven eight nine ten eleven twelve hundred thousand million billion third fourth"
    " fifth sixth seventh eighth twenty thirty forty fifty"
    " mr mrs said told according percent isn doesn didn wasn aren don couldn wouldn hasn haven won"
    " http https www com figure table thy thou hath thee etc"
)


def _is_set(words: tuple[str, ...]) -> bool:
    return _NOT_SET.isdisjoint(words)


def classify_idiom(phrase: str, function: Callable[[str], bool]) -> str:
    """``frame`` with a function word at an end, ``term`` for a noun phrase, else ``collocation``."""
    words = list(tokens(phrase))
    if function(words[0]) or function(words[-1]):
        return "frame"
    nominal = all(not function(word) and _parts_of_speech(word) & {"NOUN", "ADJ"} for word in words)
    if nominal and "NOUN" in _parts_of_speech(words[-1]) and "VERB" not in _parts_of_speech(words[0]):
        return "term"
    return "collocation"


# -- rows that already stand in the lexicon ----------------------------------------------


def count_phrases(
    sequence: Sequence, phrases: Iterable[str], scratch: Path, progress: Progress
) -> dict[str, int]:
    """How often each phrase stands in the corpora.

    Phrases that begin with a capital count as names, all others in lower case.
    """
    wanted: dict[int, dict[int, list[str]]] = {}
    for phrase in phrases:
        hashes = token_hashes(phrase)
        if 2 <= len(hashes) <= MAX_NAME:
            key = int(mix(span_keys(hashes, len(hashes)))[0])
            wanted.setdefault(len(hashes), {}).setdefault(key, []).append(phrase)
    counts: dict[str, int] = {}
    number = {int(key): index for index, key in enumerate(sequence.keys.tolist())}
    gates: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    for length, keyed in wanted.items():
        first, second = np.zeros(len(sequence.keys), bool), np.zeros(len(sequence.keys), bool)
        last = np.zeros(len(sequence.keys), bool)
        for names in keyed.values():
            hashes = token_hashes(names[0]).tolist()
            if all(int(key) in number for key in hashes):
                first[number[hashes[0]]] = second[number[hashes[1]]] = last[number[hashes[-1]]] = True
        gates[length] = first, second, last
    sorted_keys = {length: np.sort(np.array(list(keyed), U64)) for length, keyed in wanted.items()}

    def choose(window: _Window, length: int) -> np.ndarray:
        first, second, last = gates[length]
        good = _runs(np.ones(len(window.base), bool), window.linked, length)
        count = len(good)
        good &= first[window.base[:count]] & second[window.base[1 : 1 + count]]
        good &= last[window.base[length - 1 :]]
        at = np.flatnonzero(good)
        keys = mix(span_keys(sequence.keys[window.base], length))[at]
        known = sorted_keys[length]
        place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        good[at] = known[place] == keys
        return np.asarray(good)

    for group in _grouped(sequence, sorted(wanted), choose, 1, scratch, progress, "kept phrases"):
        codes = np.asarray(sequence.codes[group.places])
        capital = sequence.shape[codes & np.uint32(FORM)] != LOWER
        hashes = np.array(
            [
                sequence.keys[sequence.base[code & FORM]]
                for code in sequence.codes[
                    int(group.places[0]) : int(group.places[0]) + group.length
                ].tolist()
            ],
            U64,
        )
        key = int(mix(span_keys(hashes, group.length))[0])
        ends = np.asarray(sequence.codes[group.places + group.length - 1])
        lower = sequence.shape[ends & np.uint32(FORM)] == LOWER  # the first may open a sentence
        for phrase in wanted[group.length].get(key, ()):
            counts[phrase] = int(capital.sum() if phrase[0].isupper() else lower.sum())
    return counts


# -- all of it ---------------------------------------------------------------------------

NAME_CLASSES = frozenset({name for name, _, _ in _CLASSES} | {"person", "other"})
IDIOM_CLASSES = frozenset({"idiom", "collocation", "frame", "term"})


def mine_sequence(
    sequence: Sequence, rules: ProseRules, lexicon: Lexicon, scratch: Path, progress: Progress
) -> list[Phrase]:
    """Fixed phrases of a sequence that is already read; see :func:`mine`."""
    swappable = Swappable(lexicon, rules)
    vocabulary = _Vocabulary(sequence, swappable, rules)
    kept: dict[str, str] = {row["phrase"]: row["class"] for row in lexicon.fixed}
    offered: dict[str, str] = {}
    for row in lexicon.swaps:  # phrases that editors know to be swapped whole are fixed phrases
        original = row["original"]
        parts = tokens(original)
        if not 2 <= len(parts) <= MAX_NAME or parts[0][0] == "'" or original in kept:
            continue
        if original[0].isupper():
            offered[original] = classify_name(original)
        elif original.islower():
            offered[original] = classify_idiom(original, swappable.function)
    counts = count_phrases(sequence, [*kept, *offered], scratch, progress)

    whole = {row["original"] for row in lexicon.swaps}

    def swapped(phrase: str) -> bool:
        return phrase in whole or any(swappable(word) for word in tokens(phrase))

    def common(word: str) -> bool:
        index = vocabulary.number.get(word)
        return index is not None and bool(vocabulary.lower[index] >= 0.5)

    rows: dict[tuple[str, ...], Phrase] = {}
    for phrase, name in kept.items():
        if counts.get(phrase, 0) >= MIN_COUNT and swapped(phrase):
            rows[(phrase,)] = phrase, name, counts[phrase]
    for phrase, name in offered.items():
        seen = counts.get(phrase, 0)
        if seen >= MIN_COUNT and swapped(phrase) and vocabulary.npmi(tokens(phrase), seen) >= MIN_OFFERED:
            name = classify_name(phrase, common) if name in NAME_CLASSES else name
            rows.setdefault((phrase,), (phrase, name, seen))
    taken = {(phrase[0].isupper(), *tokens(phrase)) for phrase, _, _ in rows.values()}
    names = [
        found
        for found in mine_names(sequence, vocabulary, scratch, progress)
        if (True, *found.words) not in taken
    ]
    room = NAME_LIMIT - sum(name in NAME_CLASSES for _, name, _ in rows.values())
    # Single sources have their own headings and characters; a class by the head word vouches.
    names = [
        found
        for found in names
        if found.sources > 1
        or (
            found.seen >= 5
            and classify_name(found.phrase, common) not in ("other", "person")
            and not (len(found.words) == 2 and found.words[0] in _TITLES)
        )
    ]
    names = [found for found in names if not _forename_only(found.words)]
    names.sort(key=lambda found: (-found.seen, found.phrase))
    for found in names[: max(room, 0)]:
        rows[(found.phrase,)] = found.phrase, classify_name(found.phrase, common), found.seen
    idioms = [
        found
        for found in mine_idioms(sequence, vocabulary, scratch, progress)
        if (False, *found.words) not in taken
    ]
    idioms.sort(key=lambda found: (-found.score, found.phrase))
    room = IDIOM_LIMIT - sum(name in IDIOM_CLASSES for _, name, _ in rows.values())
    for found in idioms[: max(room, 0)]:
        name = classify_idiom(found.phrase, swappable.function)
        rows.setdefault((found.phrase,), (found.phrase, name, found.seen))
    return sorted(rows.values())


def mine(
    paths: Iterable[Path],
    rules: ProseRules,
    lexicon: Lexicon,
    progress: Progress = lambda stage, done, total: None,
) -> list[Phrase]:
    """Fixed phrases of the corpora with class and count, sorted.

    Rows of ``lexicon.fixed`` are kept with their class and get fresh counts, phrases that
    ``lexicon.swaps`` replaces whole are added, and names and collocations are mined; all hold
    a word that spinners swap and stand in the corpora at least :data:`MIN_COUNT` times.
    Raises :class:`~unspin.build.corpora.CorpusError` where a corpus cannot be read.
    """
    with tempfile.TemporaryDirectory() as directory:
        scratch = Path(directory)
        sequence = read_sequence(paths, rules, scratch / "sequence", progress)
        return mine_sequence(sequence, rules, lexicon, scratch, progress)


def write_rows(path: Path, rows: Iterable[Phrase]) -> int:
    """Write a lexicon of the kind *fixed*, sorted; returns the number of rows."""
    lines = [f"{phrase}\t{name}\t{count}" for phrase, name, count in sorted(rows)]
    head = f"# unspin lexicon: fixed, format {FORMAT}\nphrase\tclass\tcount\n"
    path.write_text(head + "".join(line + "\n" for line in lines), encoding="utf-8")
    return len(lines)


def main(arguments: list[str] | None = None) -> int:
    """Mine the corpora into ``names.tsv`` and ``idioms.tsv``."""
    parser = argparse.ArgumentParser(prog="python -m unspin.build.fixed", description=main.__doc__)
    parser.add_argument("--corpora", type=Path, nargs="+", required=True, help="corpus files or folders")
    parser.add_argument("--lexicons", type=Path, required=True, help="folder of lexicons")
    options = parser.parse_args(arguments)

    def progress(stage: str, done: int, total: int) -> None:
        print(f"{stage} ({done} of {total})", file=sys.stderr)

    try:
        lexicon = load(options.lexicons)
        rows = mine(options.corpora, prose_rules(options.lexicons / "prose.tsv"), lexicon, progress)
    except (CorpusError, LexiconError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for name, classes in (("names", NAME_CLASSES), ("idioms", IDIOM_CLASSES)):
        count = write_rows(options.lexicons / f"{name}.tsv", (row for row in rows if row[1] in classes))
        print(f"{name}.tsv: {count} rows", file=sys.stderr)
    written = {phrase for phrase, _, _ in rows}
    for row in lexicon.fixed:
        if row["phrase"] not in written:
            print(f"dropped, too rare or never swapped: {row['phrase']}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
