import { numbersIn } from "c/spokenNumbers";

describe("spokenNumbers", () => {
  it.each([
    ["It is two zero nine three one.", ["20931"]],
    ["My number is 20931, thanks", ["20931"]],
    ["It is 2 0 9 3 1.", ["20931"]],
    ["four one five, five five five, oh one four three", ["4155550143"]],
    ["call +1 415 555-0143 please", ["+14155550143"]],
    ["twenty three forty", ["2340"]],
    ["Twenty-three, oh, seven", ["2307"]],
    ["nineteen ninety nine", ["1999"]],
    ["double two triple seven", ["22777"]],
    ["one oh one", ["101"]],
    ["Het is twee nul negen drie één", ["20931"]],
    ["drieëntwintig vijfenveertig", ["2345"]],
    ["2,093 or 1.250,00", ["2093", "1250"]],
    ["20931 and again 20931", ["20931"]],
    ["invoice 20931. Order 44718", ["20931", "44718"]]
  ])("finds the digits in %p", (text, numbers) => {
    expect(numbersIn(text)).toEqual(numbers);
  });

  it.each([
    "I was charged twice",
    "one or two of them",
    "oh, no",
    "12,50",
    "at 10:30",
    "zwölf Uhr",
    "",
    "number one. Two of three"
  ])("finds none in %p", (text) => {
    expect(numbersIn(text)).toEqual([]);
  });

  it("does not make one number of a word and a figure", () => {
    expect(numbersIn("one 20931")).toEqual(["20931"]);
    expect(numbersIn("20931 one two three")).toEqual(["20931", "123"]);
    expect(numbersIn("12 double 3")).toEqual([]);
  });

  it("offers four at most", () => {
    expect(numbersIn("111. 222. 333. 444. 555.")).toEqual(["111", "222", "333", "444"]);
  });
});
