"""What in a message can point to danger, or to calm talk about it: groups of words, and which of them stand together.

A word alone decides nothing: "geslagen" beside a child is another thing than beside a budget. So the features of a
message are the groups it has and every pair of them, for a linear model to weigh (`nlu.danger_classifier`).
"""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
from scipy.sparse import csr_matrix

# The pairs are rare beside the words of a message: they count for half.
WEIGHT = 0.5
_GROUPS = {
    "wish to die": (
        r"su[iï]cid|zelfmoord|zelfdod|doodgaan|\bdood (?:wil|wou|wilt|willen|te zijn|zijn|ben|was)\b|"
        r"\b(?:wil|wilt|wou|willen|liever|was ik maar|wilde) (?:\w+ ){0,3}dood\b|"
        r"niet (?:meer|langer) (?:wil\w* |hoeft? (?:te )?|kan )?(?:verder )?(?:te )?leven|"
        r"(?:leven|bestaan) (?:\w+ ){0,3}niet (?:meer )?(?:waard|hoeft|zin)|"
        r"(?:klaar|moe) (?:met|van) (?:het |mijn |dit )?leven\b|levensmoe|levens ?lust|leven heeft geen|"
        r"zin (?:meer )?in (?:het )?leven|reden (?:meer )?om te (?:leven|bestaan)|"
        r"nooit meer (?:wakker|wakker te)|niet meer wakker|"
        r"ein(?:d|de)(?:je)? aan (?:te )?(?:\w+ )?(?:maken|maakt|maak|mijn|zijn|haar)|"
        r"stap(?:pen|t)? uit het leven|uit het leven|van het leven|"
        r"(?:beter|fijner) (?:af )?zonder (?:mij|me|hem|haar)|zonder mij|"
        r"\ber (?:\w+ ){0,3}niet meer (?:te )?(?:zijn|ben|is|was|wezen|bij)\b|"
        r"niet meer (?:hier|bij jullie) (?:te )?(?:zijn|ben)|(?:zich|mij|me)zelf (?:\w+ )?iets aan|"
        r"iets aan(?: te)? ?d(?:oe|oen|oet)|aandoe[nt]?\b|afscheids?brief|"
        r"brief(?:je)? (?:\w+ )?(?:achter|geschreven)|poging (?:gedaan|ondernomen)|voor de trein|"
        r"(?:op|langs) het spoor|op de (?:brug|rails)|op het dak|springen|overdosis|\bpillen\b|ingenomen|"
        r"verdwijnen|voorgoed|tot last|last (?:meer )?ben|hoeft (?:het )?(?:van|voor) mij|"
        r"(?:van|voor) mij (?:hoeft|mag)|zien? het niet (?:meer )?zitten|het niet meer zie zitten|geen uitweg|"
        r"uitvaart|testament|weggegeven|mooi (?:geweest|weekend)|\bwanhop|radeloos|kill|suicide|wants? to die|"
        r"want to live|nicht mehr leben|mourir|die tonight"
    ),
    "self-harm": (
        r"snijd|gesneden|sneed|\bkras[t]?\b|krassen|zelfbeschadig|zichzelf pijn|mezelf pijn|"
        r"hurts? (?:him|her|my)self"
    ),
    "violence": (
        r"\bsla(?:at|an|gen)\b|geslagen|\bsloeg|\bklap(?:pen)?\b|\bschop\w*|\btrapt\b|geschopt|mishandel|"
        r"misbruik|verkracht|aangerand|betast|bevoel|aangeraakt|aanraakt|"
        r"zit(?:ten)? aan (?:de|mijn|haar|zijn|onze|hun|die)\b|"
        r"aan (?:haar|hem|me|mij|de kinderen|kinderen|meisjes|de meisjes|jongens|hun) (?:zit|zat|komt|gezeten)|"
        r"(?:blauwe?|rode|paarse) plek|blauw oog|striem|brandwond|brandplek|kneuzing|wurg|keel|gewelddadig|"
        r"huiselijk geweld|geweld|hardhandig|door elkaar|hits?\b|beats?\b|beaten|abus|raped|met de riem|"
        r"klappen"
    ),
    "sexual abuse": (
        r"seksueel|sexueel|\bseks\b|naaktfoto|blote foto|naakt|kleedkamer|handtastelijk|grensoverschrijdend|"
        r"incest|ontucht|loverboy|spelletje|geheim(?:pje)?|intiem|appjes? (?:stuurt|naar leerling)|prostitu|"
        r"uitgebuit|adressen|schoot|onderbroek|plasser"
    ),
    "neglect": (
        r"verwaarlo|honger|vuil\b|vies\b|geen (?:jas|eten|ontbijt|luier)|luiers|ongewassen|lege koelkast|"
        r"koelkast|alleen thuis|alleen gelaten|opgesloten|vergrendel|dronken|drinkt|drugs|verslaafd|"
        r"onder invloed|buiten (?:geslapen|slaapt)|slaapt (?:buiten|in)"
    ),
    "threat": (
        r"bedreig|dreig[t]? |dreigt|\bmes\b|messen|pistool|wapen|gijzel|stalk|gevolgd|volgt (?:me|mij|haar)|"
        r"weet waar (?:ik|wij|we|ze|zij|hij) woon|naam en adres|opwacht|op te wachten|iets over(?:komt|komen)|"
        r"maakt? (?:me|haar|ons|hem) af|vermoord|steekt|gestoken|brand\b|explos|bom\b"
    ),
    "emergency": (
        r"noodgeval|spoed|\b112\b|\b113\b|ambulance|acuut|gevaar|politie|bewusteloos|buiten bewustzijn|"
        r"geen lucht|ademt|reageert niet|bloedt|bloed\b|gas\b|vermist|weggelopen|ontvoer|zoek\b|onbereikbaar|"
        r"neemt niet op|niet meer op|help (?:me|mij|ons)|onveilig|niet veilig|veilig (?:thuis|voor)|veiligheid"
    ),
    "fear": (
        r"\bbang\b|angst|durft?\b.{0,25}(?:niet|straat|huis)|niet (?:mee )?naar huis|"
        r"naar huis (?:te )?(?:gaan|wil|durft|moet)|huil|trilt|in elkaar|krimpt|schrikt|panisch|paniek|smeek|"
        r"overgegeven|zegt niks meer|thuis (?:gebeurt|niet)|vertrouwde (?:me|mij)|in vertrouwen|vertelde|"
        r"opgebiecht|tegen niemand|niemand weet"
    ),
    "child": (
        r"\b(?:kind|kinder|kindje|leerling|jongen|jongetje|meisje|meid|puber|baby|peuter|kleuter|dreumes"
        r"|cliënt|client|jongere|dochter|zoon|zoontje|dochtertje|student|tweeling|zusje|broertje"
        r"|kids?)\w*\b|"
        r"\bvan (?:zes|zeven|acht|negen|tien|elf|twaalf|dertien|veertien|vijftien|zestien|zeventien|[3-9]|1[0-7])\b|"
        r"groep (?:[1-8]|een|twee|drie|vier|vijf|zes|zeven|acht)|brugklas"
    ),
    "family": (
        r"\b(?:mijn|m'n|mn|haar|zijn|d'r|der) (?:\w+ )?(?:man|vrouw|partner|vriend|vriendin|ex|vader"
        r"|moeder|stiefvader|pa|ma)\b|"
        r"\b(?:papa|mama|stief\w+|oom|opa|buurman|ex)\b|\bvader\b|\bmoeder\b|\bouders\b"
    ),
    "self": r"\b(?:ik|mij|me|mezelf|mijzelf|mijn leven)\b",
    "staff": (
        r"\b(?:collega|juf|meester|leerkracht|leraar|docent|leidster|begeleider|groepsleider|medewerker"
        r"|stagiair\w*|invaller|trainer|teamlid|directeur|gymleraar|pm'?er)\w*\b"
    ),
    "now": (
        r"\bnu\b|vannacht|vanavond|op dit moment|zojuist|\bnet\b|straks|vandaag|vanmiddag|morgen|deze week|"
        r"gister|over een uur|weer\b|alweer|steeds|elke (?:avond|dag|nacht)"
    ),
    "profession": (
        r"meldcode|beleid|aanpak|werkgroep|protocol|preventie|training|\bcursus|scholing|convenant|regio|"
        r"project|programma|thema\b|agenda|cijfers|procedure|aandachtsfunctionaris|ketenpartner|financ|"
        r"subsidie|rapport|evaluatie|geëvalueerd|jaarplan|campagne|studiedag|onderzoek|wachtlijst|vergader|"
        r"overleg|werkafspra|samenwerk|gemeente|bestuur|regie|mandaat|bevoegd|beslis|indicatie|beschikking|"
        r"budget|systeem|formulier|registr|route|casus|bespreking|coördinator|organisatie|team\b|teams\b|"
        r"afdeling|verantwoordelijk|\brol\b|taak|richtlijn|notitie|stuurgroep|ggz|veilig thuis|kernteam|"
        r"stappenplan|meldingen|opvolging"
    ),
    "past": (
        r"jaren? geleden|jaar geleden|\btoen\b|vroeger|destijds|goed (?:afgelopen|gekomen)|afgesloten|"
        r"afgerond|inmiddels|in (?:19|20)\d\d|vorig jaar|achteraf|herstel|"
        r"gaat (?:het )?(?:nu )?(?:goed|beter)|weer thuis|was ooit|ooit"
    ),
    "imagery": (
        r"dat overleg|die overleg|vergader|project|formulier|plan\b|plannen|samenwerking|systeem|netwerk|"
        r"traject|subsidie|agenda|mails?\b|papier|inlog|excel|haha|figuurlijk|beeldspraak|grapje|"
        r"bij wijze van|als het ware|letterlijk niet"
    ),
    "negation": r"\bniet\b|\bgeen\b|\bniemand\b|nooit",
    "question": r"\?",
    "short": r"^\W*(?:\w+\W+){0,7}\w*\W*$",
}
_PATTERNS = [re.compile(words, re.IGNORECASE) for words in _GROUPS.values()]


def cues_of(texts: list[str]) -> csr_matrix:
    """The groups that each text has, and every pair of them, shape (texts, groups + pairs)."""
    found = np.array([[bool(pattern.search(text)) for pattern in _PATTERNS] for text in texts], dtype=np.float32)
    pairs = [found[:, first] * found[:, second] for first, second in combinations(range(len(_PATTERNS)), 2)]
    return csr_matrix(np.column_stack([found, *pairs]) * WEIGHT)
