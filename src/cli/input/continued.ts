/** A text in which lines that go on from the one before are indented, and by how much each of them was moved; lines count from 1. */
export interface Indented {
  readonly text: string;
  readonly moved: ReadonlyMap<number, number>;
}

/** So many spaces for each character are put in at the most. */
const GROWTH_AT_MOST = 2;

/**
 * Indents what goes on from the line before, in quotes or in brackets, as far as YAML 1.2 asks for (deeper than the node around it, 7.3 and 7.4).
 * kubectl does not ask, and its own `get -o yaml` has written such lines. Spaces there are no part of any value. Undefined where there are none, or
 * too many to believe in.
 */
export function indented(text: string): Indented | undefined {
  const scanner = new Scanner();
  const moved = new Map<number, number>();
  let room = text.length * GROWTH_AT_MOST;
  const lines = text.split('\n').map((line, index) => {
    const missing = Math.min(scanner.read(line) - indentOf(line), room);
    if (missing <= 0) return line;
    room -= missing;
    moved.set(index + 1, missing);
    return ' '.repeat(missing) + line;
  });
  return moved.size === 0 || room === 0 ? undefined : { text: lines.join('\n'), moved };
}

function indentOf(line: string): number {
  return line.length - line.replace(/^ +/, '').length;
}

const BOUNDARY = /^(?:---|\.\.\.)(?=\s|$)/;
const SPACES = /[ \t]+/y;
const COMMENT = /#.*/y;
const DASH = /[-?](?=\s|$)/y;
/** Anchors and tags stand before what they belong to. */
const PROPERTY = /[&!][^\s,[\]{}]*/y;
const BLOCK = /[|>][-+0-9]*\s*(?:#.*)?$/y;
const COLON = /[ \t]*:(?=\s|$)/y;
/** What follows a text in quotes in brackets may follow the colon at once, as in JSON. */
const COLON_IN_BRACKETS = /[ \t]*:/y;
const PLAIN = /.+?(?=:(?:\s|$)|\s#|$)/y;
const PLAIN_IN_BRACKETS = /[^,[\]{}]+?(?=:(?:[\s,[\]{}]|$)|\s#|[,[\]{}]|$)/y;
type Quote = "'" | '"';
const REST_OF: Readonly<Record<Quote, RegExp>> = { "'": /(?:[^']|'')*'(?!')/y, '"': /(?:[^"\\]|\\.)*"/y };

function isQuote(character: string | undefined): character is Quote {
  return character === "'" || character === '"';
}

/** Reads YAML line by line, as far as it takes to know which lines go on in quotes or brackets. */
class Scanner {
  #quote: Quote | undefined;
  #brackets = 0;
  /** The column of the key or the dash that what is read belongs to. */
  #around = 0;
  /** That of the block of text (`|`) that is read: all that is indented more. */
  #block: number | undefined;
  #line = '';
  #at = 0;
  /** Where the text in quotes that is read began in this line. */
  #opened = 0;

  /** How far a line has to be indented. */
  read(line: string): number {
    const boundary = BOUNDARY.exec(line)?.[0].length ?? 0;
    if (boundary > 0) this.#end();
    const indent = indentOf(line);
    if (line.trim() === '' || (this.#block !== undefined && indent > this.#block)) return 0;
    this.#block = undefined;
    const goesOn = this.#quote !== undefined || this.#brackets > 0;
    if (!goesOn) this.#around = indent;
    const least = goesOn ? this.#around + 1 : 0;
    this.#line = line;
    this.#at = Math.max(boundary, indent);
    while (this.#at < line.length) this.#step();
    return least;
  }

  #end(): void {
    this.#quote = undefined;
    this.#brackets = 0;
    this.#block = undefined;
  }

  #step(): void {
    if (this.#quote !== undefined) this.#readQuoted(this.#quote);
    else if (this.#takes(SPACES) || this.#takes(PROPERTY)) return;
    else if (this.#isAfterSpace() && this.#takes(COMMENT)) return;
    else if (isQuote(this.#line[this.#at])) this.#open();
    else if (this.#brackets > 0) this.#readInBrackets();
    else this.#readOutside();
  }

  /** Goes on behind what stands here, if it does. */
  #takes(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#line)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #isAfterSpace(): boolean {
    return this.#at === 0 || /\s/.test(this.#line.charAt(this.#at - 1));
  }

  #open(): void {
    const character = this.#line[this.#at];
    this.#opened = this.#at;
    if (isQuote(character)) this.#quote = character;
    this.#at += 1;
  }

  #readQuoted(quote: Quote): void {
    if (this.#takes(REST_OF[quote])) {
      this.#quote = undefined;
      this.#readColon(this.#opened);
    } else this.#at = this.#line.length;
  }

  /** What comes after a colon belongs to the key before it. */
  #readColon(key: number): void {
    if (this.#brackets > 0) this.#takes(COLON_IN_BRACKETS);
    else if (this.#takes(COLON)) this.#around = key;
  }

  #readInBrackets(): void {
    const character = this.#line.charAt(this.#at);
    if ('[{'.includes(character)) this.#brackets += 1;
    if (']}'.includes(character)) this.#brackets -= 1;
    if ('[{]},:'.includes(character) || !this.#takes(PLAIN_IN_BRACKETS)) this.#at += 1;
    else this.#takes(COLON);
  }

  #readOutside(): void {
    const start = this.#at;
    if ('[{'.includes(this.#line.charAt(start))) {
      this.#brackets += 1;
      this.#at += 1;
    } else if (this.#takes(BLOCK)) this.#block = this.#around;
    else if (this.#takes(DASH)) this.#around = start;
    else if (this.#takes(PLAIN)) this.#readColon(start);
    else this.#at += 1;
  }
}
