import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Sample } from '../../support/child-soak.ts';

const MINUTES = Number(process.env['KP_SOAK_MINUTES'] ?? 0.4);
const MIB = 1024 * 1024;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

describe('[integration] kube soak', function () {
  this.timeout(MINUTES * 60_000 + 30_000);

  it(`W34 a server that closes watches and flaps leaves descriptors and heap flat, for ${String(MINUTES)} minutes`, async function () {
    if (!existsSync('/proc/self/fd')) this.skip();
    const args = ['--expose-gc', 'test/support/child-soak.ts', String(MINUTES * 60)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const samples = JSON.parse(output) as readonly Sample[];
    const early = samples.slice(4, 8);
    const late = samples.slice(-4);
    const last = samples.at(-1)!;
    const of = (some: readonly Sample[], what: keyof Sample): number => median(some.map((sample) => sample[what]));
    const told = `${String(last.reconnects)} reconnects, ${String(last.descriptors)} descriptors, heap ${(of(early, 'heap') / MIB).toFixed(2)} then ${(of(late, 'heap') / MIB).toFixed(2)} MiB`;
    console.log(`      ${told}`);
    expect(last.reconnects, told).to.be.above(MINUTES * 60 * 20);
    // Some connections are always on their way in or out.
    expect(of(late, 'descriptors'), told).to.be.at.most(of(early, 'descriptors') + 20);
    expect(of(late, 'heap'), told).to.be.below(of(early, 'heap') * 1.1 + MIB);
  });
});
