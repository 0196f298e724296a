/** A line of a stack. */
export interface StackLine {
  readonly text: string;
  /** Whether the line is in the product's own code. */
  readonly own: boolean;
}

const FRAME = /^\s*at /;
const FOREIGN = /node_modules|\(?node:|<anonymous>/;

/** The frames of a stack, those of the product's own code first, each part in its order. What is no frame (the message) is left out. */
export function stackLines(stack: string): readonly StackLine[] {
  const frames = stack
    .split('\n')
    .filter((line) => FRAME.test(line))
    .map((line) => ({ text: line.trim(), own: !FOREIGN.test(line) }));
  return [...frames.filter(({ own }) => own), ...frames.filter(({ own }) => !own)];
}
