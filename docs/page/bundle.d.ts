/** A program of its own, as one script's text: scripts/build-docs.mjs makes it. */
declare module '*?bundle' {
  const text: string;
  export default text;
}
