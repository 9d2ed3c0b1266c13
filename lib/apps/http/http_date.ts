/**
 * Dates in HTTP, RFC 9110 section 5.6.7.
 *
 * @module
 */

const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
] as const;

const DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const LONG_DAY = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)";
const MONTH = MONTHS.join("|");
const TIME = "(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})";

/** IMF-fixdate, RFC 850's and asctime's: a recipient must take all three. */
const FORMATS: readonly RegExp[] = [
  new RegExp(`^${DAY}, (?<day>[0-9]{2}) (?<month>${MONTH}) (?<year>[0-9]{4}) ${TIME} GMT$`),
  new RegExp(`^${LONG_DAY}, (?<day>[0-9]{2})-(?<month>${MONTH})-(?<year>[0-9]{2}) ${TIME} GMT$`),
  new RegExp(`^${DAY} (?<month>${MONTH}) (?<day>[0-9 ][0-9]) ${TIME} (?<year>[0-9]{4})$`),
];

/**
 * Formats a date as IMF-fixdate.
 *
 * @param milliseconds Since 1970-01-01 00:00 UTC; the fraction of a second is left out.
 * @returns 29 characters, such as `Sun, 06 Nov 1994 08:49:37 GMT`; the year 9999 is the last.
 */
export function formatHttpDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}

/** RFC 9110: a year of two digits that appears to be more than 50 years ahead is of the past. */
function fullYear(text: string, now: number): number {
  const year = Number(text);
  if (text.length > 2) return year;
  const current = new Date(now).getUTCFullYear();
  const inCentury = current - (current % 100) + year;
  return inCentury > current + 50 ? inCentury - 100 : inCentury;
}

/**
 * Parses a date in any of the three formats.
 *
 * @param text The text.
 * @param now The present, in milliseconds since 1970, for years of two digits.
 * @returns Milliseconds since 1970; null if it is no date.
 */
export function parseHttpDate(text: string, now: number = Date.now()): number | null {
  for (const format of FORMATS) {
    const groups = format.exec(text)?.groups;
    if (groups === undefined) continue;
    const { day = "", month = "", year = "", hour = "", minute = "", second = "" } = groups;
    const date = Number(day);
    const index = MONTHS.findIndex((name) => name === month);
    const parsed = new Date(0);
    parsed.setUTCFullYear(fullYear(year, now), index, date);
    // A leap second is the one before the next minute.
    parsed.setUTCHours(Number(hour), Number(minute), Math.min(Number(second), 59));
    const isValid = parsed.getUTCDate() === date && Number(hour) < 24 && Number(minute) < 60 &&
      Number(second) <= 60;
    return isValid ? parsed.getTime() : null;
  }
  return null;
}
