import { fileURLToPath } from 'node:url';

/** Deeper than this a stack tells nothing new about where an error comes from. */
const MAX_FRAMES = 20;
const MAX_LINE = 500;

/** `    at async Room.method [as alias] (file:///…/room.js:12:34)`, or without a function. */
const FRAME = /^\s{1,8}at (?:async )?(?:(?<fn>[^()]{1,200}) \((?<in>.*)\)|(?<at>.*))$/;
const POSITION = /:\d+(?::\d+)?$/;

/** Folder of the program, compiled or not, with a slash at its end. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/dist\/$/, '');

/**
 * The frames of our own code in a stack of V8, innermost first, each as `function file`: without line numbers, which change with
 * every release, without the frames of packages and of Node, and without repetitions of a recursion.
 * @param stack the stack without the lines of the message, which may hold anything
 */
export function inAppFrames(stack: string): readonly string[] {
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    if (line.length > MAX_LINE) continue;
    const frame = inAppFrame(line);
    if (frame !== null && !frames.includes(frame)) frames.push(frame);
    if (frames.length >= MAX_FRAMES) break;
  }
  return frames;
}

/** The stack without its first lines, which repeat class and message. */
export function withoutHeader(stack: string, message: string): string {
  const start = message === '' ? 0 : stack.indexOf(message) + message.length;
  const first = stack.indexOf('\n    at ', Math.max(0, start));
  return first === -1 ? '' : stack.slice(first + 1);
}

function inAppFrame(line: string): string | null {
  const { fn = '<anonymous>', in: inside, at } = FRAME.exec(line)?.groups ?? {};
  const file = fileOf(inside ?? at ?? '');
  return file === null ? null : `${functionName(fn)} ${file}`;
}

/** Where the code stands, the same compiled or not and wherever the program is installed; null for code of others. */
function fileOf(location: string): string | null {
  if (location.includes('/node_modules/') || location.includes('\\node_modules\\') || location.startsWith('node:')) {
    return null;
  }
  if (location.startsWith('eval at ')) return '(eval)';
  const path = location.replace(POSITION, '').replace(/^file:\/\//, '');
  if (!/^(?:\/|[A-Za-z]:[\\/]|https?:\/\/)/.test(path)) return null;
  const relative = path.startsWith(ROOT) ? path.slice(ROOT.length) : path;
  return relative.replace(/^dist\//, '').replace(/\.[cm]?[jt]s$/, '');
}

/** `Object.` and `new ` say how it was called, not where it stands; an alias is a second name. */
function functionName(name: string): string {
  return name.replace(/ \[as [^\]]*\]$/, '').replace(/^(?:Object|Module|Function|new|Proxy|Array)[. ]/, '');
}
