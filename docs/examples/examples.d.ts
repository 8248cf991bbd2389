/** What a file for `utrace sim` exports. */

declare module '*.mjs' {
  const main: import('utrace/sim').Program;
  export default main;
  export const atEnd: (box: import('utrace/sim').Box, ending: import('utrace/sim').Ending) => string | null;
}

/** Its text, as the page shows it. */
declare module '*.mjs?raw' {
  const text: string;
  export default text;
}
