/** Owns the time stamps at the start of lines: -t, -tt, -ttt and -r. */

/** No stamp, wall-clock seconds, with microseconds, seconds since the epoch with microseconds. */
export type StampStyle = 'none' | 't' | 'tt' | 'ttt';

const MICROS = 1_000_000;
const MINUTE = 60;
const DAY_PART = 10;

const two = (n: number): string => (n < DAY_PART ? `0${n}` : String(n));
const six = (n: number): string => String(n).padStart(6, '0');

/** Makes the stamps of one output. */
export class Stamps {
  readonly #style: StampStyle;
  readonly #relative: boolean;
  readonly #clock: () => number;
  #previous = -1;
  #minute = -1;
  #minuteText = '';

  constructor(style: StampStyle, relative: boolean, clock: () => number) {
    this.#style = style;
    this.#relative = relative;
    this.#clock = clock;
  }

  /** The stamp of a line that starts now, with a space after it. */
  text(): string {
    const now = this.#clock();
    const absolute = this.#absolute(now);
    if (!this.#relative) return `${absolute} `;
    const past = this.#previous < 0 ? 0 : Math.max(0, now - this.#previous);
    this.#previous = now;
    const since = `${String(Math.floor(past / MICROS)).padStart(6)}.${six(past % MICROS)}`;
    return absolute === '' ? `${since} ` : `${absolute} (+${since}) `;
  }

  #absolute(now: number): string {
    if (this.#style === 'none') return '';
    const seconds = Math.floor(now / MICROS);
    const micros = now - seconds * MICROS;
    if (this.#style === 'ttt') return `${seconds}.${six(micros)}`;
    // Local time changes its offset at whole minutes only, so the date arithmetic is done once a minute.
    const minute = Math.floor(seconds / MINUTE);
    if (minute !== this.#minute) {
      const date = new Date(minute * MINUTE * 1000);
      this.#minute = minute;
      this.#minuteText = `${two(date.getHours())}:${two(date.getMinutes())}:`;
    }
    const text = this.#minuteText + two(seconds - minute * MINUTE);
    return this.#style === 'tt' ? `${text}.${six(micros)}` : text;
  }
}
