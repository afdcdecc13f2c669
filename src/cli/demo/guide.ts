import type { Running } from '#operator/run.ts';
import type { Look } from '#report/formats/look.ts';
import { fixedManifest } from './manifests.ts';
import type { Stage } from './stage.ts';

const LABEL_WIDTH = 12;

/** What runs, and where. */
export function headText({ sandbox, objects, kubeconfig }: Stage, { url }: Running, look: Look): string {
  const what = `${String(objects)} ${objects === 1 ? 'object' : 'objects'} in their own API server, watched by the operator`;
  const rows = [
    ['API server', sandbox.url],
    ['kubeconfig', kubeconfig],
    ['metrics', `${url}/metrics`],
  ] as const;
  const lines = rows.map(([label, value]) => `${look.paint(label.padEnd(LABEL_WIDTH), 'dim')}${value}`);
  return `${look.paint('kubeposture demo', 'bold')}: ${what}\n\n${lines.join('\n')}\n\n`;
}

/** Command lines to try in another terminal, and what will be seen here. */
export function tailText(stage: Stage, look: Look): string {
  const lines = commandLines(stage).map((line) => `  ${line}`);
  return [
    look.paint('Try, in another terminal:', 'bold'),
    '',
    ...lines,
    '',
    'Every report that changes is told here. Ctrl-C ends it and leaves nothing.',
    '',
    '',
  ].join('\n');
}

function commandLines({ kubeconfig, hasShop }: Stage): readonly string[] {
  const kubectl = `kubectl --kubeconfig ${quoted(kubeconfig)}`;
  const always = ['get securityreports -A', 'get posture -A', 'explain securityreport.findings'];
  const ofShop = ['describe securityreport -n shop deployment-web', `apply -f ${quoted(fixedManifest())}`];
  return [...always, ...(hasShop ? ofShop : [])].map((words) => `${kubectl} ${words}`);
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
