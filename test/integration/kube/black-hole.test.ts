import { expect } from 'chai';
import { blackHole, FAR } from '../../support/black-hole.ts';
import { waitFor } from '../../support/wait.ts';

describe('[integration] kube/reflector in a black hole', function () {
  // Nothing is shortened: keep-alive notices after 15 s and ten probes of a second.
  this.timeout(70_000);

  it('W26 a network that swallows everything is noticed within 30 s, and left as soon as it is whole', async function () {
    const hole = blackHole();
    if (typeof hole === 'string') {
      console.log(`      skipped: ${hole}`);
      this.skip();
    }
    try {
      const server = hole.run('far', 'test/support/child-black-hole-server.ts', FAR);
      const url = await waitFor('the server', () => server.lines[0]);
      const { lines } = hole.run('near', 'test/support/child-black-hole-client.ts', url);
      await waitFor('events', () => lines.filter((line) => line.startsWith('put ')).length >= 3);
      hole.open();
      const since = performance.now();
      await waitFor('the end of the dead stream', () => lines.some((line) => line.startsWith('failed ')), {
        deadlineMs: 30_000,
      });
      // Into the hole: nobody refuses, nobody answers.
      await waitFor('a connection that is given up', () => lines.filter((l) => l.startsWith('failed ')).length >= 2, {
        deadlineMs: 15_000,
      });
      hole.close();
      const noticed = lines.length;
      await waitFor('events', () => lines.slice(noticed).some((line) => line.startsWith('put ')), {
        deadlineMs: 15_000,
      });
      expect(performance.now() - since).to.be.below(60_000);
      expect(lines.filter((line) => line.startsWith('failed ')).every((line) => /timeout|reset/.test(line))).to.equal(
        true,
      );
    } finally {
      await hole.end();
    }
  });
});
