/** Numbers in what a machine has written down, as digits to copy: "two zero nine three one" is 20931. */
const UNITS = "zero nul|one een|two twee|three drie|four vier|five vijf|six zes|seven zeven|eight acht|nine negen";
const TEENS =
  "ten tien|eleven elf|twelve twaalf|thirteen dertien|fourteen veertien|fifteen vijftien|sixteen zestien|" +
  "seventeen zeventien|eighteen achttien|nineteen negentien";
const TENS =
  "||twenty twintig|thirty dertig|forty veertig|fifty vijftig|sixty zestig|seventy zeventig|eighty tachtig|ninety negentig";

/** The words of a list as [word, value] with values from `first`, `by` apart. */
const words = (list, first, by = 1) =>
  list.split("|").flatMap((names, n) => (names ? names.split(" ").map((name) => [name, first + n * by]) : []));

const UNIT = new Map(words(UNITS, 0));
const TEEN = new Map(words(TEENS, 10));
const TEN = new Map(words(TENS, 0, 10));
const AGAIN = new Map([
  ["double", 2],
  ["dubbel", 2],
  ["triple", 3]
]);
const NOUGHT = new Set(["o", "oh"]);
const COMPOUND = /^(een|twee|drie|vier|vijf|zes|zeven|acht|negen)en(\p{L}+)$/u;
const TOKEN = /\+?\d+|\p{L}+|\s+|[^\s]/gu;
const SHORTEST = 3;
const MOST = 4;

/** A number in the making. A word and a figure are not one number: "one 20931" is no 120931. */
class Digits {
  text = "";
  kind = null;
  repeat = 1;
  /** Whether twenty was said, so that a unit can follow. */
  tens = false;

  add(kind, digits) {
    this.text += digits.repeat(this.repeat);
    this.kind = kind;
    this.repeat = 1;
    this.tens = false;
  }

  unit(value) {
    if (this.tens && value) {
      this.text = this.text.slice(0, -1);
    }
    this.add("word", String(value));
  }
}

/** Takes a word of a number; says whether it was one. */
function spoken(number, word) {
  const [, unit, ten] = COMPOUND.exec(word) ?? [];
  if (UNIT.has(word)) {
    number.unit(UNIT.get(word));
  } else if (TEEN.has(word)) {
    number.add("word", String(TEEN.get(word)));
  } else if (TEN.has(word)) {
    number.add("word", String(TEN.get(word)));
    number.tens = true;
  } else if (TEN.has(ten)) {
    number.add("word", String(TEN.get(ten) + UNIT.get(unit)));
  } else if (NOUGHT.has(word) && number.text) {
    number.add("word", "0");
  } else if (AGAIN.has(word)) {
    number.repeat = AGAIN.get(word);
  } else {
    return false;
  }
  return true;
}

/** Whether a number goes on after that sign: pauses and hyphens do not end it, a decimal point does. */
function goesOn(sign, number, before, after) {
  if (/^\s+$|^[-–()]$/u.test(sign)) {
    return true;
  }
  const figures = /\d$/.test(before) && /^\d/.test(after);
  const thousands = figures && /^\d{3}$/.test(after) && number.kind === "figure";
  return (sign === "," && !figures) || (/^[.,']$/.test(sign) && thousands);
}

/** The numbers of at least three digits in a text, in their order, each once; not more than four. */
export function numbersIn(text) {
  const tokens = text.toLowerCase().replaceAll("é", "e").replaceAll("ë", "e").match(TOKEN) ?? [];
  const found = new Set();
  let number = new Digits();
  const end = () => {
    if (number.text.replace("+", "").length >= SHORTEST) {
      found.add(number.text);
    }
    number = new Digits();
  };
  tokens.forEach((token, n) => {
    if (/\d/.test(token)) {
      if (number.kind === "word" || (token.startsWith("+") && number.text)) {
        end();
      }
      number.add("figure", token);
    } else if (/^\p{L}/u.test(token)) {
      if (number.kind === "figure" && !NOUGHT.has(token)) {
        end();
      }
      if (!spoken(number, token)) {
        end();
      }
    } else if (!goesOn(token, number, tokens[n - 1] ?? "", tokens[n + 1] ?? "")) {
      end();
    }
  });
  end();
  return [...found].slice(0, MOST);
}
