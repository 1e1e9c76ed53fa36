// An error to be told in one line, without where it came from.
export class Problem extends Error {}
