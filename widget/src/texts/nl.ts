/** All Dutch that the widget says itself. Another language is a file like this one, and a line in `texts.ts`. */

const date = new Intl.DateTimeFormat("nl-NL", { day: "numeric", month: "long" });
const dateAndYear = new Intl.DateTimeFormat("nl-NL", { day: "numeric", month: "long", year: "numeric" });
const time = new Intl.DateTimeFormat("nl-NL", { hour: "2-digit", minute: "2-digit" });
const number = new Intl.NumberFormat("nl-NL");

const characters = (count: number) => `${number.format(count)} ${count === 1 ? "teken" : "tekens"}`;

export const nl = {
  language: "nl",

  heading: "Reflectiecoach",
  subheading: "Een chatbot, geen mens",
  launch: "Praat met de coach",
  unread: (count: number) => (count === 1 ? "1 nieuw bericht" : `${count} nieuwe berichten`),
  close: "Sluit het gesprek",
  conversation: "Het gesprek",
  coachSays: "De coach:",
  leaderSays: "Jij:",
  progress: (step: number, total: number) => `Stap ${step} van ${total}`,

  menu: "Meer mogelijkheden",
  restart: "Opnieuw beginnen",
  /** What is said to the coach to begin again: the coach's own command. */
  restartWords: "opnieuw",
  keep: "Bewaar mijn gesprek",
  keepMeans: "Het blijft dan 28 dagen op dit apparaat staan. Doe dit niet op een computer die je deelt.",
  keptUntil: (moment: Date) => `Je gesprek staat tot ${dateAndYear.format(moment)} op dit apparaat.`,
  keepOffer: "Later verder op dit apparaat",
  copy: "Kopieer het gesprek",
  copied: "Het gesprek is gekopieerd. Je kunt het nu ergens plakken.",
  copyFailed: "Kopiëren lukt niet in deze browser.",
  erase: "Wis mijn gesprek",
  eraseQuestion: "Wil je je gesprek wissen?",
  eraseMeans: "Alles wat je hier vertelde gaat weg, ook bij ons. Een verstuurde mail blijft. Terughalen kan niet meer.",
  eraseYes: "Ja, wis mijn gesprek",
  eraseNo: "Nee, laat staan",
  erased: "Je gesprek is gewist. Er staat niets meer van op dit apparaat.",
  begin: "Begin een nieuw gesprek",

  input: "Je bericht",
  placeholder: "Typ je bericht",
  send: "Verstuur",
  charactersLeft: (count: number) => `Nog ${characters(count)}`,
  tooLong: (count: number) =>
    `Je bericht is ${characters(count)} te lang. Maak het korter, of vertel het in delen. Er passen 2.000 tekens in één bericht.`,
  choices: "Kies een antwoord, of typ zelf iets",
  privacy: "Privacy",

  busy: "Het antwoord is onderweg",
  waiting: "Wordt zo verstuurd",
  notSent: "Niet verstuurd",
  retry: "Probeer opnieuw",
  edit: "Pas je bericht aan",
  refused: "Dit bericht kan de coach zo niet aannemen.",
  unreadable: "Hier staat iets dat ik niet kan laten zien. Probeer het later nog eens.",

  noConnection: "Er is geen verbinding. Wat je verstuurt, gaat weg zodra de verbinding er weer is.",
  crowded: "Het is druk. Ik probeer het zo vanzelf nog eens.",
  noAnswer: "De coach is nu niet bereikbaar.",
  gone: "Je vorige gesprek is verlopen of gewist. Dit is een nieuw gesprek.",
  wordsStay: "Wat nog niet verstuurd was, staat in het tekstvak.",
  choiceGone: "Die keuze kan nu niet meer. Kies een ander antwoord, of typ het zelf.",
  kept: "Je gesprek staat nu op dit apparaat. Je vindt het hier terug, ook in een ander tabblad.",
  keepFailed: "Bewaren lukt nu niet. Probeer het zo nog eens.",
  eraseFailed: "Wissen lukt nu niet. Je gesprek staat er nog. Probeer het zo nog eens.",

  summary: "Dit neem je mee",
  firstStep: "Je eerste stap",
  page: "Bewaar of print",
  calendar: "Zet in je agenda",
  newTab: "opent in een nieuw tabblad",

  /** The time of a message, with the day where it is not today. */
  moment: (moment: Date, now: Date) =>
    moment.toDateString() === now.toDateString()
      ? time.format(moment)
      : `${date.format(moment)}, ${time.format(moment)}`,
};
