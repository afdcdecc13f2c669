/**
 * `npm run picture`: runs the demo, applies the fixed workload to it and draws what the terminal showed as docs/demo.svg. An
 * SVG of lines of text: nothing but this file is needed to make it, and it stays sharp.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { yamlDocuments } from '#cli/input/yaml.ts';
import { Api } from './api.ts';
import { waitFor } from './wait.ts';

const PICTURE = 'docs/demo.svg';
const FIXED = 'manifests/demo/fixed/web.yaml';
const COLUMNS = 108;
const CHARACTER = { width: 8, height: 18 };
const MARGIN = 16;
const FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const COLOURS = {
  ground: '#0d1117',
  text: '#e6edf3',
  dim: '#8b949e',
  A: '#3fb950',
  B: '#39c5cf',
  C: '#d29922',
  D: '#ff7b72',
  F: '#d2a8ff',
} as const;
type Colour = keyof typeof COLOURS;

/** What the demo writes when the fixed workload is applied to it. */
async function outputOfDemo(): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['src/main.ts', 'demo'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const says = (what: RegExp): Promise<string> =>
    waitFor(String(what), () => lines.find((line) => what.test(line)), { deadlineMs: 30_000 });
  try {
    await says(/Ctrl-C/);
    const api = new Api((await says(/^kubeconfig/)).split(/ +/)[1]!);
    await api.apply(...yamlDocuments(readFileSync(FIXED, 'utf8')).map(({ value }) => value as object));
    await waitFor('the sum', () => lines.filter((line) => line.startsWith('cluster  ')).length > 1);
    api.close();
  } finally {
    child.kill('SIGINT');
    await once(child, 'close');
  }
  return lines;
}

/** As a terminal of so many columns breaks a line. */
function broken(line: string): readonly string[] {
  return line.length <= COLUMNS ? [line] : (line.match(new RegExp(`.{1,${String(COLUMNS)}}`, 'g')) ?? []);
}

/** The pieces of a line: each begins where its column is, whatever font the reader has. */
function* piecesOf(
  line: string,
): Iterable<{ readonly column: number; readonly text: string; readonly colour: Colour }> {
  const isTitle = /^(NAMESPACE|NAME) /.test(line);
  for (const { 0: text, index } of line.matchAll(/\S+(?: \S+)*/g)) {
    const grade = /^([A-DF])(?: \d+)?$/.exec(text.split(' -> ').at(-1) ?? '')?.[1] as Colour | undefined;
    const isLabel = /^(API server|kubeconfig|metrics)$/.test(text) && index === 0;
    yield { column: index, text, colour: isTitle || isLabel ? 'dim' : (grade ?? 'text') };
  }
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function pictureOf(lines: readonly string[]): string {
  const width = COLUMNS * CHARACTER.width + 2 * MARGIN;
  const height = lines.length * CHARACTER.height + 2 * MARGIN;
  const rows = lines.flatMap((line, row) => {
    const y = String(MARGIN + row * CHARACTER.height + 13);
    return [...piecesOf(line)].map(({ column, text, colour }) => {
      const x = String(MARGIN + column * CHARACTER.width);
      const length = String(text.length * CHARACTER.width);
      const fill = colour === 'text' ? '' : ` fill="${COLOURS[colour]}"`;
      return `<text x="${x}" y="${y}" textLength="${length}"${fill}>${escaped(text)}</text>`;
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" viewBox="0 0 ${String(width)} ${String(height)}" role="img" aria-label="The output of kubeposture demo">`,
    `<rect width="100%" height="100%" rx="8" fill="${COLOURS.ground}"/>`,
    `<g font-family='${FONT}' font-size="13" fill="${COLOURS.text}" xml:space="preserve">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

const lines = ['$ npm run demo', '', ...(await outputOfDemo()).flatMap(broken)];
writeFileSync(PICTURE, pictureOf(lines));
console.log(`${PICTURE}: written, ${String(lines.length)} lines`);
