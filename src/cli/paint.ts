import { visible } from '../model/visible.ts';

export type Tone = 'good' | 'warning' | 'bad' | 'faint' | 'strong';

/** ECMA-48 SGR codes: green, yellow, red, faint, bold. */
const codes: Readonly<Record<Tone, number>> = { good: 32, warning: 33, bad: 31, faint: 2, strong: 1 };

export type Paint = (tone: Tone, text: string) => string;

const introducer = String.fromCharCode(27);

/** Colours text where colour is wanted, and leaves it alone where not. */
export function painter(colour: boolean): Paint {
  return (tone, text) =>
    colour && text !== '' ? `${introducer}[${codes[tone]}m${text}${introducer}[0m` : text;
}

const painted = new RegExp(`(${introducer}\\[(?:0|${Object.values(codes).join('|')})m)`);

/** What is printed, without anything that a terminal acts upon but the colours of {@link painter}. */
export function forTerminal(text: string): string {
  return text
    .split(painted)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('');
}

/** Colour is for a terminal whose owner did not refuse it (no-color.org: any non-empty NO_COLOR). */
export function wantsColour(
  terminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return terminal && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb';
}
