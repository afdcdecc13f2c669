/**
 * `npm run bench -- writing [PART…]`: server-side applies a second and what one costs us, beside client-node's KubernetesObjectApi. Parts:
 * `local` (a server that only answers), `api-server` (a real one, which is then the limit); both when none is named.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlPlaneMissing, startControlPlane } from '../../support/control-plane.ts';
import { helper, measured } from '../../support/child.ts';
import { median, printTable, text } from '../table.ts';
import type { WriteCost } from './client.ts';

const RUNS = 5;
const CLIENTS = ['ours', 'client-node'] as const;

async function compare(name: string, kubeconfig: string, count: number): Promise<void> {
  const costs = new Map(CLIENTS.map((who) => [who, [] as WriteCost[]]));
  for (let run = 0; run < RUNS; run += 1)
    for (const who of CLIENTS)
      costs.get(who)!.push(await measured<WriteCost>('test/bench/writing/client.ts', who, kubeconfig, String(count)));
  const of = (who: (typeof CLIENTS)[number], measure: keyof WriteCost): number =>
    median(costs.get(who)!.map((cost) => cost[measure]));
  console.log(
    `\nwriting ${name}: ${String(count)} applies, 8 at a time, medians of ${String(RUNS)} runs, Node ${process.versions.node}`,
  );
  const rows = CLIENTS.map((who) => [who, text(of(who, 'perSecond')), text(of(who, 'cpuMicros'))]);
  const faster = of('ours', 'perSecond') / of('client-node', 'perSecond');
  const cheaper = of('client-node', 'cpuMicros') / of('ours', 'cpuMicros');
  printTable(['', 'applies/s', 'our CPU us each'], [...rows, ['ratio', `${text(faster)}x`, `${text(cheaper)}x`]]);
}

async function local(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kubeposture-bench-'));
  const server = await helper('test/bench/writing/server.ts', folder);
  try {
    await compare('local', server.line, 5000);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

async function apiServer(): Promise<void> {
  const missing = controlPlaneMissing();
  if (missing !== undefined) {
    console.log(`\nwriting api-server: left out: ${missing}`);
    return;
  }
  const plane = await startControlPlane();
  try {
    await plane.kubectlWithInput(readFileSync('crds/securityreports.yaml', 'utf8'), 'apply', '-f', '-');
    await plane.kubectl('wait', '--for=condition=Established', 'crd/securityreports.kubeposture.io');
    await compare('api-server', plane.kubeconfig, 1000);
  } finally {
    await plane.stop();
  }
}

const PARTS: Readonly<Record<string, () => Promise<void>>> = { local, 'api-server': apiServer };

/** `refuse` is told which parts there are when one is not known. */
export async function benchWriting(wanted: readonly string[], refuse: (message: string) => never): Promise<void> {
  const known = Object.keys(PARTS);
  const strange = wanted.filter((name) => !known.includes(name));
  if (strange.length > 0) refuse(`writing: no ${strange.join(', ')}; there are: ${known.join(', ')}`);
  for (const name of wanted.length === 0 ? known : wanted) await PARTS[name]?.();
}
